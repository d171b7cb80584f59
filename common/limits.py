"""How much one address may send: a token bucket for each, checked before anything is read.

A bucket holds `burst` tokens and fills at `rate` a second; a datagram costs one. The table is bounded, and
only so many newcomers a second get into it: a flood from invented addresses shuts out newcomers for as long
as it lasts, never those who are known. Pure: time is handed in.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass

from common.counters import Counters

log = logging.getLogger("sandglass")

RATE = 1000
"""Datagrams a second from one address: several tablets behind one router, and a fader, send a third of it."""
BURST_SECONDS = 2.0
"""Seconds of `RATE` that may come at one go, after a silence."""
SOURCES = 1024
"""Addresses that are known at once; beyond it the longest silent one is forgotten."""
NEWCOMERS, NEWCOMERS_AT_ONCE = 64.0, SOURCES / 2
"""New addresses a second: whoever speaks every few seconds is never the longest silent one of `SOURCES`."""
LOGGED = 16
"""Addresses that the log names; a flood must not fill a disk."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    since: float

    def take(self, now: float, rate: float, burst: float) -> bool:
        if now > self.since:
            self.tokens = min(self.tokens + (now - self.since) * rate, burst)
            self.since = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


class Limits:
    """`allow` says whether a datagram from this address may be read. For one thread."""

    def __init__(self, counters: Counters, rate: float = RATE) -> None:
        self._counters, self._rate, self._burst = counters, rate, rate * BURST_SECONDS
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._newcomers = _Bucket(NEWCOMERS_AT_ONCE, float("-inf"))
        self._logged: set[str] = set()

    def allow(self, source: str, now: float) -> bool:
        """`now` in monotonic seconds. What is refused is counted, by address too."""
        bucket = self._buckets.get(source)
        if bucket is None:
            if not self._newcomers.take(now, NEWCOMERS, NEWCOMERS_AT_ONCE):
                self._counters.drop("newcomer", "too many new addresses at once", source)
                return False
            bucket = self._buckets[source] = _Bucket(self._burst, now)
            if len(self._buckets) > SOURCES:
                self._buckets.popitem(last=False)
        elif now > bucket.since:
            self._buckets.move_to_end(source)
        if bucket.take(now, self._rate, self._burst):
            return True
        self._counters.drop("flood", f"more than {self._rate:g} datagrams a second", source)
        if source not in self._logged and len(self._logged) < LOGGED:
            self._logged.add(source)
            log.warning(
                "%s sends more than %g datagrams a second; what is over is dropped", source, self._rate
            )
        return False
