"""Which submits are known, and what was answered: a submit counts once however often it arrives."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from common.wire import Answer

MAX_ENTRIES = 512
"""Drawings remembered: hours of visitors, and all that a resend can still ask for."""


class Ledger:
    """Keyed by (station, drawing). Thread-safe: the receiver and the worker both write.

    `answered` is told every answer once; it may neither wait nor raise.
    """

    def __init__(self, answered: Callable[[Answer], None] = lambda answer: None) -> None:
        self._answered = answered
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
            key = answer.station, answer.drawing
            if key not in self._entries:
                return
            first, self._entries[key] = self._entries[key] is None, answer
        if first:
            self._answered(answer)

    def answer(self, station: str, drawing: int) -> Answer | None:
        """What was answered, None while it is still being read."""
        with self._lock:
            return self._entries.get((station, drawing))
