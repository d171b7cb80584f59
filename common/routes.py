"""The addresses to beat to, each with when, and what is known of it. Bounded, whatever discovery says."""

from collections import deque
from collections.abc import Collection, Iterator

from common.link import Address
from common.sighting import Sighting

BURST, BURST_EVERY = 8, 0.1
"""Beats at a first meeting, and seconds between them: two clocks are told apart within a second."""
EVERY = 1.0
"""Seconds between two beats."""
SILENT_AFTER, SILENT_EVERY = 30.0, 2.0
"""Seconds without an answer after which an address is tried less often; one that was written down never."""
PROVEN_FOR = 10.0
"""Seconds for which an address counts as its node's after the node said back what we sent there."""
MOST = 128
"""Routes: two for each of 64 nodes."""
MOST_ADDRESSES = 4
"""Of one sighting."""
REMEMBERED = 16
"""Beats to one address that may still be said back."""


class Route:
    """One address. Times are monotonic seconds."""

    __slots__ = (
        "_sent",
        "address",
        "asked",
        "burst",
        "due",
        "idle",
        "node",
        "proof",
        "sighted",
        "since",
        "written",
    )

    def __init__(self, address: Address) -> None:
        self.address = address
        self.node: str | None = None
        """Whose it is, as far as anybody says."""
        self.written = ""
        """As what somebody wrote it down, if anybody did: `HOST:PORT`, by name or by address."""
        self.sighted = False
        self.idle = False
        """Nobody to beat to: it is ourselves, or one station to another."""
        self.asked = False
        """A stranger's beat came from there and gets one in return."""
        self.since: float | None = None
        """When it was first tried, or last heard from."""
        self.proof: float | None = None
        """When somebody there last said back what we had sent there."""
        self.due = 0.0
        self.burst = 0
        self._sent: deque[int] = deque(maxlen=REMEMBERED)

    @property
    def fixed(self) -> bool:
        """Written down: tried for ever."""
        return bool(self.written)

    @property
    def trusted(self) -> bool:
        """Whether we may send more than we are sent."""
        return self.sighted or self.proof is not None

    def proven(self, now: float) -> bool:
        return self.proof is not None and now - self.proof < PROVEN_FOR

    def sent(self, stamp: int) -> bool:
        """Whether this is the time of one of the last beats that went there."""
        return stamp in self._sent

    def meet(self, now: float) -> None:
        """A burst from now on."""
        self.burst, self.due = BURST, now

    def go(self, stamp: int, now: float, alive: bool) -> None:
        """A beat goes there; when the next one does."""
        self._sent.append(stamp)
        self.asked = False
        self.burst = max(self.burst - 1, 0)
        every = BURST_EVERY if self.burst else EVERY
        if not (alive or self.fixed or self.since is None) and now - self.since > SILENT_AFTER:
            every = SILENT_EVERY
        self.due = max(self.due + every, now + every / 2)  # on a grid, which a late tick does not stretch


class Routes:
    """All of them, by address."""

    def __init__(self) -> None:
        self._routes: dict[Address, Route] = {}

    def __iter__(self) -> Iterator[Route]:
        return iter(list(self._routes.values()))

    def get(self, address: Address | None) -> Route | None:
        return self._routes.get(address) if address else None

    def take(self, address: Address, kept: Collection[Address]) -> Route | None:
        """The route there, made if need be. None if all are in use: written down, or among those `kept`."""
        if address not in self._routes:
            if len(self._routes) >= MOST and not self._make_room(kept):
                return None
            self._routes[address] = Route(address)
        return self._routes[address]

    def sight(self, sighting: Sighting, kept: Collection[Address]) -> None:
        written = f"{sighting.name}:{sighting.port}" if sighting.how == "static" else ""
        if written:
            self._moved(written, sighting)
        for host in sighting.addresses[:MOST_ADDRESSES]:
            route = self.take((host, sighting.port), kept)
            if route is None:
                continue
            route.sighted, route.idle = True, route.idle and route.fixed
            route.written = written or route.written
            route.node = route.node or sighting.id

    def _moved(self, written: str, sighting: Sighting) -> None:
        """A name that has another address now: where it was, somebody else may be by tomorrow."""
        for route in self._routes.values():
            if route.written == written and route.address[0] not in sighting.addresses:
                route.written = ""

    def drop(self, address: Address) -> None:
        self._routes.pop(address, None)

    def prune(self, now: float, after: float, kept: Collection[Address]) -> None:
        """Forget those that were silent for longer than `after` seconds."""
        for route in self:
            silent = route.since is not None and now - route.since > after
            if silent and not route.fixed and route.address not in kept:
                self.drop(route.address)

    def _make_room(self, kept: Collection[Address]) -> bool:
        free = [r for r in self._routes.values() if not r.fixed and r.address not in kept]
        if not free:
            return False
        self.drop(min(free, key=lambda route: (route.trusted, route.since or 0.0)).address)
        return True
