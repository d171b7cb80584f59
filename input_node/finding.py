"""Where the wall is, when nobody said so: the walls that beat, and the one of them that answers here."""

import logging
from collections.abc import Sequence
from typing import Any

from common.company import Company
from common.link import Address
from common.peer import Peer as Node
from common.peers import Mine
from common.sighting import Sighting
from input_node.peer import Peer
from input_node.walls import choose, prefers

log = logging.getLogger("sandglass")

LOOK_EVERY = 0.1
"""Seconds between two looks at which walls are there."""


SETTLE = 0.5
"""Seconds from the first wall that is found to the choice: others may be there, and answer a moment later."""


class Found:
    """A `Target` that goes where a wall is. `fixed`: the wall that somebody named; it is never left.

    `fresh`, if the station has a window: whether it presents frames.
    """

    def __init__(self, company: Company, prefer: str = "", fixed: Peer | None = None) -> None:
        self.company = company
        self._prefer, self._fixed = prefer, fixed
        self._look_at = 0.0
        self._choose_at: float | None = None
        self._sighted: Address | None = None
        self._others: frozenset[Address] = frozenset()
        self.wall: str | None = None
        """The id of the wall that we are at, if it is known."""
        self._name: str | None = None
        self._address: Address | None = None

    @property
    def address(self) -> Address | None:
        return self._fixed.address if self._fixed else self._address

    @property
    def name(self) -> str | None:
        return self._name

    @property
    def due(self) -> float:
        return self._look_at

    def refresh(self) -> None:
        if self._fixed:
            self._fixed.refresh()

    def hear(self, datagram: bytes, sender: Address, now: float) -> bool:
        self.company.take(datagram, sender, now)
        return True

    def elsewhere(self, sender: Address) -> bool:
        return sender in self._others

    def tick(self, now: float, *, busy: bool, waited: float | None, answering: bool) -> bool:
        self.company.tick(now, Mine)
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_EVERY
        if self._fixed:
            self._name_fixed(now)
            return False
        walls = [peer for peer in self.company.peers.known(now) if peer.role == "display"]
        there = [peer for peer in walls if peer.alive(now) and peer.offset]
        if self.wall is None and not self._settled(there, now):
            return False
        wall = choose(
            walls, self._current(there), self._prefer, now,
            busy=busy, waited=waited, answering=answering, me=self.company.peers.me.id,
        )  # fmt: skip
        chosen = next((peer for peer in walls if peer.id == wall), None)
        if chosen is None:
            return False
        missed = self._prefer and not prefers(self._prefer, chosen)
        self._name = chosen.name if missed or len(there) > 1 else None
        # Not where our wall is: another one, which may be gone for days, was there before it.
        self._others = frozenset(peer.address for peer in walls if peer.id != wall) - {chosen.address}
        moved = self._address != chosen.address
        if self.wall != wall:
            log.info("drawings go to %s at %s:%d", chosen.name, *chosen.address)
        self.wall, self._address = wall, chosen.address
        return moved

    def status(self, now: float) -> dict[str, Any]:
        """For /health."""
        return {"wall": self.wall, "prefer": self._prefer, **self.company.status(now)}

    def close(self) -> None:
        self.company.close()

    def _current(self, there: Sequence[Node]) -> str | None:
        """Our wall; the one that has come to its place, if it is gone: another machine, or another id."""
        if self.wall in {peer.id for peer in there}:
            return self.wall
        return next((peer.id for peer in there if peer.address == self._address), self.wall)

    def _settled(self, there: Sequence[Node], now: float) -> bool:
        """Whether it is time for the first choice."""
        if there and self._choose_at is None:
            self._choose_at = now + SETTLE
        preferred = any(prefers(self._prefer, wall) and wall.fresh for wall in there)
        return preferred or (self._choose_at is not None and now >= self._choose_at)

    def _name_fixed(self, now: float) -> None:
        """Beat to it as well, so that we know each other; a wall of old drops that."""
        address = self.address
        if address and address != self._sighted:
            self._sighted = address
            host, port = address
            self.company.peers.sight(Sighting(None, "display", "", (host,), port, how="static"))
        there = [peer for peer in self.company.peers.alive(now, "display") if peer.address == address]
        self.wall = there[0].id if there else None
