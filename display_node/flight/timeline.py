"""A recording as lines for people: what was received, and what came of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.table import Table

from common.errors import plain
from display_node.flight.records import (
    Canvas,
    Decided,
    Header,
    Invitation,
    Listening,
    Lost,
    Received,
    Record,
    Tour,
)
from display_node.flight.tape import Run, records

Line = tuple[float, str, str]
"""Monotonic seconds, what kind of thing, and what."""


def lines(found: Iterable[Record]) -> Iterator[Line]:
    """One for each decision; what came between two of them is counted by kind and sender."""
    last: Decided | None = None
    heard: Counter[str] = Counter()
    at = 0.0
    for record in found:
        if isinstance(record, Received):
            heard[f"{_address(record)} from {record.sender[0]}"] += 1
            at = record.at
        elif isinstance(record, Canvas):
            heard["pictures of the canvas drawn"] += 1
            at = record.at
        elif isinstance(record, Decided | Lost):
            yield from _heard(at, heard)
            heard.clear()
            if isinstance(record, Lost):
                yield record.at, "lost", f"{record.count} records were not written"
            elif said := _decided(last, record):
                yield record.at, "decided", said
            last = record if isinstance(record, Decided) else last
    yield from _heard(at, heard)


def _heard(at: float, heard: Counter[str]) -> Iterator[Line]:
    if heard:
        yield at, "received", ", ".join(f"{count}× {what}" for what, count in heard.most_common(8))


def _address(record: Received) -> str:
    said = record.datagram.partition(b"\0")[0][:32].decode("ascii", "replace")
    return f"{record.port} {plain(said)}"


def _decided(last: Decided | None, new: Decided) -> str:
    """What changed, in words; nothing for a clock that was set right by less than a frame."""
    words = []
    if last is None or new.turn != last.turn:
        words.append(_act(new))
    if last is None or new.phase != last.phase:
        words.append(plain(new.phase))
    if last is not None:
        if new.clock.paused != last.clock.paused:
            words.append("paused" if new.clock.paused else "goes on")
        elif new.clock.rate != last.clock.rate:
            words.append(f"{new.clock.rate:g}× speed")
        if new.turn == last.turn and abs(new.clock.show(new.at) - last.clock.show(new.at)) > 0.1:
            words.append(f"jumps to {new.clock.show(new.at):.1f} s")
    for name in ("language", "captions", "blackout", "volume", "size"):
        value = getattr(new, name)
        if last is None or value != getattr(last, name):
            words.append(f"{name} {plain(value)}")
    return ", ".join(words)


def _act(record: Decided) -> str:
    act = record.act
    if isinstance(act, Tour):
        return f"{plain(act.exhibit)} ({act.form.value}) of drawing {act.drawing} from {plain(act.station)}"
    if isinstance(act, Invitation):
        return f"the invitation, part {act.number}"
    return "somebody draws" if isinstance(act, Listening) else "a scene"


def show(found: list[Run]) -> None:
    """Each run as a table; its seconds are those that replay takes."""
    console = Console()
    for number, run in enumerate(found, 1):
        header = run.header
        table = Table("s", "o'clock", "", "what", title=f"run {number}, version {plain(header.version, 40)}")
        begin: float | None = None
        for at, kind, what in lines(records(run)):
            begin = _begin(run) if begin is None else begin
            table.add_row(f"{at - begin:.2f}", _clock(header, at), kind, what)
        console.print(table, markup=False)


def _begin(run: Run) -> float:
    return next((record.at for record in records(run) if isinstance(record, Decided)), run.header.began)


def _clock(header: Header, at: float) -> str:
    """By the machine's own clock, as it was set when the recording began."""
    try:
        return f"{datetime.fromtimestamp(header.wall + at - header.began):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "?"
