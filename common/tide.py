"""The tide: a clock that all walls keep without agreeing on one. Each goes with the furthest it hears of.

It only orders what walls decide (`nodes.Stage.stamp`), so it may run fast, but must never run back, and must
be at least as late as everything that was stamped before. Max-consensus does that: whoever hears of a later
time takes it on, and goes on from there with his own monotonic clock. A wall that starts reads its machine's
own time until it hears another; when all walls were off, the tide begins anew, and nothing is left to order.

One wall that lies, or whose memory is bad, can lift the tide: for ever, since no wall can tell a time that
is too late from that of a machine that has run for years. Hence a bound that no machine reaches, and behind
it room for the clock to go on, so that it still orders. Who wants to be safe from liars sets a key.
"""

import logging

from common.nodes import LATEST

log = logging.getLogger("sandglass")

HIGHEST = LATEST >> 1
"""Microseconds, 142 years; a tide beyond is not believed. The other 142 are left for ours to go on."""


class Tide:
    """Times are whole microseconds of our monotonic clock."""

    def __init__(self) -> None:
        self._lead = 0
        self._told = False

    def read(self, now: int) -> int:
        return min(now + self._lead, LATEST - 1)

    def hear(self, tide: int, now: int) -> None:
        """Another wall's, on arrival: what it took on its way is lost, so ours may be that much behind."""
        if tide <= HIGHEST:
            self._lead = max(self._lead, tide - now)
        elif not self._told:
            self._told = True
            log.warning(
                "a wall says that it has run for %d years; its clock is left out", tide // 31557600000000
            )
