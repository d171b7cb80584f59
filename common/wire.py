"""The wire: every address, tag list and cap, once. Only `control` knows others: the operator's.

Messages are frozen dataclasses that encode themselves; `decode` is their inverse. Nothing here
touches a socket. A value that *we* get wrong raises `WireError`; what a *peer* gets wrong raises
`Refused`, which the receiver counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from common import osc
from common.bitmap import SIDE, Bitmap
from common.errors import Refused, WireError
from common.osc import Argument

MAX_DATAGRAM = 1200
"""Bytes. Below every usual MTU, so that no datagram of ours is ever fragmented."""
LEGACY_DATAGRAM = 5132
"""Bytes of the original's `/test`, exactly."""
MAX_NAME = 32
"""Bytes of a station's name in UTF-8."""

DRAWING_PORT, CONTROL_PORT, DISPLAY_HTTP_PORT, INPUT_HTTP_PORT, LEGACY_PORT = 9000, 9001, 9002, 9003, 12000


@dataclass(frozen=True, slots=True)
class _Picture:
    ADDRESS: ClassVar[str]
    TAGS: ClassVar[str] = "shiib"
    station: str
    drawing: int
    sequence: int
    bitmap: Bitmap

    def encode(self) -> bytes:
        head = _name(self.station), self.drawing, self.sequence
        return build(self.ADDRESS, self.TAGS, *head, SIDE, self.bitmap.pixels)


@dataclass(frozen=True, slots=True)
class Preview(_Picture):
    """The canvas as it grows. `sequence` rises by one a message, within one drawing."""

    ADDRESS: ClassVar[str] = "/drawing/preview"


@dataclass(frozen=True, slots=True)
class Submit(_Picture):
    """The framed drawing, to be read; (station, drawing) is its identity, however often it arrives."""

    ADDRESS: ClassVar[str] = "/drawing/submit"


@dataclass(frozen=True, slots=True)
class _Word:
    ADDRESS: ClassVar[str]
    TAGS: ClassVar[str] = "sh"
    station: str
    drawing: int

    def encode(self) -> bytes:
        return build(self.ADDRESS, self.TAGS, _name(self.station), self.drawing)


@dataclass(frozen=True, slots=True)
class Clear(_Word):
    """The visitor wiped the canvas."""

    ADDRESS: ClassVar[str] = "/drawing/clear"


@dataclass(frozen=True, slots=True)
class Hello(_Word):
    """Is a wall there? Sent about once a second and answered by an `Ack` with the same two values."""

    ADDRESS: ClassVar[str] = "/drawing/hello"


@dataclass(frozen=True, slots=True)
class Ack(_Word):
    """The wall has it: stop resending quickly."""

    ADDRESS: ClassVar[str] = "/drawing/ack"


@dataclass(frozen=True, slots=True)
class Legacy:
    """What the original's Processing sketch sends. Unframed; whoever takes it frames it."""

    ADDRESS: ClassVar[str] = "/test"
    TAGS: ClassVar[str] = "i" * (SIDE * SIDE)
    bitmap: Bitmap

    def encode(self) -> bytes:
        grey = self.bitmap.array.astype(np.int64).ravel()
        argb = (0xFF000000 | grey << 16 | grey << 8 | grey) - (1 << 32)
        return osc.build(self.ADDRESS, self.TAGS, argb.tolist())


@dataclass(frozen=True, slots=True)
class Answer:
    """The digit, its ten probabilities (summing to one, in the order 0…9), and `sure`: that it is one."""

    ADDRESS: ClassVar[str] = "/drawing/answer"
    OLD_TAGS: ClassVar[str] = "shi" + "f" * 10  # of walls that had no doubts
    TAGS: ClassVar[str] = OLD_TAGS + "i"
    station: str
    drawing: int
    digit: int
    probabilities: tuple[float, ...]
    sure: bool = True

    def encode(self) -> bytes:
        shares = [float(p) for p in self.probabilities]
        if not _plausible(self.digit, shares):
            raise WireError(f"digit {self.digit} with probabilities {shares}")
        head = _name(self.station), self.drawing, int(self.digit)
        return build(self.ADDRESS, self.TAGS, *head, *shares, int(self.sure))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the tour of this drawing is: a chapter's name and the fraction (0…1) of the whole."""

    ADDRESS: ClassVar[str] = "/drawing/progress"
    TAGS: ClassVar[str] = "shsf"
    station: str
    drawing: int
    chapter: str
    fraction: float

    def encode(self) -> bytes:
        if not (0.0 <= self.fraction <= 1.0 and (not self.chapter or valid_name(self.chapter))):
            raise WireError(f"chapter {self.chapter!r} at {self.fraction}")
        head = _name(self.station), self.drawing
        return build(self.ADDRESS, self.TAGS, *head, self.chapter, float(self.fraction))


ToWall = Preview | Submit | Clear | Hello
ToStation = Ack | Answer | Progress
Decoded = ToWall | ToStation | Legacy
Parser = Callable[[osc.Message], Decoded]


def _decode(parsers: dict[str, Parser], limit: int, datagram: bytes) -> list[Decoded]:
    if len(datagram) > limit:
        raise Refused("size", f"{len(datagram)} bytes, {limit} at most")
    decoded = []
    for message in osc.messages(datagram):
        if (parser := parsers.get(message.address)) is None:
            raise Refused("address", f"{message.address} is not heard on this port")
        decoded.append(parser(message))
    return decoded


def _exact(tags: str, make: Callable[..., Decoded], *older: str) -> Parser:
    def parse(message: osc.Message) -> Decoded:
        if message.tags not in (tags, *older):
            raise Refused("tags", f"{message.address} {message.tags[:16]!r}, expected {tags[:16]!r}")
        return make(*message.arguments)

    return parse


def _take_picture(make: Callable[[str, int, int, Bitmap], Decoded]) -> Callable[..., Decoded]:
    def take(station: str, drawing: int, sequence: int, side: int, data: bytes) -> Decoded:
        if side != SIDE or len(data) != SIDE * SIDE:
            raise Refused("bitmap", f"side {side} with {len(data)} bytes; this wall reads {SIDE}×{SIDE}")
        return make(_known(station), drawing, sequence, Bitmap(bytes(data)))

    return take


def _take_submit(station: str, drawing: int, sequence: int, bitmap: Bitmap) -> Submit:
    if bitmap.empty:
        raise Refused("empty", f"{station} submitted an empty drawing")
    return Submit(station, drawing, sequence, bitmap)


def _take_legacy(*argb: int) -> Legacy:
    red = np.array(argb, np.int64) >> 16 & 0xFF
    return Legacy(Bitmap(red.astype(np.uint8).tobytes()))


def _take_answer(station: str, drawing: int, digit: int, *said: float) -> Answer:
    probabilities, sure = said[:10], said[10:] or (1,)
    if not _plausible(digit, probabilities) or sure[0] not in (0, 1):
        raise Refused("value", f"digit {digit} with probabilities {probabilities}, sure {sure[0]}")
    return Answer(_known(station), drawing, digit, probabilities, bool(sure[0]))


def _take_progress(station: str, drawing: int, chapter: str, fraction: float) -> Progress:
    if not (0.0 <= fraction <= 1.0 and (not chapter or valid_name(chapter))):
        raise Refused("value", f"chapter {chapter[:MAX_NAME]!r} at {fraction}")
    return Progress(_known(station), drawing, chapter, fraction)


def _named(make: Callable[[str, int], Decoded]) -> Callable[..., Decoded]:
    return lambda station, drawing: make(_known(station), drawing)


_DRAWING: dict[str, Parser] = {
    Preview.ADDRESS: _exact(Preview.TAGS, _take_picture(Preview)),
    Submit.ADDRESS: _exact(Submit.TAGS, _take_picture(_take_submit)),
    Clear.ADDRESS: _exact(Clear.TAGS, _named(Clear)),
    Hello.ADDRESS: _exact(Hello.TAGS, _named(Hello)),
}
_REPLIES: dict[str, Parser] = {
    Ack.ADDRESS: _exact(Ack.TAGS, _named(Ack)),
    Answer.ADDRESS: _exact(Answer.TAGS, _take_answer, Answer.OLD_TAGS),
    Progress.ADDRESS: _exact(Progress.TAGS, _take_progress),
}

decode_drawing = partial(_decode, _DRAWING, MAX_DATAGRAM)
"""What arrived on a wall's drawing port."""
decode_reply = partial(_decode, _REPLIES, MAX_DATAGRAM)
"""What arrived at a station."""
decode_legacy = partial(_decode, {Legacy.ADDRESS: _exact(Legacy.TAGS, _take_legacy)}, LEGACY_DATAGRAM)
"""What arrived on the original's port."""


def build(address: str, tags: str, *arguments: Argument) -> bytes:
    datagram = osc.build(address, tags, arguments)
    if len(datagram) > MAX_DATAGRAM:
        raise WireError(f"{address} would take {len(datagram)} bytes, {MAX_DATAGRAM} at most")
    return datagram


def valid_name(name: str) -> bool:
    return name.isprintable() and 0 < len(name.encode()) <= MAX_NAME  # a lone surrogate isn't printable


def _plausible(digit: int, probabilities: Sequence[float]) -> bool:
    return 0 <= digit <= 9 and all(0.0 <= p <= 1.0 for p in probabilities)


def _name(name: str) -> str:
    if not valid_name(name):
        raise WireError(f"station name {name!r} must be 1 to {MAX_NAME} printable bytes")
    return name


def _known(name: str) -> str:
    if not valid_name(name):
        raise Refused("value", f"station name {name[:MAX_NAME]!r}")
    return name
