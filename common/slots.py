"""Places at a door that anybody on the network may knock at: bounded, and no one address takes them all."""

import socket
import threading
from collections import Counter

OWN = "127."
HOME = "127.0.0.1"


def counted_as(connection: socket.socket, host: str) -> str:
    """The address that `host`, at the other end of `connection`, takes its place under.

    Who calls from the very address that was called is on this machine, such as the watch of a wall that is
    open at its address in the network only. No stranger can: what we answer to our own address never leaves
    the machine.
    """
    try:
        return HOME if connection.getsockname()[0] == host else host
    except OSError:  # it is gone already
        return host


class Slots:
    """At most `total` for this machine's own programs, and as many for all others, `each` an address.

    So a stranger who holds every place that he gets keeps neither the supervisor's question from being
    answered, which would have the node restarted, nor that of the operator.
    """

    def __init__(self, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    def enter(self, host: str) -> bool:
        """Take a place; False if there is none for `host`."""
        own = host.startswith(OWN)
        with self._lock:
            taken = sum(count for other, count in self._inside.items() if other.startswith(OWN) == own)
            if taken >= self._total or (not own and self._inside[host] >= self._each):
                return False
            self._inside[host] += 1
            return True

    def leave(self, host: str) -> None:
        with self._lock:
            self._inside[host] -= 1
            self._inside += Counter()  # which drops those at zero
