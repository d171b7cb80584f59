"""Everything that the console knows, brought together: who beats, who is remembered, who is only told of."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from common.identity import is_id
from common.interfaces import interfaces
from common.known import numeric
from common.link import Address
from common.machine import FromKeeper, Program, Report
from common.nodes import ROLES
from common.peers import Peers
from common.sighting import Sighting
from common.wire import valid_name
from deploy.console.polling import Poller
from deploy.console.radio import Radio
from deploy.console.verdict import Verdict, judge
from deploy.console.watched import Watched

TICK = 0.05
LOOK_EVERY = 1.0
"""Seconds between two questions to a keeper."""
HOME_EVERY = 10.0
"""Seconds between two looks at which addresses are our own: cables are plugged."""
OLD = 10.0
"""Seconds after which what a keeper said counts no more."""
MOST = 128
"""Nodes that are shown: all 64 that may beat at once, and as many that did."""
MOST_HEARSAY = 16
"""Nodes that one page may tell us of."""
HERE = "127.0.0.1"
TOLD_AFTER = 2.0
"""Seconds between two readings of one page for nodes that we don't hear."""


class Gathering:
    """`watching`: whether anybody has the console open. `now`: monotonic seconds. For one asyncio loop."""

    def __init__(self, peers: Peers, watching: Callable[[], bool], now: Callable[[], float]) -> None:
        self.peers, self._now = peers, now
        self.nodes: dict[str, Watched] = {}
        self.poller = Poller(self._heed, watching, now)
        self._home: frozenset[str] = frozenset({HERE})
        self._forgotten: dict[str, float] = {}
        self._told_at: dict[str, float] = {}
        self.turns, self.turned = 0, now()
        """How often the loop went round, and when it did last."""

    def remember(self, known: Iterable[Sighting]) -> None:
        """Those that were there before we started: if they stay away, somebody should know."""
        for one in known:
            if one.id and one.id != self.peers.me.id:
                self.nodes[one.id] = Watched(one.id, one.role, one.name, one.addresses[0], self._now())

    async def run(self, radio: Radio) -> None:
        """Until it is cancelled."""
        look_at = home_at = 0.0
        while True:
            self.turned = now = self._now()
            self.turns += 1
            radio.tick()
            self.meet()
            if now >= home_at:
                home_at = now + HOME_EVERY
                with contextlib.suppress(OSError):  # out of descriptors for a moment: as it was before
                    self._home = frozenset({HERE, *(one.address for one in interfaces())})
            if now >= look_at:
                look_at = now + LOOK_EVERY
                for keeper in self.of_role("machine"):
                    if keeper.peer and keeper.peer.alive(now):
                        radio.look(keeper.peer.address)
            await asyncio.sleep(TICK)

    def meet(self) -> None:
        """Take over what the beats say. Who has never said back what we sent him is nobody yet: without a key
        anybody can invent a thousand nodes, and each costs us two tasks."""
        now = self._now()
        known = self.peers.known(now)
        heard = {peer.id for peer in known}
        self._forgotten = {id: at for id, at in self._forgotten.items() if id in heard}
        for peer in known:
            node = self.nodes.get(peer.id)
            if peer.heard <= self._forgotten.get(peer.id, 0.0):
                continue
            if peer.offset is None and (node is None or node.peer is None):
                continue
            if node is None:
                if len(self.nodes) >= MOST and not self._make_room(now):
                    continue
                node = Watched(peer.id, peer.role, peer.name, peer.address[0], now)
                self.nodes[peer.id] = node
            node.meet(peer)
            self.poller.follow(node)

    def told(self, message: FromKeeper, sender: Address) -> None:
        """A keeper's report, if it is one, from where we know a keeper."""
        for keeper in self.of_role("machine"):
            if isinstance(message, Report) and keeper.peer and keeper.peer.address == sender:
                keeper.report, keeper.report_at = message, self._now()

    def forget(self, id: str) -> None:
        """Somebody knows that this one won't come back. If it beats all the same, it is here again."""
        if self.nodes.pop(id, None):
            self._forgotten[id] = self._now()
            self._told_at.pop(id, None)
            self.poller.forget(id)

    def _make_room(self, now: float) -> bool:
        """Of those that don't beat any more, forget the one that was known for the shortest time: a wall that
        has been dead since the morning stays red, whoever comes and goes. False if all are there."""
        silent = [node for node in self.nodes.values() if not (node.peer and node.peer.alive(now))]
        if silent:
            self.forget(max(silent, key=lambda node: node.known).id)
        return bool(silent)

    def of_role(self, role: str) -> list[Watched]:
        return [node for node in self.nodes.values() if node.role == role]

    def ours(self, host: str) -> bool:
        """Whether an address is this machine's own."""
        return host in self._home or host.startswith("127.")

    def keeper_of(self, node: Watched) -> Watched | None:
        """Who looks after its machine, if anybody does."""
        for keeper in self.of_role("machine"):
            here = self.ours(keeper.host) and self.ours(node.host)
            if keeper.host == node.host or here:
                return keeper
        return None

    def report_of(self, keeper: Watched | None) -> Report | None:
        """What it said of late."""
        if keeper is None or keeper.report is None or keeper.report_at is None:
            return None
        return keeper.report if self._now() - keeper.report_at <= OLD else None

    def program_of(self, node: Watched) -> Program | None:
        """Which of its machine's programs it is: where there are two of a kind, the one it is named after."""
        keeper = self.keeper_of(node)
        report = self.report_of(keeper)
        if keeper is None or report is None:
            return None
        role = "keeper" if node.role == "machine" else node.role
        found = [one for one in report.programs if one.name.partition("-")[0] == role]
        alike = [one for one in self.of_role(node.role) if one.peer and self.keeper_of(one) is keeper]
        if len(found) > 1 or len(alike) > 1:
            # As `deploy.gallery.programs` names them: after the machine, and the program if there are two.
            found = [
                one
                for one in found
                if node.name.endswith(one.name) or (node.name, len(found)) == (report.name, 1)
            ]
        return found[0] if len(found) == 1 else None

    def verdict(self, node: Watched) -> Verdict:
        program = self.program_of(node)
        return judge(node, self._now(), program.state if program else "")

    def _heed(self, node: Watched) -> None:
        """Whom a node's page tells of, and we don't hear, is somewhere to try: where multicast is blocked
        a station is known to its wall only."""
        now = self._now()
        if now - self._told_at.get(node.id, -TOLD_AFTER) < TOLD_AFTER:
            return
        self._told_at[node.id] = now
        told = node.page.get("peers")
        for one in told[:MOST_HEARSAY] if isinstance(told, list) else []:
            sighting = hearsay(one)
            known = self.nodes.get(str(sighting.id)) if sighting else None
            if sighting is None or (known and known.peer and known.peer.alive(now)):
                continue  # one that fell silent may be back at another port
            if self.ours(node.host) or not ipaddress.IPv4Address(sighting.addresses[0]).is_loopback:
                self.peers.sight(sighting)


def hearsay(entry: Any) -> Sighting | None:
    """A living node that another one's page names; None if anything about it is odd."""
    if not isinstance(entry, dict) or entry.get("alive") is not True:
        return None
    id_, role, name, address = (entry.get(key) for key in ("id", "role", "name", "address"))
    if not all(isinstance(text, str) for text in (id_, role, name, address)):
        return None
    host, _, port = str(address).partition(":")
    if not (is_id(str(id_)) and role in ROLES and valid_name(str(name)) and numeric(host) and port.isascii()):
        return None
    if not port.isdigit() or not 0 < int(port[:6]) < 65536:
        return None
    return Sighting(str(id_), str(role), str(name), (host,), int(port), how="cache")
