"""The companion that counts: told of signs of life by the desk, the ledger and the show.

Memory is counted in at once, under a lock that nobody holds for longer than an addition; a thread of its own
carries what is new to the disk, a few seconds later. What the disk does not take is kept and tried again.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from common.errors import plain
from common.health import Page, Reply
from common.wire import Answer
from display_node.counting.report import document
from display_node.counting.store import NAME, Fault, Store, is_damaged, put_aside
from display_node.counting.tally import MOST_STATIONS, Sheet, Tally
from display_node.state import Phase, State

log = logging.getLogger("sandglass")

SOON = 2.0
"""Seconds after which what is new goes to the disk, together with what comes meanwhile."""
LATER = 10.0
"""Seconds until it is tried again, if the disk would not."""
WATCHED = 1.0
"""Seconds between two signs of life of whoever draws or watches."""


class Counter:
    """`folder` is where the counts are kept; `today` is asked for the machine's own date.

    In a group the wall that took a submit counts it: what others took comes neither to our desk nor to our
    ledger, and their tours are not `mine`.
    """

    def __init__(
        self, folder: Path, now: Callable[[], float], today: Callable[[], date] = date.today
    ) -> None:
        self._path, self._now, self._today = folder / NAME, now, today
        self._change = threading.Condition()
        self._tally, self._unsaved = Tally(), Sheet()
        self._new = self._closing = self._complained = False
        self._store: Store | None = None
        self._read = False
        self._watched = -WATCHED
        self._pens: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, name="count", daemon=True)
        self._thread.start()

    def noted(self, what: str, station: str) -> None:
        """From the desk: "pen" or "submit". A pen that moves sixty times a second is looked at once."""
        now = self._now()
        if what == "pen" and now - self._pens.get(station, -WATCHED) < WATCHED:
            return
        if len(self._pens) >= MOST_STATIONS:
            self._pens.clear()
        self._pens[station] = now
        day = self._today()
        with self._change:
            if what == "submit":
                self._tally.submit(station, now, day)
            else:
                self._tally.sign(station, now, day)
            self._wake()

    def answered(self, answer: Answer) -> None:
        """From the ledger: each answer once."""
        day = self._today()
        with self._change:
            self._tally.answer(answer.station, answer.sure, day)
            self._wake()

    def after(self, before: State, state: State, now: float) -> None:
        if now - self._watched < WATCHED or state.clock.paused:  # it may stay paused all night
            return
        shows = [*state.waiting, *([state.coming.tour] if state.coming else [])]
        if state.tour is not None and state.phase is Phase.TOURING:
            shows.append(state.tour)
        stations = {show.job.station for show in shows if show.job.mine}
        if not stations:
            return
        self._watched = now
        day = self._today()
        with self._change:
            for station in stations:
                self._tally.sign(station, now, day)
            self._wake()

    def page(self) -> Page:
        """`/visitors`: from memory, so that a disk that hangs delays nobody."""

        def page() -> Reply:
            with self._change:
                body = document(self._tally.sheet, self._today())
            return Reply(200, body)

        return page

    def close(self) -> None:
        """What is new is written, if it can be within a moment."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join(LATER)

    def _wake(self) -> None:
        if not self._new:
            self._new = True
            self._change.notify()

    def _run(self) -> None:
        self._write()  # what earlier days left is read, whether or not anybody comes
        wait = SOON
        while True:
            with self._change:
                self._change.wait_for(lambda: self._new or self._closing)
                self._change.wait_for(lambda: self._closing, wait)
                closing, self._new = self._closing, False
            wait = SOON if self._write() else LATER
            with self._change:
                self._new = self._new or bool(self._unsaved)
            if closing:
                break
        if self._store is not None:
            self._store.close()

    def _write(self) -> bool:
        """Carry what is new to the disk; False, and a word in the log the first time, if it would not go."""
        with self._change:
            self._unsaved.merge(self._tally.take())
            sheet = self._unsaved
        try:
            store = self._store = self._store or Store(self._path)
            if not self._read:
                self._take_up(store)
            if sheet:
                store.add(sheet)
                self._unsaved = Sheet()
                store.join(self._today())
        except (Fault, OSError, ValueError, TypeError) as fault:
            self._fail(fault)
            return False
        self._complained = False
        return True

    def _take_up(self, store: Store) -> None:
        """What is on disk from before belongs to what is told; it is joined with what came since."""
        kept = store.read()
        with self._change:
            self._tally.sheet.merge(kept)
        self._read = True

    def _fail(self, fault: Exception) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
        said = f"visitors are counted in memory only, {self._path} cannot be written: {fault}"
        if is_damaged(fault) if isinstance(fault, Fault) else isinstance(fault, ValueError | TypeError):
            try:
                said = f"{self._path} is damaged ({plain(fault)}): put aside as {put_aside(self._path)}"
                self._save_all_again()
            except OSError as error:
                said = f"{self._path} is damaged and cannot be moved: {error.strerror}"
        if not self._complained:
            log.warning("%s", said)
        self._complained = True

    def _save_all_again(self) -> None:
        """Whatever was read of the file before it broke is not lost with it."""
        with self._change:
            self._tally.take()
            self._unsaved = Sheet()
            self._unsaved.merge(self._tally.sheet)
        self._read = True
