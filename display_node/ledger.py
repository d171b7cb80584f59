"""Which submits are known, and what was answered: a submit counts once however often it arrives."""

import threading
from collections import OrderedDict

from common.wire import Answer

MAX_ENTRIES = 512
"""Drawings remembered: hours of visitors, and all that a resend can still ask for."""


class Ledger:
    """Keyed by (station, drawing). Thread-safe: the receiver and the worker both write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, int], Answer | None] = OrderedDict()

    def enter(self, station: str, drawing: int) -> bool:
        """True if this drawing is new; it is known from now on."""
        with self._lock:
            if (station, drawing) in self._entries:
                return False
            self._entries[station, drawing] = None
            if len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)
            return True

    def forget(self, station: str, drawing: int) -> None:
        """It could not be taken after all; the next resend may try again."""
        with self._lock:
            self._entries.pop((station, drawing), None)

    def record(self, answer: Answer) -> None:
        with self._lock:
            if (answer.station, answer.drawing) in self._entries:
                self._entries[answer.station, answer.drawing] = answer

    def answer(self, station: str, drawing: int) -> Answer | None:
        """What was answered, None while it is still being read."""
        with self._lock:
            return self._entries.get((station, drawing))
