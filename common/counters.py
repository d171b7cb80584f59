"""Counters and say-once logging for what arrives from outside."""

import logging
import threading
from collections import Counter

log = logging.getLogger("sandglass")


def set_up_logging(node: str) -> None:
    """One line an event on stderr; stdout is kept for what programs read."""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {node} %(levelname)s %(message)s")


SOURCES = 64
"""Addresses whose drops are counted apart; beyond it the one with the fewest makes room."""


class Counters:
    """Thread-safe counts by name. `drop` also logs the first of each kind, and nothing after it.

    Names come from a fixed set in our code, never from a peer, so the table stays small.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> int:
        """The new count."""
        with self._lock:
            self._counts[name] += count
            return self._counts[name]

    def drop(self, kind: str, detail: str, sender: object) -> None:
        """`sender`: the host, or (host, port), that it came from."""
        self._blame(str(sender[0] if isinstance(sender, tuple) else sender))
        if self.add(f"dropped_{kind}") == 1:
            log.warning("dropped a datagram from %s (%s); further ones are only counted", sender, detail)

    def snapshot(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    def sources(self, most: int = 5) -> dict[str, int]:
        """The addresses that most was dropped from, the worst first.

        A count is never too low for as long as its address is in the table, and whoever sends more than its
        share of all drops is in it: Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and
        top-k elements in data streams", 2005.
        """
        with self._lock:
            return dict(self._sources.most_common(most))

    def _blame(self, source: str) -> None:
        with self._lock:
            if source not in self._sources and len(self._sources) >= SOURCES:
                least = min(self._sources, key=self._sources.__getitem__)
                self._sources[source] = self._sources.pop(least)
            self._sources[source] += 1
