"""The wall's companion that records. Neither the thread that receives nor the one that draws waits for it.

Both leave what they have in a queue; a thread of its own packs a quarter of a second into a block and hands
it to the operating system at once: a wall that is killed has recorded up to then. What does not fit into the
queue, or onto the disk, is left out and counted.
"""

import hashlib
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import __version__
from common.link import Address
from display_node.flight.blocks import MOST_PACKED, MOST_RECORDS, pack
from display_node.flight.records import (
    Act,
    Canvas,
    Decided,
    Glyphs,
    Header,
    Invitation,
    Listening,
    Lost,
    Received,
    Record,
    Tour,
)
from display_node.flight.ring import Ring
from display_node.render.renderer import BLEND
from display_node.state import State

log = logging.getLogger("sandglass")

GATHER = 0.25
"""Seconds that go into one block: what kill -9 can cost.

A power cut costs what the system had not written yet, the last half a minute or so. Nothing is forced onto
the disk: at up to four blocks a second, all day long, that would wear out a small disk and hold up whoever
else writes to it, the counts for instance, for the sake of half a minute in which a gallery is mostly closed.
"""
LATER = 5.0
"""Seconds until it is tried again, if the disk would not."""
MOST_WAITING = 4096
"""Datagrams in the queue, some megabytes at most. Decisions, which are few, find room for as many more."""
MOST_BYTES = MOST_PACKED * 3 // 4
"""Of a block before it is compressed, about: what does not compress is still below what a reader takes."""
LONGEST_CHAIN = 16
"""Decisions at the beginning of a file: scenes that followed each other within a camera's swing."""


class Recorder:
    """`most` bytes in `folder`. `size` says how large the picture is, `glyphs` what is in the atlas."""

    def __init__(
        self,
        folder: Path,
        most: int,
        weights: Path,
        settings: Mapping[str, Any],
        machine: str,
        *,
        now: Callable[[], float],
        size: Callable[[], tuple[int, int]],
        glyphs: Callable[[], str],
    ) -> None:
        self._ring = Ring(folder, most)
        self._size, self._glyphs = size, glyphs
        self._queue: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._lost = 0
        said = {key: str(value) if isinstance(value, Path) else value for key, value in settings.items()}
        run = uuid.uuid4().hex
        self._header = Header(run, __version__, time.time(), now(), "", machine, said)
        self._weights = weights
        self._last: Decided | None = None
        self._scene: object = None
        self._drawn: float | None = None
        self._chain: list[Decided] = []
        self._known = ""
        self._retry = 0.0
        self._complained = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def tap(self, port: str, datagram: bytes, sender: Address, now: float) -> None:
        """Something came to a port."""
        self._put(Received(now, port, sender, datagram), MOST_WAITING)

    def after(self, before: State, state: State, now: float) -> None:
        last, size = self._last, self._size()
        if last is not None and state is before and size == last.size:
            self._drawn = now
            return
        another = state.scene is not self._scene
        made = _decided(state, last, now, size, another, self._drawn)
        if last is None or replace(made, at=last.at, number=last.number, canvas=last.canvas) != last:
            self._put(made, 2 * MOST_WAITING)
        elif made.canvas is not last.canvas:
            made = replace(last, canvas=made.canvas)
            self._put(Canvas(now, made.canvas), 2 * MOST_WAITING)
        else:
            made = last
        self._last, self._scene, self._drawn = made, state.scene, now

    def close(self) -> None:
        """Whatever is still in the queue is written, if the disk takes it soon."""
        self._ending.set()
        self._queue.put(None)
        self._thread.join(LATER)

    def _put(self, record: Record, most: int) -> None:
        if self._queue.qsize() < most:
            self._queue.put(record)
        else:
            self._lost += 1

    def _run(self) -> None:
        try:
            self._header = replace(
                self._header, weights=hashlib.sha256(self._weights.read_bytes()).hexdigest()
            )
        except OSError as error:
            log.warning("the recording will not know its weights: %s", error)
        going = True
        while going:
            records, going = self._gather()
            try:
                self._write(records)
            except Exception:  # a fault of ours in a recording must not end the recordings of all that comes
                log.exception("a part of the recording was left out")
        self._ring.close()

    def _gather(self) -> tuple[list[Record], bool]:
        """What comes within `GATHER` of the first; False at the end."""
        records: list[Record] = []
        record, size = self._queue.get(), 0
        self._ending.wait(GATHER)  # asleep, not woken by each: whoever leaves something here has other work
        while record is not None:
            records.append(record)
            size += 64 + len(record.datagram) if isinstance(record, Received) else 2048
            if size > MOST_BYTES or len(records) >= MOST_RECORDS // 2 or self._queue.empty():
                return records, True
            record = self._queue.get()
        return records, False

    def _write(self, records: list[Record]) -> None:
        if not records:
            return
        at = getattr(records[-1], "at", 0.0)
        extra: list[Record] = []
        if lost := self._lost:
            extra.append(Lost(at, lost))
        if (known := self._glyphs()) != self._known:
            extra.append(Glyphs(at, known))
        # What a new file begins with must not know yet what this block is about to tell.
        opening: list[Record] = [self._header, Glyphs(at, known), *self._chain]
        for place, record in enumerate(records):
            if isinstance(record, Decided):
                if self._chain and self._chain[-1].turn == record.turn:
                    records[place] = replace(record, act=None)
                self._chain = linked(self._chain, record)
            elif isinstance(record, Canvas) and self._chain:
                self._chain[-1] = replace(self._chain[-1], canvas=record.bitmap)
        if time.monotonic() < self._retry:
            self._lost += len(records)
            return
        try:
            self._ring.write(pack([*extra, *records]), lambda: pack(opening))
        except OSError as error:
            self._lost += len(records)
            self._retry = time.monotonic() + LATER
            if not self._complained:
                log.warning("the show goes on unrecorded: %s", error)
            self._complained = True
            return
        self._lost -= lost
        self._known, self._complained = known, False


def linked(chain: list[Decided], record: Decided) -> list[Decided]:
    """The decisions that must be known to draw what `record` decided, itself the last.

    The camera swings over from where it stood; where it stood may itself depend on the scene before.
    """
    if chain and record.turn == chain[-1].turn:
        return [*chain[:-1], record]
    stood = bool(chain) and record.left is not None and record.left - chain[-1].since >= BLEND
    return [*(chain[-1:] if stood else chain)[-LONGEST_CHAIN:], record]


def _decided(
    state: State, last: Decided | None, now: float, size: tuple[int, int], another: bool, drawn: float | None
) -> Decided:
    choices = state.choices
    act: Act | None
    if last is not None and not another:
        number, turn, left, act = last.number + 1, last.turn, last.left, last.act
    else:
        number, turn = (last.number + 1, last.turn + 1) if last else (0, 0)
        left, act = drawn, _act(state)
    return Decided(
        now, number, turn, left, state.since, state.clock, state.phase.value, act, state.canvas,
        choices.language, choices.captions, choices.blackout, choices.volume, size,
    )  # fmt: skip


def _act(state: State) -> Act:
    tour = state.tour
    if tour is not None and state.form is not None and state.scene is tour.scenes.get(state.form):
        job, exhibit = tour.job, tour.exhibit or state.scene.name
        return Tour(
            job.station, job.drawing, exhibit, state.form, tour.seed, tour.probe.bitmap, tour.probe.canvas
        )
    if state.scene is state.listening:
        return Listening()
    part = state.invitation
    # The network at rest has no shares: nothing was read.
    cast = (probe.bitmap if probe.probabilities.any() else None for probe in part.cast)
    return Invitation(part.number, tuple(cast))
