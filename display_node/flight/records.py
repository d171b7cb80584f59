"""What a flight recorder records. Times are monotonic seconds of the machine that recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.bitmap import Bitmap
from common.clock import ShowClock
from common.link import Address
from display_node.form import Form


@dataclass(frozen=True)
class Header:
    """Who recorded: `run` is one process' life. `wall` is the machine's own date, `began` the monotonic time.

    `weights` is the SHA-256 of the weights file. `machine`: what draws, and with which font.
    """

    run: str
    version: str
    wall: float
    began: float
    weights: str
    machine: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Received:
    at: float
    port: str
    sender: Address
    datagram: bytes


@dataclass(frozen=True)
class Tour:
    """An exhibit of one drawing: framed as it was read, and as it was on the canvas."""

    station: str
    drawing: int
    exhibit: str
    form: Form
    seed: int
    framed: Bitmap
    canvas: Bitmap


@dataclass(frozen=True)
class Invitation:
    """A part of it, and the drawings that it is made of: None is the network at rest, no `cast` the first."""

    number: int
    cast: tuple[Bitmap | None, ...]


@dataclass(frozen=True)
class Listening:
    """Somebody draws."""


Act = Tour | Invitation | Listening


@dataclass(frozen=True)
class Decided:
    """From the frame at `at` on: what is on the wall, and how.

    `number` counts decisions. `turn` counts scenes: it rises when another one comes on the wall, and `left`
    is the time of the last frame before that, None for the first: the camera sets out from where it was then.
    In a file `act` is None where it is that of the decision before.
    """

    at: float
    number: int
    turn: int
    left: float | None
    since: float
    clock: ShowClock
    phase: str
    act: Act | None
    canvas: Bitmap
    language: str
    captions: bool
    blackout: bool
    volume: float
    size: tuple[int, int]


@dataclass(frozen=True)
class Canvas:
    """The live picture, while everything else stays as it was decided."""

    at: float
    bitmap: Bitmap


@dataclass(frozen=True)
class Glyphs:
    """All characters that have a place in the atlas, in the order in which they got it."""

    at: float
    text: str


@dataclass(frozen=True)
class Lost:
    """So many records before this one were not written: the disk was full, or too much came at once."""

    at: float
    count: int


Record = Header | Received | Decided | Canvas | Glyphs | Lost
