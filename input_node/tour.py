"""The wall's tour of one drawing, as the station hears of it: a word twice a second. Pure."""

from dataclasses import dataclass, replace

from common.wire import Progress

WHY = "why"
"""The chapter in which the wall shows what the answer depended on: the last one, where there is one."""
CALLED = ("winner", WHY)
"""The chapters in which the wall has called the answer."""
GLIDE = 0.6
"""Seconds in which the bar goes where the last word says: a little more than lies between two words,
so that it never stands still between them."""
STALE = 4.0
"""Seconds without a word (eight of them are missing then) after which a tour counts as over: the wall
makes way for another visitor's drawing without saying so, and words get lost."""
OVERTAKEN = 0.05
"""A word this much behind the last one was overtaken on its way; further behind, the wall went back."""
SAME = 0.03
"""Fractions so close are one place in the tour: the word about a new chapter may have been lost."""
MOST_TICKS = 32
"""Chapters that the bar has room for, whatever a peer calls them."""


@dataclass(frozen=True, slots=True)
class Tour:
    """`chapter` and `fraction` as last said. Times are monotonic seconds."""

    drawing: int
    chapter: str
    fraction: float
    heard: float
    moved: float
    """When the fraction changed last: a paused wall goes on saying the same one."""
    entered: float
    """When the chapter began."""
    start: float = 0.0
    """What the bar showed when it set off for `fraction`, at `moved`."""
    ticks: tuple[float, ...] = ()
    """Where chapters began, so far."""

    @property
    def called(self) -> bool:
        """Whether the wall shows the answer, or has done so."""
        return self.chapter in CALLED or self.fraction >= 1.0

    @property
    def explaining(self) -> bool:
        """Whether the wall shows what the answer depended on."""
        return self.chapter == WHY

    def running(self, now: float) -> bool:
        return self.fraction < 1.0 and now - self.heard < STALE

    def shown(self, now: float) -> float:
        """The bar: continuous, whatever the words do."""
        part = min(max((now - self.moved) / GLIDE, 0.0), 1.0)
        return (1.0 - part) * self.start + part * self.fraction

    def ahead(self, route: tuple[float, ...]) -> tuple[float, ...]:
        """Ticks still to come, if this tour takes the `route` of the one before it."""
        if any(all(abs(tick - other) > SAME for other in route) for tick in self.ticks):
            return ()
        last = max((*self.ticks, self.fraction))
        return tuple(tick for tick in route if tick > last + SAME)


def follow(tour: Tour | None, word: Progress, now: float) -> Tour:
    """What is known once `word` was heard."""
    if tour is None or tour.drawing != word.drawing:
        return Tour(word.drawing, word.chapter, word.fraction, now, now, now)
    back = tour.fraction - word.fraction
    if 0.0 < back <= OVERTAKEN:
        return replace(tour, heard=now)
    heard = replace(tour, fraction=word.fraction, heard=now)
    if back:
        heard = replace(heard, moved=now, start=tour.shown(now))
    if back > 0.0:
        heard = replace(heard, ticks=tuple(tick for tick in tour.ticks if tick < word.fraction))
    if word.chapter != tour.chapter:
        heard = replace(heard, chapter=word.chapter, entered=now)
        if back < 0.0:
            heard = replace(heard, ticks=(*tour.ticks, word.fraction)[:MOST_TICKS])
    return heard
