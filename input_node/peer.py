"""Where the wall is: a fixed address, or a name that is looked up again while nobody answers there."""

import ipaddress
import threading
from collections.abc import Callable

from common.link import Address, resolve


class Peer:
    """A numeric host is known at once and for good; a name is looked up beside the drawing, in a thread.

    A look-up may hang for half a minute while the network comes up, and ink must not wait for it.
    """

    def __init__(self, address: Address, look_up: Callable[[Address], Address | None] = resolve) -> None:
        self._name = address
        self._look_up = look_up
        self._thread: threading.Thread | None = None
        self.address: Address | None = address if _numeric(address[0]) else None
        self.fixed = self.address is not None

    def refresh(self, wait: float = 0.0) -> None:
        """Look the name up again, unless that is under way; wait up to `wait` seconds for it."""
        if self.fixed:
            return
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._find, name="look-up", daemon=True)
            self._thread.start()
        if wait:
            self._thread.join(wait)

    def _find(self) -> None:
        found = self._look_up(self._name)
        if found is not None:  # else keep the last good one: a name server may be down, the wall up
            self.address = found


def _numeric(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
