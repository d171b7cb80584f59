"""How a station finds its wall, as its settings say, and joins the nodes that are there."""

from typing import Any

from common.company import Company
from common.counters import Counters
from common.identity import identity
from common.known import parse_peers
from common.link import Address, Link, parse_address
from common.peers import Peers
from common.services import Ports
from common.sighting import Sighting
from common.state import state_folder
from common.wire import DRAWING_PORT
from input_node.finding import Found
from input_node.peer import Peer, Target
from input_node.settings import Settings

FIRST_LOOK_UP = 1.0
"""Seconds to wait for a host name at the start, so that the first drawing need not be sent twice."""
HERE: Address = ("127.0.0.1", DRAWING_PORT)
"""Where a wall on this machine is, unless it was told to be elsewhere."""


class Place:
    """A station's place among the nodes. `target`: where its drawings go; `name`: its own, on the wire.

    With neither discovery nor peers it is alone with its wall, and knows no other nodes.
    """

    def __init__(self, settings: Settings, link: Link, counters: Counters) -> None:
        self._settings, self._link = settings, link
        static = parse_peers(settings.peers)
        named = Peer(parse_address(settings.display, DRAWING_PORT)) if settings.display else None
        if named:
            named.refresh(FIRST_LOOK_UP)
        self._found: Found | None = None
        if not (settings.discovery or static):
            self.name = settings.name()
            self.target: Target = named or Peer(HERE)
            return
        self._static = static
        self._folder = state_folder("input", settings.state)
        me = identity("input", settings.name("0000"), self._folder.path)
        self.name = settings.name(me.id)
        peers = Peers(type(me)(me.id, me.role, self.name))
        if not named:
            host, port = HERE
            peers.sight(Sighting(None, "display", "this machine", (host,), port, how="static"))
        self.target = self._found = Found(Company(peers, link, counters), settings.prefer, named)

    def open(self, http: Address | None = None) -> None:
        """Look for the others, and let them find us, and our page at `http`."""
        if self._found:
            self._found.company.find(
                Ports(node=self._link.address, http=http),
                enabled=self._settings.discovery,
                static=self._static,
                folder=self._folder.path,
            )

    def status(self, now: float) -> dict[str, Any]:
        """For /health."""
        return self._found.status(now) if self._found else {"name": self.name, "peers": []}

    def close(self) -> None:
        if self._found:
            self._found.close()
            self._folder.close()
