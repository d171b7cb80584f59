"""Counters and say-once logging for what arrives from outside."""

import logging
import threading
from collections import Counter

log = logging.getLogger("sandglass")


def set_up_logging(node: str) -> None:
    """One line an event on stderr; stdout is kept for what programs read."""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {node} %(levelname)s %(message)s")


class Counters:
    """Thread-safe counts by name. `drop` also logs the first of each kind, and nothing after it.

    Names come from a fixed set in our code, never from a peer, so the table stays small.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> int:
        with self._lock:
            self._counts[name] += 1
            return self._counts[name]

    def drop(self, kind: str, detail: str, sender: object) -> None:
        if self.add(f"dropped_{kind}") == 1:
            log.warning("dropped a datagram from %s (%s); further ones are only counted", sender, detail)

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)
