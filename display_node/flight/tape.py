"""What a recorder wrote, found again by its time. The files stay where they are: only an index is in memory.

A recording that ends in the middle of a block, or lacks files, is played as far as it goes. Whoever cuts the
power every night finds a file of zeros, or an empty one, among the others now and then: it is left out.
"""

import bisect
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from common.bitmap import Bitmap
from common.errors import DataError
from display_node.flight.blocks import block, blocks
from display_node.flight.records import Canvas, Decided, Glyphs, Header, Record
from display_node.flight.ring import ENDING, segments

log = logging.getLogger("sandglass")

MOST_ENTRIES = 400_000
"""Decisions and blocks in one index: a hundred bytes each, and months of most walls."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process' life: its header, and the files that are left of it."""

    header: Header
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a decision stands, and where the one is that says what it is about."""

    at: float
    turn: int
    path: Path
    offset: int
    place: int
    act: int


@dataclass(frozen=True, slots=True)
class _Block:
    first: float
    last: float
    path: Path
    offset: int


def runs(source: Path) -> list[Run]:
    """The runs in a folder of recordings, or the one that a single file is of, oldest first.

    Files that cannot be read are left out, each with a warning. Raises `DataError` if there are no others.
    """
    if source.is_dir():
        found = segments(source)
        if not found:
            raise DataError(f"no recordings (*{ENDING}) in {source}: is recorder = true set on that wall?")
    else:
        found = [source]
    grouped: dict[str, tuple[Header, list[Path]]] = {}
    faults: list[DataError] = []
    for path in found:
        try:
            header = _header(path)
        except DataError as fault:
            faults.append(fault)
            continue
        if header is not None:
            grouped.setdefault(header.run, (header, []))[1].append(path)
    if not grouped:
        if faults:
            raise faults[0]
        raise DataError(f"{source} holds nothing: its recording ended before it began")
    for one in faults:
        log.warning("left out: %s", one)
    return [Run(header, tuple(paths)) for header, paths in grouped.values()]


def _header(path: Path) -> Header | None:
    for _, records in blocks(path):
        if records and isinstance(records[0], Header):
            return records[0]
        raise DataError(f"{path} is damaged, or nothing that a wall wrote: it does not say who recorded it")
    return None


def records(run: Run) -> Iterator[Record]:
    """Everything that is left of a run, in the order in which it was written, nothing twice."""
    number = -1
    for path in run.paths:
        for place, (_, found) in enumerate(blocks(path)):
            for record in found:
                if isinstance(record, Decided):
                    if record.number <= number:
                        continue
                    number = record.number
                elif place == 0 and isinstance(record, Header | Glyphs) and path != run.paths[0]:
                    continue
                yield record


class Tape:
    """The index of a run. `begin` and `end`: monotonic seconds of its first and its last record."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.glyphs = ""
        self._entries: list[_Entry] = []
        self._blocks: list[_Block] = []
        self._number = -1
        self._acts: dict[int, int] = {}
        for path in run.paths:
            for offset, found in blocks(path):
                self._index(path, offset, found)
                if len(self._entries) + len(self._blocks) > MOST_ENTRIES:
                    raise DataError(
                        f"{path.parent} holds too much to be replayed at once: name one of its files"
                    )
        self._acts.clear()
        if not self._entries:
            raise DataError(f"nothing was decided yet in {run.paths[0]}: there is nothing to show")
        self.begin = self._entries[0].at
        self.end = max(self._entries[-1].at, self._blocks[-1].last)
        self._times = [entry.at for entry in self._entries]
        self._firsts = [one.first for one in self._blocks]
        self._load = lru_cache(4)(block)

    def _index(self, path: Path, offset: int, found: Sequence[Record]) -> None:
        fresh: list[float] = []
        for place, record in enumerate(found):
            if isinstance(record, Decided):
                self._decision(path, offset, place, record)
            elif isinstance(record, Glyphs):
                self.glyphs = record.text
            elif not isinstance(record, Header):
                fresh.append(record.at)
        if fresh:
            latest = self._blocks[-1].last if self._blocks else min(fresh)
            self._blocks.append(_Block(max(min(fresh), latest), max(*fresh, latest), path, offset))

    def _decision(self, path: Path, offset: int, place: int, record: Decided) -> None:
        if record.number <= self._number:
            return
        if self._entries and record.at < self._entries[-1].at:
            raise DataError(f"{path} is damaged, or nothing that a wall wrote: its time runs backwards")
        if record.act is not None:
            self._acts = {record.turn: len(self._entries)}
        if record.turn not in self._acts:
            return  # what it is about was lost
        self._number = record.number
        act = self._acts[record.turn]
        self._entries.append(_Entry(record.at, record.turn, path, offset, place, act))

    def index(self, at: float) -> int:
        """The number of the decision that stands at `at`; of the first one before that."""
        return max(bisect.bisect_right(self._times, at) - 1, 0)

    def decision(self, index: int) -> Decided:
        """With what it is about."""
        entry = self._entries[index]
        found = self._record(entry)
        return found if found.act else replace(found, act=self._record(self._entries[entry.act]).act)

    def before(self, index: int) -> int | None:
        """The last decision of the turn before that of decision `index`; None if it is not on the tape."""
        turn = self._entries[index].turn
        first = bisect.bisect_left(self._entries, turn, key=lambda entry: entry.turn)
        return first - 1 if first and self._entries[first - 1].turn == turn - 1 else None

    def canvas(self, at: float) -> Bitmap:
        """The live picture at `at`."""
        decided = self.decision(self.index(at))
        for one in reversed(self._blocks[: bisect.bisect_right(self._firsts, at)]):
            if one.last < decided.at:
                break
            found = [record for record in self._load(one.path, one.offset) if isinstance(record, Canvas)]
            for record in reversed(found):
                if decided.at <= record.at <= at:
                    return record.bitmap
        return decided.canvas

    def _record(self, entry: _Entry) -> Decided:
        found = self._load(entry.path, entry.offset)
        if entry.place < len(found) and isinstance(record := found[entry.place], Decided):
            return record
        raise DataError(f"{entry.path} was changed while it was replayed")
