"""Where the wall is: a fixed address, or a name that is looked up again while nobody answers there."""

import ipaddress
import math
import threading
from collections.abc import Callable
from typing import Protocol

from common.link import Address, resolve


class Target(Protocol):
    """Where a station's messages go, which may change; see `Peer`, `finding.Found`."""

    @property
    def address(self) -> Address | None:
        """None while nobody knows."""

    @property
    def name(self) -> str | None:
        """The wall's, where a visitor may want to know which one will answer."""

    @property
    def due(self) -> float:
        """When `tick` wants to come again, in monotonic seconds."""

    def refresh(self) -> None:
        """Nobody answers there: look again."""

    def hear(self, datagram: bytes, sender: Address, now: float) -> bool:
        """A message between nodes came; False if there is nobody to take it."""

    def elsewhere(self, sender: Address) -> bool:
        """Whether it is known that another wall speaks from there than ours."""

    def tick(self, now: float, *, busy: bool, waited: float | None, answering: bool) -> bool:
        """Look again, send what is due; whether the messages go elsewhere from now on: see `walls.choose`."""


class Peer:
    """A numeric host is known at once and for good; a name is looked up beside the drawing, in a thread.

    A look-up may hang for half a minute while the network comes up, and ink must not wait for it.
    """

    def __init__(self, address: Address, look_up: Callable[[Address], Address | None] = resolve) -> None:
        self._name = address
        self._look_up = look_up
        self._thread: threading.Thread | None = None
        self._address = address if _numeric(address[0]) else None
        self.fixed = self._address is not None

    @property
    def address(self) -> Address | None:
        return self._address

    def refresh(self, wait: float = 0.0) -> None:
        """Look the name up again, unless that is under way; wait up to `wait` seconds for it."""
        if self.fixed:
            return
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._find, name="look-up", daemon=True)
            self._thread.start()
        if wait:
            self._thread.join(wait)

    @property
    def name(self) -> str | None:
        return None

    @property
    def due(self) -> float:
        return math.inf

    def hear(self, datagram: bytes, sender: Address, now: float) -> bool:
        return False

    def elsewhere(self, sender: Address) -> bool:
        return False

    def tick(self, now: float, *, busy: bool, waited: float | None, answering: bool) -> bool:
        return False

    def _find(self) -> None:
        found = self._look_up(self._name)
        if found is not None:  # else keep the last good one: a name server may be down, the wall up
            self._address = found


def _numeric(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
