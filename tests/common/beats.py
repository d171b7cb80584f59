"""Nodes in a network of the test's own making: clocks that differ, datagrams that take their time."""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable

from common import nodes
from common.identity import Identity
from common.link import Address
from common.peers import Mine, Peer, Peers
from common.sighting import Sighting

TICK = 0.1
"""Seconds between two looks at what is due."""


def make_id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


class Node:
    """One `Peers` with its own clock, at one or more addresses."""

    def __init__(self, number: int, role: str, apart: float, *addresses: Address) -> None:
        self.me = Identity(make_id(number), role, f"{role} {number}")
        self.peers = Peers(self.me)
        self.addresses = list(addresses)
        self.apart = apart
        """Seconds that its clock is ahead of the network's."""
        self.running = True
        self.mine = Mine()
        self.sent: list[tuple[float, Address, nodes.Beat]] = []

    def sighting(self, how: str = "mdns") -> Sighting:
        hosts = tuple(host for host, _ in self.addresses)
        return Sighting(self.me.id, self.me.role, self.me.name, hosts, self.addresses[0][1], 9001, 9002, how)


class Network:
    """Time is the network's, in seconds; each node is told its own."""

    def __init__(self, *found: Node, delay: Callable[[], float] = lambda: 0.0003) -> None:
        self.nodes = list(found)
        self.now = 1000.0
        self.delay = delay
        self.lost: Callable[[], bool] = lambda: False
        self.twice: Callable[[], bool] = lambda: False
        self._flying: list[tuple[float, int, Address, Address, bytes]] = []
        self._count = itertools.count()

    def now_of(self, node: Node) -> float:
        return self.now + node.apart

    def run(self, seconds: float) -> None:
        """Tick after tick; what flies arrives in between, at its own time."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            for node in self.nodes:
                if node.running:
                    self._tick(node)
            later = self.now + TICK
            while self._flying and self._flying[0][0] <= later:
                at, _, sender, to, datagram = heapq.heappop(self._flying)
                self.now = at
                self.deliver(sender, to, datagram)
            self.now = later

    def deliver(self, sender: Address, to: Address, datagram: bytes) -> None:
        for node in self.nodes:
            if node.running and to in node.addresses:
                beat = nodes.decode(datagram)
                assert isinstance(beat, nodes.Beat)
                node.peers.hear(beat, sender, self.now_of(node))

    def peer(self, node: Node, other: Node) -> Peer | None:
        known = node.peers.known(self.now_of(node))
        return next((peer for peer in known if peer.id == other.me.id), None)

    def alive(self, node: Node, role: str | None = None) -> set[str]:
        return {peer.id for peer in node.peers.alive(self.now_of(node), role)}

    def _tick(self, node: Node) -> None:
        for datagram, to in node.peers.due(self.now_of(node), node.mine):
            beat = nodes.decode(datagram)
            assert isinstance(beat, nodes.Beat)
            node.sent.append((self.now, to, beat))
            for _ in range(2 if self.twice() else 1):
                if not self.lost():
                    at = self.now + self.delay()
                    heapq.heappush(self._flying, (at, next(self._count), node.addresses[0], to, datagram))


def jitter(seed: int, most: float = 0.010) -> Callable[[], float]:
    chance = random.Random(seed)
    return lambda: chance.uniform(0.0, most)


def now_and_then(seed: int, part: float) -> Callable[[], bool]:
    chance = random.Random(seed)
    return lambda: chance.random() < part
