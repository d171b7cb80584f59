"""A Scene: a whole show compiled into arrays. Nothing in it moves; the renderer evaluates it at a time.

Times are seconds since the scene began. Positions are world units: one pixel of the input is one unit;
x to the right, y up, z towards the viewer, which is the way the data flows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FOREVER = 1e9
"""A death that never comes, in seconds; finite, so that the shader may compute with it."""

BOX = np.dtype(
    [
        ("start", "f4", 3),  # centre at birth
        ("birth", "f4"),  # s
        ("end", "f4", 3),  # centre when the flight is over
        ("flight", "f4"),  # s, at least MIN_FLIGHT
        ("size", "f4", 3),  # edge lengths at birth
        ("spread", "f4"),  # factor on the block's offsets at birth
        ("size_end", "f4", 3),
        ("spread_end", "f4"),
        ("value", "f4"),  # the tensor's own number at birth …
        ("value_end", "f4"),  # … and when the flight is over
        ("gain", "f4"),  # brightness = |value| × gain, clipped to 1
        ("tint", "f4"),  # a Tint
        ("row", "f4"),  # row of the batch's values; negative: the instance's own number
        ("death", "f4"),  # s; gone from here on
        ("layer", "i4"),  # which stage it belongs to; not read by the shader
        ("cell", "i4"),  # index into that stage's tensor, C order; not read by the shader
    ]
)
"""One instance: one flight of one block of boxes, six vec4 in the order in which the shader reads them."""

CUE = np.dtype(
    [
        ("time", "f8"),  # s
        ("sound", "i4"),  # a Sound
        ("pitch", "i4"),  # step of the scale, 0 the lowest (`sound.synth`)
        ("pan", "f4"),  # −1 left … 1 right
        ("loudness", "f4"),  # peak, as a part of full scale
    ]
)
"""One sound, started once."""

MIN_FLIGHT = 1e-3
DIMMED = 0.4
"""Light of what is not meant."""
_RESTS = (("start", "end"), ("size", "size_end"), ("spread", "spread_end"), ("value", "value_end"))

Point = tuple[float, float, float]
BeatKind = Literal["text", "camera", "highlight", "action"]
Boxes = npt.NDArray[np.void]
Cues = npt.NDArray[np.void]
Floats = npt.NDArray[np.float32]


class Tint(IntEnum):
    """Whose colour a box wears. The colours themselves belong to the theme (`render.palette`).

    A fraction on top of RESULT is the map that a number comes from, 0 the first … 0.99 the last: its hue.
    """

    DRAWING = 0
    WEIGHT = 1
    PRODUCT = 2
    RESULT = 3
    ANSWER = 4
    TEXT = 5  # these two are for labels only: words,
    NIGHT = 6  # and what stands on a bright box


class Sound(IntEnum):
    """What is heard. The sounds themselves are made from nothing in `sound.synth`."""

    SAND = 0
    """Sand runs: the drawing settles into its frame."""
    GRAIN = 1
    """A grain falls: a kernel lands on its patch, a box in the line."""
    TICK = 2
    """A negative sum becomes zero."""
    GLASS = 3
    """A box of a block lights up."""
    WOOD = 4
    """A box of a line lights up: many products have become one sum."""
    BELL = 5
    """A share of the answer; the answer."""


def boxes(count: int, **fields: npt.ArrayLike) -> Boxes:
    """`count` instances; a field that isn't given rests: ends as it starts, lives for ever, at spread 1."""
    made = np.zeros(count, BOX)
    given: dict[str, Any] = {"flight": MIN_FLIGHT, "death": FOREVER, "spread": 1.0, "gain": 1.0, "row": -1.0}
    given |= fields
    for start, end in _RESTS:
        if start in given:
            given.setdefault(end, given[start])
    for name, value in given.items():
        made[name] = value
    return made


@dataclass(frozen=True, slots=True)
class Light:
    """From `time`, within `fade` seconds, a batch is lit by `level`: 1, or DIMMED while others are meant."""

    time: float
    level: float
    fade: float = 0.4


@dataclass(frozen=True, eq=False)
class Batch:
    """Instances that are drawn with one call, sorted by birth.

    Each instance is a block of `len(offsets)` boxes that fly together. Where `values` is given,
    (rows, k) with k = len(offsets), a box takes its number from the instance's row of it. A `live` batch
    takes its only row of numbers from the picture on the visitor's canvas. Before its first of `lights`,
    sorted by time, a batch is fully lit.
    """

    name: str
    boxes: Boxes
    offsets: Floats = field(default_factory=lambda: np.zeros((1, 3), np.float32))
    values: Floats | None = None
    live: bool = False
    lights: tuple[Light, ...] = ()

    def __post_init__(self) -> None:
        order = np.argsort(self.boxes["birth"], kind="stable")
        object.__setattr__(self, "boxes", self.boxes[order])
        for array in (self.boxes, self.offsets, self.values):
            if array is not None:
                array.flags.writeable = False

    @cached_property
    def births(self) -> list[float]:
        births: list[float] = self.boxes["birth"].tolist()
        return births

    @cached_property
    def last_deaths(self) -> list[float]:
        """The latest death among the instances up to each: rises, so that the dead can be searched away."""
        deaths: list[float] = np.maximum.accumulate(self.boxes["death"]).tolist()
        return deaths


@dataclass(frozen=True, slots=True)
class CameraKey:
    """From `time`, within `move` seconds: look along −`direction`, with all `points` in view."""

    time: float
    move: float
    direction: Point
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """A text by its key in the language files, its braces' values, and how far up the screen it stands."""

    time: float
    until: float
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """Text in the space, facing the viewer, `height` units tall, centred on `at`, `light` 0…1 bright.

    It flies to `to`, if that is given, from its birth for `flight` seconds.
    """

    text: str
    at: Point
    height: float
    birth: float
    tint: Tint = Tint.DRAWING
    death: float = FOREVER
    to: Point | None = None
    flight: float = MIN_FLIGHT
    light: float = 1.0


@dataclass(frozen=True, slots=True)
class Legend:
    """Which colours are explained from `time` to `until`: keys of the language files' table `legend`."""

    time: float
    until: float
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beat:
    """What a moment is for. Nothing reads it to draw: the rule of one mover at a time is checked by it."""

    kind: BeatKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Chapter:
    name: str
    start: float


@dataclass(frozen=True, eq=False)
class Scene:
    """`duration` in seconds; it rests on its last instant.

    `cues` are what is heard, sorted by time; each time is in [0, duration).
    """

    name: str
    duration: float
    batches: tuple[Batch, ...]
    camera: tuple[CameraKey, ...]
    captions: tuple[Caption, ...] = ()
    labels: tuple[Label, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    legends: tuple[Legend, ...] = ()
    beats: tuple[Beat, ...] = ()
    cues: Cues = field(default_factory=lambda: np.zeros(0, CUE))

    def __post_init__(self) -> None:
        object.__setattr__(self, "cues", self.cues[np.argsort(self.cues["time"], kind="stable")])
        self.cues.flags.writeable = False

    def clamp(self, t: float) -> float:
        """The instant that is shown at `t`."""
        return min(max(t, 0.0), self.duration)

    def chapter(self, t: float) -> Chapter | None:
        """The chapter running at `t`, None before the first."""
        begun = [chapter for chapter in self.chapters if chapter.start <= t]
        return begun[-1] if begun else None

    def next_chapter(self, t: float) -> float:
        """When the chapter after the one at `t` starts, or the end."""
        return min((chapter.start for chapter in self.chapters if chapter.start > t), default=self.duration)
