"""Who is there: sightings in, beats in and out. Pure: no socket, no clock, and any thread may ask.

A beat takes 145 to 190 bytes, about 200 with its headers. Two nodes that know each other send one a second
each way (3.2 kbit/s together), after nine in the first. A wall with eight stations and three other walls
sends 11 a second and hears as many: 2.2 kB/s each way. Where nobody answers, an address is tried once a
second, and every other second after a while, so the 128 that are remembered cost 26 kB/s, whatever mDNS says.

Nobody gets more of us than he sent, unless he was sighted or has shown that he hears us: a stranger's beat is
answered by one, and only who says back what we sent *there* is beaten to unasked. So a forged address is no
amplifier, and moves no node that is known. More is not promised without a key: see `common.seal`.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from common.identity import Identity
from common.link import Address
from common.nodes import Beat
from common.offset import Offset
from common.peer import MOVED, Node, Peer, micro
from common.routes import Route, Routes
from common.sighting import Sighting
from common.tide import Tide

log = logging.getLogger("sandglass")

FORGOTTEN = 7 * 86400.0
"""Seconds after which a silent node, or address, is forgotten: galleries close for some days."""
TIDY_EVERY = 60.0
MOST = 64
"""Nodes that are known at once."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What our beats say of us, beside who we are: see `nodes.Beat`."""

    stamp: int = 0
    conductor: str = ""
    waiting: int = 0
    fresh: bool = True


class Peers:
    """`http_port` may be set once it is known. Times are monotonic seconds; they are said in microseconds."""

    def __init__(self, me: Identity, *, group: str = "", http_port: int = 0) -> None:
        self.me, self.group, self.http_port = me, group, http_port
        self._lock = threading.Lock()
        self._routes = Routes()
        self._nodes: dict[str, Node] = {}
        self._controls: dict[str, int] = {}
        self._tide = Tide()
        self._tidied = 0.0
        self._doubled = False

    def sight(self, sighting: Sighting) -> None:
        """Beat to its addresses until one answers. Whatever a sighting says, only beats make a peer."""
        if sighting.id == self.me.id or self._strangers(sighting.role):
            return
        with self._lock:
            self._routes.sight(sighting, self._kept())
            if sighting.id and sighting.control_port:
                if len(self._controls) >= MOST:
                    self._controls.pop(next(iter(self._controls)))
                self._controls[sighting.id] = sighting.control_port

    def gone(self, id: str) -> None:
        """It said goodbye to mDNS: where it does not answer now, it is not tried any more."""
        with self._lock:
            for route in self._routes:
                if route.node == id and not route.fixed and route.address not in self._kept():
                    self._routes.drop(route.address)

    def hear(self, beat: Beat, sender: Address, now: float) -> Peer | None:
        """A beat came, at `now`. None if it is nobody's to us: our own, or one station's to another."""
        with self._lock:
            if beat.node == self.me.id:
                self._ourselves(beat, sender)
                return None
            route = self._routes.take(sender, self._kept())
            if route is None or self._strangers(beat.role):
                if route:
                    route.idle = True
                return None
            node = self._nodes.get(beat.node)
            if node is None:
                if len(self._nodes) >= MOST and not self._make_room(now):
                    return None
                node = self._nodes[beat.node] = Node(beat, sender, now)
                met = True
            elif not node.newer(beat, now):
                return node.peer(now)
            else:
                met = not node.alive(now)
            self._heard(node, beat, route, now, met)
            return node.peer(now)

    def due(self, now: float, mine: Mine) -> list[tuple[bytes, Address]]:
        """The beats that are due, encoded, and where to. Send them at once: they say when they were sent."""
        beats: list[tuple[bytes, Address]] = []
        with self._lock:
            self._tidy(now)
            going = [route for route in self._routes if self._wanted(route, now)]
            for index, route in enumerate(going):
                if route.since is None:
                    route.since = route.due = now
                # No two alike, so that each can be told by its time; rather too early, which only adds delay.
                sent = max(micro(now) - index, 1)
                node = self._nodes.get(route.node or "")
                beat = Beat(
                    self.me.id, self.me.role, self.me.name, self.group, self.http_port, sent,
                    node.beat.sent if node else 0, node.arrived if node else 0,
                    self._tide.read(micro(now)) if self.me.role == "display" else 0,
                    mine.stamp, mine.conductor, mine.waiting, mine.fresh,
                )  # fmt: skip
                route.go(sent, now, node is not None and node.alive(now))
                beats.append((beat.encode(), route.address))
        return beats

    def alive(self, now: float, role: str | None = None) -> list[Peer]:
        """Those heard within `ALIVE` seconds, by name and id."""
        return self._told(now, lambda node: node.alive(now) and role in (None, node.beat.role))

    def known(self, now: float) -> list[Peer]:
        """Those that were ever heard, the silent ones too, by name and id."""
        return self._told(now, lambda node: True)

    def offset(self, id: str, now: float) -> Offset | None:
        with self._lock:
            node = self._nodes.get(id)
            return node.clock.read(micro(now)) if node else None

    def tide(self, now: float) -> int:
        """Microseconds: see `common.tide`."""
        with self._lock:
            return self._tide.read(micro(now))

    def _told(self, now: float, wanted: Callable[[Node], bool]) -> list[Peer]:
        with self._lock:
            found = [node.peer(now) for node in self._nodes.values() if wanted(node)]
        return sorted(found, key=lambda peer: (peer.name, peer.id))

    def _heard(self, node: Node, beat: Beat, route: Route, now: float, met: bool) -> None:
        answers = bool(beat.echo) and route.sent(beat.echo)
        met = met or (answers and not route.trusted)
        route.node, route.since, route.idle = beat.node, now, False
        route.proof = now if answers else route.proof
        if route.address == node.address:
            node.there = now
        elif route.proven(now) and (now - node.there > MOVED or not self._proven(node.address, now)):
            self._leave(node.address)
            node.address, node.there = route.address, now
        node.beat, node.heard, node.arrived = beat, now, micro(now)
        node.control_port = self._controls.get(beat.node, 0)
        if answers:
            learnt = node.clock.exchanges
            node.clock.add(beat.echo, beat.heard, beat.sent, micro(now))
            met = met or node.clock.exchanges < learnt
        if beat.role == self.me.role == "display":
            self._tide.hear(beat.tide, micro(now))
        if met and route.trusted:
            route.meet(now)
        route.asked = not route.trusted or route.address != node.address

    def _wanted(self, route: Route, now: float) -> bool:
        if route.idle:
            return False
        if not route.trusted:
            return route.asked
        node = self._nodes.get(route.node or "")
        if node and node.alive(now) and node.address != route.address:
            return route.asked  # it is reached where it answers
        return route.since is None or now >= route.due

    def _ourselves(self, beat: Beat, sender: Address) -> None:
        """Our own beat, as where all machines have one list of peers; or somebody says that he is us."""
        for route in self._routes:
            if route.sent(beat.sent):
                route.idle = True
                return
        if not self._doubled:
            self._doubled = True
            log.warning(
                "%s:%d says that it is this very node (%s): one disk is a copy of the other; delete the file "
                "'id' in the state folder of one of the two and start it again", *sender, self.me.id,
            )  # fmt: skip

    def _strangers(self, role: str) -> bool:
        """Stations have nothing to say to each other."""
        return role == "input" and self.me.role == "input"

    def _proven(self, address: Address, now: float) -> bool:
        route = self._routes.get(address)
        return route is not None and route.proven(now)

    def _leave(self, address: Address) -> None:
        route = self._routes.get(address)
        if route and not route.sighted:
            self._routes.drop(address)

    def _kept(self) -> set[Address]:
        return {node.address for node in self._nodes.values()}

    def _make_room(self, now: float) -> bool:
        """Forget whoever was silent longest, or else who never answered us. False if all are there."""
        free = [node for node in self._nodes.values() if not (node.alive(now) and node.clock.exchanges)]
        if not free:
            return False
        oldest = min(free, key=lambda node: (node.alive(now), node.heard))
        del self._nodes[oldest.beat.node]
        return True

    def _tidy(self, now: float) -> None:
        if now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        for id, node in list(self._nodes.items()):
            if now - node.heard > FORGOTTEN:
                del self._nodes[id]
        self._routes.prune(now, FORGOTTEN, self._kept())
