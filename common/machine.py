"""What a console and a machine's keeper say to each other: start, stop, look, read the log.

    Order     → keeper: `start`, `stop` or `restart` one program of the machine's fixed set
    Look      → keeper: how is this machine?
    Tail      → keeper: the end of a program's log
    Done      ← keeper: what came of an order
    Report    ← keeper: the machine and its programs
    LogPart   ← keeper: a piece of the log that was asked for

Nothing here names a command, a path or a file: a keeper knows programs by name, and only those that it was
told of. As `common.nodes`: what we get wrong raises `WireError`, what a peer gets wrong raises `Refused`.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

from common import osc
from common.errors import Refused, WireError
from common.identity import is_id
from common.osc import Argument
from common.wire import MAX_DATAGRAM, build, valid_name

KEEPER_PORT, KEEPER_HTTP_PORT = 9005, 9006
VERBS = ("start", "stop", "restart")
STATES = ("STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN")
"""Of a program, in supervisor's words."""
OPENINGS = ("open", "closed", "unknown")
"""`unknown`: this machine's clock is not to be believed, so it stays open."""
MAX_PROGRAMS = 12
"""In a report: so many fit into one datagram whatever their names."""
MAX_TAIL = 16_384
"""Bytes of a log that one question brings."""
PART = 1000
"""Bytes of a log in one datagram; the rest of it is the head."""
MAX_WHY = 200
"""Bytes of a reason."""


@dataclass(frozen=True, slots=True)
class Order:
    verb: str
    program: str

    @property
    def address(self) -> str:
        return f"/machine/{self.verb}"

    def encode(self) -> bytes:
        return _build(self.address, "s", self.check(), self.program)

    def check(self) -> str | None:
        if self.verb not in VERBS:
            return f"verb {self.verb[:16]!r}; there are {', '.join(VERBS)}"
        return None if valid_name(self.program) else f"program {self.program[:32]!r}"


@dataclass(frozen=True, slots=True)
class Look:
    ADDRESS: ClassVar[str] = "/machine/ask"
    TAGS: ClassVar[str] = ""

    def encode(self) -> bytes:
        return build(self.ADDRESS, self.TAGS)


@dataclass(frozen=True, slots=True)
class Tail:
    """`size`: how many bytes of the end, 1 to `MAX_TAIL`."""

    ADDRESS: ClassVar[str] = "/machine/tail"
    TAGS: ClassVar[str] = "si"
    program: str
    size: int

    def encode(self) -> bytes:
        return _build(self.ADDRESS, self.TAGS, self.check(), self.program, self.size)

    def check(self) -> str | None:
        good = valid_name(self.program) and 0 < self.size <= MAX_TAIL
        return None if good else f"{self.size} bytes of {self.program[:32]!r}"


@dataclass(frozen=True, slots=True)
class Done:
    """`ok`: the order is being carried out; else `why` says what stood in the way."""

    ADDRESS: ClassVar[str] = "/machine/done"
    TAGS: ClassVar[str] = "ssis"
    verb: str
    program: str
    ok: bool
    why: str = ""

    def encode(self) -> bytes:
        why = _cut(self.why)
        return _build(
            self.ADDRESS, self.TAGS, self.check(), self.verb, self.program, int(self.ok), why
        )  # fmt: skip

    def check(self) -> str | None:
        good = self.verb in VERBS and valid_name(self.program) and self.ok in (0, 1)
        return None if good else f"{self.verb[:16]!r} of {self.program[:32]!r}, ok {self.ok}"


@dataclass(frozen=True, slots=True)
class Program:
    """`uptime`: seconds since it was started, 0 if it isn't running."""

    name: str
    state: str
    pid: int
    uptime: int


@dataclass(frozen=True, slots=True)
class Report:
    """A machine. `uptime`: seconds since it booted; `load`: over a minute; `temperature`: °C of its hottest
    part, None where it can't be read; `free`, `size`: bytes of the disk that the logs are on; `opening`: one
    of `OPENINGS`; `changes`: when that ends, seconds since 1970, 0 for never; `supervised`: it answers.
    """

    ADDRESS: ClassVar[str] = "/machine/report"
    HEAD: ClassVar[str] = "ssiffhhshi"
    EACH: ClassVar[str] = "ssii"
    node: str
    name: str
    uptime: int
    load: float
    temperature: float | None
    free: int
    size: int
    opening: str
    changes: int
    supervised: bool
    programs: tuple[Program, ...] = ()

    def encode(self) -> bytes:
        head: list[Argument] = [self.node, self.name, self.uptime, float(self.load)]
        head += [math.nan if self.temperature is None else float(self.temperature), self.free, self.size]
        head += [self.opening, self.changes, int(self.supervised)]
        rest = [part for p in self.programs for part in (p.name, p.state, p.pid, p.uptime)]
        tags = self.HEAD + self.EACH * len(self.programs)
        return _build(self.ADDRESS, tags, self.check(), *head, *rest)

    def check(self) -> str | None:
        if not (valid_name(self.name) and (not self.node or is_id(self.node))):
            return f"name {self.name[:32]!r} of {self.node[:40]!r}"
        if not (math.isfinite(self.load) and (self.temperature is None or math.isfinite(self.temperature))):
            return f"load {self.load}, temperature {self.temperature}"
        if min(self.uptime, self.free, self.size, self.changes) < 0 or self.supervised not in (0, 1):
            return "a size or a time below 0"
        if self.opening not in OPENINGS or len(self.programs) > MAX_PROGRAMS:
            return f"opening {self.opening[:16]!r}, {len(self.programs)} programs"
        good = all(valid_name(p.name) and p.state in STATES for p in self.programs)
        return None if good and all(min(p.pid, p.uptime) >= 0 for p in self.programs) else "a program"


@dataclass(frozen=True, slots=True)
class LogPart:
    """Part `part`, counted from 0, of `parts` that make the end of the program's log, in order."""

    ADDRESS: ClassVar[str] = "/machine/log"
    TAGS: ClassVar[str] = "siis"
    program: str
    part: int
    parts: int
    text: str

    def encode(self) -> bytes:
        return _build(self.ADDRESS, self.TAGS, self.check(), self.program, self.part, self.parts, self.text)

    def check(self) -> str | None:
        good = valid_name(self.program) and 0 <= self.part < self.parts <= MAX_TAIL // (PART // 4)
        return None if good and "\0" not in self.text else f"part {self.part} of {self.parts}"


ToKeeper = Order | Look | Tail
FromKeeper = Done | Report | LogPart
Message = ToKeeper | FromKeeper


def is_machine(datagram: bytes) -> bool:
    """Whether a datagram is one of these, told from its first bytes: they are never bundled."""
    return datagram.startswith(b"/machine/")


def decode(datagram: bytes) -> Message:
    """Raises `Refused` for whatever is not exactly one of these messages."""
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("size", f"{len(datagram)} bytes, {MAX_DATAGRAM} at most")
    found = list(osc.messages(datagram))
    if len(found) != 1:
        raise Refused("address", "not one message to or from a keeper")
    message = found[0]
    made = _make(message)
    if (wrong := made.check() if not isinstance(made, Look) else None) is not None:
        raise Refused("value", f"{message.address}: {wrong}")
    return made


def split_log(program: str, text: str) -> list[LogPart]:
    """The text in parts that each fit a datagram; never within a letter. At least one, perhaps empty."""
    clean = text.replace("\0", "?")
    pieces, piece, size = [], "", 0
    for letter in clean:
        width = len(letter.encode(errors="replace"))
        if size + width > PART:
            pieces.append(piece)
            piece, size = "", 0
        piece += letter
        size += width
    pieces.append(piece)
    return [LogPart(program, part, len(pieces), piece) for part, piece in enumerate(pieces)]


def _make(message: osc.Message) -> Message:
    tags, values = message.tags, message.arguments
    for verb in VERBS:
        if message.address == f"/machine/{verb}" and tags == "s":
            return Order(verb, str(values[0]))
    for kind in (Look, Tail, Done, LogPart):
        if message.address == kind.ADDRESS and tags == kind.TAGS:
            made: Message = kind(*values)  # type: ignore[arg-type]  # the tags say what they are
            return made
    count, rest = divmod(len(tags) - len(Report.HEAD), len(Report.EACH))
    if message.address == Report.ADDRESS and not rest and tags == Report.HEAD + Report.EACH * count:
        return _report(values)
    raise Refused("tags" if is_machine(message.address.encode()) else "address", message.address)


def _report(values: tuple[Argument, ...]) -> Report:
    head, rest = list(values[: len(Report.HEAD)]), values[len(Report.HEAD) :]
    told = head[4]
    head[4] = None if isinstance(told, float) and math.isnan(told) else told
    programs = tuple(Program(*rest[at : at + 4]) for at in range(0, len(rest), 4))  # type: ignore[arg-type]
    return Report(*head, programs=programs)  # type: ignore[arg-type, misc]


def _cut(text: str) -> str:
    return text.replace("\0", "?").encode()[:MAX_WHY].decode(errors="ignore")


def _build(address: str, tags: str, wrong: str | None, *values: Argument) -> bytes:
    if wrong is not None:
        raise WireError(f"{address}: {wrong}")
    return build(address, tags, *values)
