"""A tour under composition: chapters, and in them beats, each beginning where the last one ended.

The order is the storyboard's: the text says what comes, the camera goes there, what is meant is pointed at,
then it happens. A caption stays until it can have been read, in whichever language takes longest.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from display_node import reading
from display_node.scene import (
    DIMMED,
    FOREVER,
    Batch,
    Beat,
    BeatKind,
    CameraKey,
    Caption,
    Chapter,
    Cues,
    Label,
    Legend,
    Light,
    Point,
    Scene,
)

PAUSE = 0.2
"""Seconds from a text to what it speaks of: the beat that lies between two movers."""
MOVE = 0.9
"""Seconds of a camera's way."""
POINTING = 0.2
"""Seconds in which everything that isn't meant grows dim."""


@dataclass
class Script:
    """`now`: seconds since the tour began, the end of all beats so far. `pace` 1 is the full form's."""

    now: float = 0.0
    batches: list[Batch] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    cues: list[Cues] = field(default_factory=list)
    passing: list[Label] = field(default_factory=list)
    """Labels of the present chapter, gone at its end."""
    _camera: list[CameraKey] = field(default_factory=list)
    _captions: list[Caption] = field(default_factory=list)
    _chapters: list[Chapter] = field(default_factory=list)
    _legends: list[Legend] = field(default_factory=list)
    _beats: list[Beat] = field(default_factory=list)
    _pointed: list[tuple[float, frozenset[str]]] = field(default_factory=list)
    _text: Caption | None = None

    def chapter(self, name: str, *, hush: bool = True) -> None:
        """The next chapter begins once the last one's caption has been read; at once, if it is to go on."""
        if hush:
            self._hush()
        self.clear()
        self._chapters.append(Chapter(name, self.now))

    def say(self, key: str, **values: str) -> None:
        """A caption, instead of the one before it; then a pause."""
        self._hush()
        self._text = Caption(self.now, self.now, key, values)
        self._beat("text", PAUSE)

    def look(self, direction: Point, points: Iterable[Point], seconds: float = MOVE) -> None:
        """The camera goes where all `points` are in view, along −`direction`."""
        self._camera.append(CameraKey(self.now, seconds, direction, tuple(points)))
        self._beat("camera", seconds)

    def follow(self, direction: Point, points: Iterable[Point], seconds: float) -> None:
        """The same, but along with what happens: the one thing that moves is carried by the eye."""
        self._camera.append(CameraKey(self.now, seconds, direction, tuple(points)))

    def point(self, *lit: str) -> None:
        """Only the batches of these names, and those named `name.…`, stay lit; with none, all of them."""
        self._pointed.append((self.now, frozenset(lit)))
        self._beat("highlight", POINTING)

    def explain(self, *roles: str) -> None:
        """The legend names the colours of these roles from now on, instead of those before."""
        if self._legends:
            self._legends[-1] = replace(self._legends[-1], until=self.now)
        self._legends.append(Legend(self.now, FOREVER, roles))

    @contextmanager
    def action(self) -> Iterator[None]:
        """What happens: the block moves `now` on to its end."""
        start = self.now
        yield
        self._beats.append(Beat("action", start, self.now))

    def clear(self) -> None:
        """The chapter's labels are gone from now on."""
        self.labels += [replace(label, death=min(label.death, self.now)) for label in self.passing]
        self.passing = []

    def wipe(self, *kept: Label) -> None:
        """No label at all from now on, but those that are `kept`."""
        self.clear()
        self.labels = [
            label if label in kept else replace(label, death=min(label.death, self.now))
            for label in self.labels
        ]

    def vanish(self, *names: str) -> None:
        """The boxes of these batches are gone from now on."""
        for index, batch in enumerate(self.batches):
            if batch.name in names:
                made = batch.boxes.copy()
                made["death"] = np.minimum(made["death"], self.now)
                self.batches[index] = replace(batch, boxes=made)

    def rest(self, seconds: float) -> None:
        """Nothing moves."""
        self.now += seconds

    def scene(self, name: str) -> Scene:
        """All of it, compiled."""
        self._end()
        return Scene(
            name,
            self.now,
            # A drawing may leave a batch empty: nothing counted in a stage, or its map has only one cell.
            tuple(replace(each, lights=self._lights(each.name)) for each in self.batches if len(each.boxes)),
            tuple(self._camera),
            tuple(self._captions),
            tuple(self.labels),
            tuple(self._chapters),
            tuple(self._legends),
            tuple(self._beats),
            cues=np.concatenate(self.cues),
        )

    def _end(self) -> None:
        self._hush()
        self.clear()

    def _beat(self, kind: BeatKind, seconds: float) -> None:
        self._beats.append(Beat(kind, self.now, self.now + seconds))
        self.now += seconds

    def _hush(self) -> None:
        """End the caption, but not before it could be read."""
        if self._text is not None:
            spoken = self._text
            self.now = max(self.now, spoken.time + reading.seconds(spoken.key, spoken.values))
            self._captions.append(replace(spoken, until=self.now))
            self._text = None

    def _lights(self, name: str) -> tuple[Light, ...]:
        found: list[Light] = []
        for time, lit in self._pointed:
            meant = not lit or any(name == other or name.startswith(f"{other}.") for other in lit)
            level = 1.0 if meant else DIMMED
            if level != (found[-1].level if found else 1.0):
                found.append(Light(time, level, POINTING))
        return tuple(found)


def stagger(count: int, start: float, seconds: float, pace: float = 1.0) -> Sequence[float]:
    """When each of `count` begins, if they share `seconds`; with a `pace` under 1 the first are slower."""
    return [start + seconds * (index / count) ** pace for index in range(count)]
