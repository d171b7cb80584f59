"""What nodes say to each other: that they are there, what o'clock it is, and what is on a wall.

    Beat      every node → every node it knows, once a second; two, one each way, tell two clocks apart
    Stage     a wall → the walls of its group: what is on the wall, and since when
    Picture   with it: the drawing that the tour is about, framed and as it was drawn
    Ask       a wall → another of its group: say all of that again

They come to a wall's drawing port and to the one port of any other node. Times are whole microseconds on the
sender's monotonic clock, whose zero means nothing to anybody else. As `common.wire`: what we get wrong raises
`WireError`, what a peer gets wrong raises `Refused`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from common import osc
from common.bitmap import SIDE, Bitmap
from common.errors import Refused, WireError
from common.identity import is_id
from common.wire import MAX_DATAGRAM, build, valid_name

ROLES = ("display", "input", "operate", "machine")
"""A wall, a station, a console, and the keeper that watches over a machine's processes."""
KINDS = ("tour", "invitation")
"""What may be on stage; a wall where somebody draws has nothing to share."""
FRAMED, CANVAS = 0, 1
"""The two pictures of a drawing: as the network reads it, and as it was drawn."""
LATEST = 1 << 53
"""Microseconds, 285 years: no clock that counts from a machine's start gets there, so it is a lie."""
FASTEST = 64.0
"""Seconds of show a second that any operator can ask for, and more."""
LONGEST_REST = 3600.0
"""Seconds for which any answer may stay, and more."""


@dataclass(frozen=True, slots=True)
class Beat:
    """I am here.

    `sent`: now. `echo`: the `sent` of the last beat that came from the receiver, 0 if none has; `heard`: when
    it came. So whoever sent the first of two beats knows four times of one exchange. `tide`: a clock that all
    walls keep, the furthest that any of them has (see `Stage.stamp`). `stamp` and `conductor` name what is on
    the wall; `waiting` counts the drawings in its queue; `fresh`: frames are really being presented.
    """

    ADDRESS: ClassVar[str] = "/node/beat"
    TAGS: ClassVar[str] = "ssssihhhhhsii"
    node: str
    role: str
    name: str
    group: str
    http_port: int
    sent: int
    echo: int = 0
    heard: int = 0
    tide: int = 0
    stamp: int = 0
    conductor: str = ""
    waiting: int = 0
    fresh: bool = True

    def encode(self) -> bytes:
        return _encode(self)

    def check(self) -> str | None:
        if self.role not in ROLES:
            return f"role {self.role[:16]!r}"
        if not valid_name(self.name) or not _name_or_none(self.group):
            return f"name {self.name[:32]!r} in group {self.group[:32]!r}"
        if not (0 <= self.http_port < 65536 and 0 <= self.waiting < 65536 and self.fresh in (0, 1)):
            return f"http port {self.http_port}, waiting {self.waiting}, fresh {self.fresh}"
        if not _times(self.sent, self.echo, self.heard, self.tide, self.stamp):
            return "a time before 0 or after the end of time"
        return None if is_id(self.node) and (not self.conductor or is_id(self.conductor)) else "no id"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on the wall: `show(now) = show_base + rate × (now − real_base)`, in µs on the sender's clock.

    The greatest (`stamp`, `conductor`) wins: `stamp` is the tide when it was decided, the same number in
    whatever wall's mouth, so all walls choose the same without electing anybody. `number`: the drawing of a
    tour, or the part of the invitation. `resume`: the rate to go back to after a pause. `rest`: seconds of
    show for which an answer stays: walls that rest differently would not be in step afterwards.
    """

    ADDRESS: ClassVar[str] = "/show/stage"
    TAGS: ClassVar[str] = "shssshsshhhddd"
    node: str
    stamp: int
    conductor: str
    kind: str
    station: str
    number: int
    exhibit: str
    form: str
    seed: int
    show_base: int
    real_base: int
    rate: float
    resume: float
    rest: float = 12.0

    def encode(self) -> bytes:
        return _encode(self)

    def check(self) -> str | None:
        if self.kind not in KINDS or (self.kind == "tour") != bool(self.station):
            return f"kind {self.kind[:16]!r} of station {self.station[:32]!r}"
        if not all(_name_or_none(name) for name in (self.station, self.exhibit, self.form)):
            return "a name that is none"
        if not (_times(self.stamp, abs(self.show_base), abs(self.real_base)) and self.seed >= 0):
            return "a time before 0 or after the end of time"
        if not (math.isfinite(self.rate + self.resume) and 0.0 <= self.rate <= FASTEST >= self.resume > 0.0):
            return f"rate {self.rate}, after a pause {self.resume}"
        if not 0.0 <= self.rest <= LONGEST_REST:
            return f"rest {self.rest}"
        return None if is_id(self.node) and is_id(self.conductor) else "no id"


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the two pictures (`which`: `FRAMED` or `CANVAS`) of a drawing that is on stage."""

    ADDRESS: ClassVar[str] = "/show/picture"
    TAGS: ClassVar[str] = "shiib"
    station: str
    drawing: int
    which: int
    bitmap: Bitmap

    def encode(self) -> bytes:
        if (wrong := self.check()) is not None:
            raise WireError(f"{self.ADDRESS}: {wrong}")
        head = self.station, self.drawing, self.which
        return build(self.ADDRESS, self.TAGS, *head, SIDE, self.bitmap.pixels)

    def check(self) -> str | None:
        if not valid_name(self.station) or self.which not in (FRAMED, CANVAS):
            return f"picture {self.which} of station {self.station[:32]!r}"
        return None


@dataclass(frozen=True, slots=True)
class Ask:
    """What is on your wall? Answered by a `Stage` and, for a tour, its two pictures."""

    ADDRESS: ClassVar[str] = "/show/ask"
    TAGS: ClassVar[str] = "s"
    node: str

    def encode(self) -> bytes:
        return _encode(self)

    def check(self) -> str | None:
        return None if is_id(self.node) else "no id"


Message = Beat | Stage | Picture | Ask


def _make_picture(station: str, drawing: int, which: int, side: int, data: bytes) -> Picture:
    if side != SIDE or len(data) != SIDE * SIDE:
        raise Refused("bitmap", f"side {side} with {len(data)} bytes; this wall reads {SIDE}×{SIDE}")
    return Picture(station, drawing, which, Bitmap(bytes(data)))


def _make_beat(*told: Any) -> Beat:
    made = Beat(*told)
    return replace(made, fresh=bool(made.fresh)) if made.fresh in (0, 1) else made


_MAKERS: dict[str, tuple[str, Callable[..., Message]]] = {
    Beat.ADDRESS: (Beat.TAGS, _make_beat),
    Stage.ADDRESS: (Stage.TAGS, Stage),
    Picture.ADDRESS: (Picture.TAGS, _make_picture),
    Ask.ADDRESS: (Ask.TAGS, Ask),
}


def take(message: osc.Message) -> Message | None:
    """The node message that this is; None if its address is none of ours. Raises `Refused`."""
    tags, make = _MAKERS.get(message.address, ("", None))
    if make is None:
        return None
    if message.tags != tags:
        raise Refused("tags", f"{message.address} {message.tags[:16]!r}, expected {tags!r}")
    made = make(*message.arguments)
    if (wrong := made.check()) is not None:
        raise Refused("value", f"{message.address}: {wrong}")
    return made


def is_node(datagram: bytes) -> bool:
    """Whether a datagram is a message between nodes, told from its first bytes: they are never bundled."""
    return datagram.startswith((b"/node/", b"/show/"))


def decode(datagram: bytes) -> Message:
    """Raises `Refused` for whatever is not exactly one message between nodes."""
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("size", f"{len(datagram)} bytes, {MAX_DATAGRAM} at most")
    found = [take(message) for message in osc.messages(datagram)]
    if len(found) != 1 or found[0] is None:
        raise Refused("address", "not one message between nodes")
    return found[0]


def _encode(message: Beat | Stage | Ask) -> bytes:
    if (wrong := message.check()) is not None:
        raise WireError(f"{message.ADDRESS}: {wrong}")
    values = [getattr(message, field.name) for field in fields(message)]
    return build(message.ADDRESS, message.TAGS, *(int(v) if isinstance(v, bool) else v for v in values))


def _name_or_none(name: str) -> bool:
    return not name or valid_name(name)


def _times(*times: int) -> bool:
    return all(0 <= time < LATEST for time in times)
