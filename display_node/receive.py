"""One thread that waits on all of a wall's ports and hands every datagram to the desk."""

import logging
import selectors
import socket
import threading
from collections.abc import Callable, Sequence

from common.link import Address, Link, UdpLink

log = logging.getLogger("sandglass")

BURST = 64
"""Datagrams taken from one port before the others get their turn: a flood on one starves none."""

Handler = Callable[[bytes, Address, Link], None]


class Receiver:
    """Runs from construction to `close`, after which its thread is gone and its links are closed."""

    def __init__(self, doors: Sequence[tuple[UdpLink, Handler]]) -> None:
        self._doors = doors
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
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                link, handle = key.data
                for _ in range(BURST):
                    received = link.receive()
                    if received is None:
                        break
                    try:
                        handle(*received, link)
                    except Exception:  # a fault of ours in one message must not deafen the wall
                        self._confess(received[1])
