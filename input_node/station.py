"""The station: what the visitor is doing and sees. Pure: (state, event, now) → state.

    DRAWING ──predict──▶ WAITING ──answer──▶ ANSWERED ──the wall calls it──▶ (revealed)
       ▲                    │ draws on           │ touches                       │ touches, or has seen it
       └────────────────────┴────────────────────┴───────────────────────────────┘

The answer comes within milliseconds and is kept back until the wall calls it, or until it is clear that
the wall won't. `Screen` says what of it all is to be seen.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from common.wire import Answer, Progress
from input_node.tour import STALE, Tour, follow

IDLE_CLEAR = 20.0
"""Seconds without a touch after which half a drawing is wiped: its visitor has left."""
SHOW_ANSWER = 8.0
"""Seconds that an answer stays after it was shown, or after the wall's last word about it."""
LONGEST_STAY = 180.0
"""Seconds for which a tour may keep the answer on the canvas, whatever the wall says."""
HINT = 3.0
"""Seconds that a hint stays."""

PATIENCE = 16.0
"""Seconds without any word from the wall after which the answer is shown here all the same.

A wall needs one to compile a show, and up to fourteen to finish a chapter of another drawing's. If it has
said nothing by then, others are before us in the queue, or it is a wall that tells no tours.
"""
LONGEST_QUEUE = 30.0
"""The same, though the wall is still showing another drawing of ours: an operator may have paused it."""
STALLED = 20.0
"""Seconds for which a tour may stand still, paused or sought by an operator, before the answer is shown."""
LONGEST_SECRET = 120.0
"""Seconds for which an answer is kept back at most: twice a tour."""

SOON_AFTER = 2.0
"""Seconds until a wait is worth a word: most tours begin before, and a screen must not flash by."""
TWICE = 2.0
"""Seconds for which Predict, pressed again, is taken for a finger that tapped twice."""
AGAIN_AFTER = 2.5
"""Seconds that an answer has for itself before anything else is said."""


class Phase(Enum):
    DRAWING = auto()
    WAITING = auto()
    ANSWERED = auto()


class Screen(Enum):
    """What the visitor sees."""

    DRAW = auto()
    READ = auto()
    """The drawing is on its way."""
    NEXT = auto()
    """The wall is still showing this station's drawing before."""
    SOON = auto()
    """The wall has read it but says nothing of a tour: who knows what it is busy with."""
    TOUR = auto()
    ANSWER = auto()
    WHY = auto()
    """The answer, and what the wall shows that it depended on."""
    AGAIN = auto()
    """The answer, and the stage is free."""


@dataclass(frozen=True, slots=True)
class Station:
    """Times are monotonic seconds."""

    phase: Phase = Phase.DRAWING
    since: float = 0.0
    """When this phase began."""
    touched: float = 0.0
    answer: Answer | None = None
    revealed: float | None = None
    """When the answer was shown."""
    submitted: int | None = None
    """The drawing that was submitted last; it may be on the wall while the next one is drawn."""
    tour: Tour | None = None
    """Of `submitted`."""
    elsewhere: float | None = None
    """When the wall was last heard to be showing another drawing of this station."""
    route: tuple[float, ...] = ()
    """Where the chapters began in the last tour that was heard to its end."""
    hint_until: float = 0.0

    def touring(self, now: float) -> bool:
        """Whether the wall is showing the last drawing."""
        return self.tour is not None and self.tour.running(now)

    def hinting(self, now: float) -> bool:
        return now < self.hint_until

    def abandoned(self, now: float) -> bool:
        """Whether nobody has touched the canvas for so long that its visitor has left."""
        return now - self.touched >= IDLE_CLEAR

    def expired(self, now: float) -> bool:
        """Whether it is time to wipe the canvas. What waits for a wall, or for its answer, never expires."""
        if self.phase is Phase.DRAWING:
            return self.abandoned(now)
        if self.revealed is None:
            return False
        seen = max(self.revealed, self.tour.heard if self.tour else 0.0)
        return now - seen >= SHOW_ANSWER or now - self.since >= LONGEST_STAY

    def screen(self, now: float) -> Screen:
        if self.phase is Phase.DRAWING:
            return Screen.DRAW
        if self.revealed is not None:
            if now - self.revealed < AGAIN_AFTER:
                return Screen.ANSWER
            if not self.touring(now):
                return Screen.AGAIN
            return Screen.WHY if self.tour and self.tour.explaining else Screen.ANSWER
        if self.touring(now):
            return Screen.TOUR
        if self.phase is Phase.WAITING or now - self.since < SOON_AFTER:
            return Screen.READ
        known = self.elsewhere is not None and now - self.elsewhere < STALE
        return Screen.NEXT if known else Screen.SOON

    def leaving(self, now: float) -> bool:
        """Whether pressing the large button begins another drawing. Nobody has to wait for the wall."""
        return self.phase is Phase.ANSWERED and now - self.since >= TWICE


def touch(state: Station, now: float) -> Station:
    return replace(state, touched=now, hint_until=0.0)


def fresh(state: Station, now: float) -> Station:
    """An empty canvas. The wall's tour of the last drawing goes on beside it."""
    return Station(
        since=now, touched=now, submitted=state.submitted, tour=state.tour, elsewhere=state.elsewhere,
        route=state.route,
    )  # fmt: skip


def hint(state: Station, now: float) -> Station:
    """Predict was pressed on an empty canvas."""
    return replace(touch(state, now), hint_until=now + HINT)


def submit(state: Station, drawing: int, now: float) -> Station:
    """The wall may still be busy with the one before."""
    elsewhere = state.tour.heard if state.tour and state.tour.running(now) else None
    return Station(
        Phase.WAITING, since=now, touched=now, submitted=drawing, elsewhere=elsewhere, route=state.route
    )


def draw_on(state: Station, now: float) -> Station:
    """The visitor changed a drawing that was waiting: it is being drawn again."""
    return replace(touch(state, now), phase=Phase.DRAWING, since=now)


def answered(state: Station, answer: Answer, now: float) -> Station:
    """Not shown yet: `tick` decides when."""
    return replace(state, phase=Phase.ANSWERED, since=now, answer=answer, revealed=None)


def progress(state: Station, word: Progress, now: float) -> Station:
    if word.drawing != state.submitted:
        return replace(state, elsewhere=now) if word.fraction < 1.0 else state
    tour = follow(state.tour, word, now)
    ended = tour.fraction >= 1.0 and tour.ticks
    return replace(state, tour=tour, elsewhere=None, route=tour.ticks if ended else state.route)


def tick(state: Station, now: float, reachable: bool) -> Station:
    """Show the answer when it is time. Once shown it stays, whatever is heard later."""
    due = state.phase is Phase.ANSWERED and state.revealed is None and _due(state, now, reachable)
    return replace(state, revealed=now) if due else state


def _due(state: Station, now: float, reachable: bool) -> bool:
    waited, tour = now - state.since, state.tour
    if not reachable or waited >= LONGEST_SECRET:
        return True  # there is no wall any more that could call it, or it takes for ever
    if tour is None:
        heard = max(state.since, state.elsewhere or 0.0)
        return now - heard >= PATIENCE or waited >= LONGEST_QUEUE
    stalled = now - max(tour.moved, state.since) >= STALLED
    return tour.called or stalled or not tour.running(now)
