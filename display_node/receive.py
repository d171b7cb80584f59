"""One thread that waits on all of a wall's ports and hands every datagram to the desk."""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from common.canonical import newest
from common.counters import Counters
from common.limits import Limits
from common.link import Address, Link

log = logging.getLogger("sandglass")

BURST = 64
"""Datagrams taken from one port before the others get their turn: a flood on one starves none."""
TICK_EVERY = 0.1
"""Seconds between two ticks at most."""

Handler = Callable[[bytes, Address, Link], None]


class DoorLink(Link, Protocol):
    """A link that can be waited on together with others."""

    def fileno(self) -> int: ...


class Receiver:
    """Runs from construction to `close`, after which its thread is gone and its links are closed.

    `limits` is asked about a sender before anything that it sent is looked at; None limits nobody. `tick` is
    told the time in the same thread, after whatever came and every `TICK_EVERY` seconds.
    """

    def __init__(
        self,
        doors: Sequence[tuple[DoorLink, Handler]],
        counters: Counters | None = None,
        limits: Limits | None = None,
        now: Callable[[], float] = time.monotonic,
        tick: Callable[[float], None] | None = None,
    ) -> None:
        self._doors = doors
        self._counters, self._limits, self._now = counters or Counters(), limits, now
        self._tick = tick
        self.faults = 0
        self._selector = selectors.DefaultSelector()
        for door in doors:
            self._selector.register(door[0], selectors.EVENT_READ, door)
        self._awake, self._alarm = socket.socketpair()
        self._selector.register(self._awake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="receive", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._alarm.send(b"\0")
        self._thread.join()
        for link, _ in self._doors:
            link.close()
        for end in (self._awake, self._alarm):
            end.close()
        self._selector.close()

    def _confess(self, sender: Address) -> None:
        """Log the first fault only: whoever found one may send a thousand a second, and logs fill disks."""
        self.faults += 1
        if self.faults == 1:
            log.exception("a datagram from %s could not be handled; further ones are only counted", sender[0])

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(TICK_EVERY if self._tick else None):
                if key.data is None:
                    return
                self._empty(*key.data)
            if self._tick:
                try:
                    self._tick(self._now())
                except Exception:
                    self._confess(("ourselves", 0))

    def _empty(self, link: DoorLink, handle: Handler) -> None:
        """Deal with one burst."""
        burst = link.burst(BURST, self._allow(self._now()))
        for datagram, sender in newest(burst, self._counters):
            try:
                handle(datagram, sender, link)
            except Exception:  # a fault of ours in one message must not deafen the wall
                self._confess(sender)

    def _allow(self, now: float) -> Callable[[str], bool]:
        limits = self._limits
        return (lambda source: limits.allow(source, now)) if limits else lambda source: True
