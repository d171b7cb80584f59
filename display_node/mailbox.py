"""Between the threads: bounded, and it keeps what matters most.

Of the previews only each station's newest is kept; everything else waits in order.
"""

import threading
from collections import OrderedDict, deque

from common.control import Control
from display_node.events import Drawn, Event, Wiped

MAX_STATIONS = 16
"""Stations whose previews are held at once; beyond it the longest silent one is forgotten."""
MAX_COMMANDS = 256
"""Commands that may wait for one frame: an operator's thumb is slow. What the worker made is never lost."""


class Mailbox:
    """`put` from any thread; `drain` once a frame from the one that draws."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: OrderedDict[str, Drawn | Wiped] = OrderedDict()
        self._others: deque[Event] = deque()
        self._commands = 0

    def put(self, event: Event) -> bool:
        """False if there was no room for a command, which only a flood of them can bring about."""
        with self._lock:
            if isinstance(event, Drawn | Wiped):
                self._newest[event.station] = event
                self._newest.move_to_end(event.station)
                if len(self._newest) > MAX_STATIONS:
                    self._newest.popitem(last=False)
                return True
            if isinstance(event, Control):
                if self._commands >= MAX_COMMANDS:
                    return False
                self._commands += 1
            self._others.append(event)
            return True

    def drain(self) -> list[Event]:
        """Everything that has come since the last time; previews first, since submits follow them."""
        with self._lock:
            events: list[Event] = [*self._newest.values(), *self._others]
            self._newest.clear()
            self._others.clear()
            self._commands = 0
        return events
