"""A node among others: its peers, whatever finds them, and the link over which it beats. Owns no thread."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from common import nodes
from common.counters import Counters
from common.errors import Refused
from common.link import Address, Link
from common.peer import Peer
from common.peers import Mine, Peers
from common.services import Ports
from common.sighting import Sighting

LOOK_EVERY = 0.05
"""Seconds between two looks at what is due, however often we are asked: half of the shortest interval."""
REMEMBER_EVERY = 5.0
"""Seconds between two looks at whether other peers are there than those that were remembered last."""


class Finder(Protocol):
    """What finds nodes: `common.discovery.Discovery`."""

    def remember(self, sightings: Sequence[Sighting]) -> None: ...

    def close(self) -> None: ...


class Company:
    """Until `find` only those are known that beat to us first.

    For one thread, but for `status`: the one that receives. Times are monotonic seconds.
    """

    def __init__(self, peers: Peers, link: Link, counters: Counters) -> None:
        self.peers = peers
        self._link, self._counters = link, counters
        self._look_at = self._remember_at = 0.0
        self._remembered: dict[str, Address] = {}
        self._finder: Finder | None = None

    def find(self, ports: Ports, *, enabled: bool, static: Sequence[Address], folder: Path) -> None:
        """Look for others, and be found; by mDNS if `enabled`. `folder`: where known ones are kept."""
        from common.discovery import Discovery  # zeroconf takes a moment to load

        peers = self.peers
        peers.http_port = ports.http[1] if ports.http else 0
        self._finder = Discovery(
            peers.me, ports, enabled=enabled, static=static, folder=folder,
            seen=peers.sight, gone=peers.gone, counters=self._counters,
        )  # fmt: skip

    def hear(self, message: nodes.Message, sender: Address, now: float) -> Peer | None:
        """A message that came at `now`. Whose beat it is; None if it is none, or nobody's to us."""
        return self.peers.hear(message, sender, now) if isinstance(message, nodes.Beat) else None

    def take(self, datagram: bytes, sender: Address, now: float) -> None:
        """A datagram that `nodes.is_node`. Whatever is wrong with it is counted."""
        try:
            self.hear(nodes.decode(datagram), sender, now)
        except Refused as refused:
            self._counters.drop(refused.kind, str(refused), sender[0])

    def tick(self, now: float, mine: Callable[[], Mine]) -> None:
        """Send the beats that are due, and remember who is there. Cheap when there is nothing to do."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY
        for beat, to in self.peers.due(now, mine()):
            self._link.send(beat, to)
        if self._finder and now >= self._remember_at:
            self._remember_at = now + REMEMBER_EVERY
            self._remember(self._finder, now)

    def status(self, now: float) -> dict[str, Any]:
        """For /health."""
        me = self.peers.me
        known = [_described(peer, now) for peer in self.peers.known(now)]
        return {"id": me.id, "name": me.name, "group": self.peers.group, "peers": known}

    def close(self) -> None:
        if self._finder:
            self._finder.close()

    def _remember(self, finder: Finder, now: float) -> None:
        """A station is not worth it: it is back at another port, and looks for the walls itself."""
        proven = [peer for peer in self.peers.alive(now) if peer.offset and peer.role != "input"]
        found = {peer.id: peer.address for peer in proven}
        if found.items() <= self._remembered.items():
            return
        worth = [peer for peer in self.peers.known(now) if _worth(peer)]
        self._remembered = {peer.id: peer.address for peer in worth}
        finder.remember([_sighting(peer) for peer in worth])


def _worth(peer: Peer) -> bool:
    return peer.offset is not None and peer.role != "input"


def _sighting(peer: Peer) -> Sighting:
    host, port = peer.address
    return Sighting(peer.id, peer.role, peer.name, (host,), port, peer.control_port, peer.http_port, "cache")


def _described(peer: Peer, now: float) -> dict[str, Any]:
    offset = peer.offset
    return {
        "id": peer.id,
        "name": peer.name,
        "role": peer.role,
        "group": peer.group,
        "address": f"{peer.address[0]}:{peer.address[1]}",
        "age": round(now - peer.heard, 3),
        "alive": peer.alive(now),
        "fresh": peer.fresh,
        "waiting": peer.waiting,
        "http_port": peer.http_port,
        "offset_ms": None if offset is None else round(offset.seconds * 1e3, 3),
        "uncertainty_ms": None if offset is None else round(offset.uncertainty * 1e3, 3),
    }
