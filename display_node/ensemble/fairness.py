"""Turns among walls: who conducted a tour last lets the others go first."""

from collections.abc import Sequence

from common.peer import Peer
from display_node.ensemble.sharing import MICRO, TOUR, Item, Stamp
from display_node.turns import HARDLY

PATIENCE = 0.2
"""Seconds for which a turn is left to each wall that comes before us: two announcements may be lost."""
MOST = 32
"""Walls whose last turn is remembered."""


class Turns:
    """When each wall last began a tour, in stamps. One that was cut off at once was no turn."""

    def __init__(self, me: str) -> None:
        self._me = me
        self._last: dict[str, int] = {}
        self._shown: Item | None = None
        self._newest: tuple[str, int, int] = ("", 0, 0)

    def note(self, what: Item | None, held: Stamp) -> bool:
        """What is on stage, or about to be. Whether it is a tour, and another thing than before."""
        changed, self._shown = what != self._shown, what
        if what is None or what.kind != TOUR or not changed:
            return False
        stamp, who = held
        wall, began, before = self._newest
        if wall not in ("", who) and 0 <= stamp - began < HARDLY * MICRO:
            self._last[wall] = before
        self._newest = who, stamp, self._last.pop(who, 0)
        self._last[who] = stamp
        if len(self._last) > MOST:
            del self._last[next(iter(self._last))]
        return True

    def patience(self, others: Sequence[Peer]) -> float:
        """Seconds to leave to walls where drawings wait and whose last turn is longer ago than ours."""
        mine = self._last.get(self._me, 0), self._me
        ready = [peer for peer in others if peer.waiting and peer.fresh]
        before = [peer for peer in ready if (self._last.get(peer.id, 0), peer.id) < mine]
        return PATIENCE * len(before)
