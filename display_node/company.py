"""A wall among the other nodes: beats out and in over its drawing port, and what other walls say to it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from common import nodes
from common.company import Company as Anyone
from common.counters import Counters
from common.health import STALE_AFTER, Heartbeat
from common.identity import Identity, identity
from common.known import parse_peers
from common.link import Address, Link
from common.naming import node_name
from common.peers import Mine, Peers
from common.services import Ports
from common.state import state_folder
from common.wire import Clear, Preview
from display_node.ensemble.ensemble import Ensemble
from display_node.events import Event
from display_node.settings import Settings
from display_node.state import State
from display_node.worker import Worker


class Company:
    """A companion, too: it sees how many drawings wait. `now`: monotonic seconds.

    `hear`, `relay` and `tick` in the receiving thread, once `open` has said where we are heard.
    """

    def __init__(
        self, settings: Settings, heart: Heartbeat, counters: Counters, now: Callable[[], float]
    ) -> None:
        self._settings, self._heart, self._counters, self._now = settings, heart, counters, now
        self._static = parse_peers(settings.peers)
        self._folder = state_folder("display", settings.state)
        name = node_name(settings.name, "name")
        me = Identity(identity("display", name, self._folder.path).id, "display", name)
        self.peers = Peers(me, group=settings.group)
        self._ensemble: Ensemble | None = None
        self._waiting, self._awake = 0, False
        self._anyone: Anyone | None = None

    @property
    def folder(self) -> Path:
        """What must outlive this wall is kept there."""
        return self._folder.path

    def open(
        self, links: Mapping[str, Link], http_port: int, post: Callable[[Event], object], worker: Worker
    ) -> None:
        """From now on we beat over the drawing port's link, look for others, and can be found.

        `links`: of our UDP ports, by name. What other walls want to happen here is given to `post`.
        """
        drawing = links["drawing_port"]
        ports = Ports(
            drawing.address, links["control_port"].address, http=(self._settings.http_host, http_port)
        )
        anyone = Anyone(self.peers, drawing, self._counters)
        anyone.find(ports, enabled=self._settings.discovery, static=self._static, folder=self._folder.path)
        self._anyone = anyone
        self._ensemble = Ensemble(self.peers, drawing, post, worker.rehearse, worker.cue)

    def hear(self, message: nodes.Message, sender: Address, link: Link) -> None:
        now = self._now()
        if isinstance(message, nodes.Beat):
            self.peers.hear(message, sender, now)
        elif not (self._ensemble and self._ensemble.hear(message, sender, now)):
            self._counters.drop("stranger", f"{sender[0]} is no wall of our group", sender[0])

    def relay(self, message: Preview | Clear, sender: Address) -> bool:
        """See `Ensemble.relay`."""
        return self._ensemble is None or self._ensemble.relay(message, sender)

    def takes(self, event: Event, decided: bool) -> bool:
        """See `Ensemble.takes`."""
        return self._ensemble is None or self._ensemble.takes(event, decided)

    def tick(self, now: float) -> None:
        if self._anyone:
            self._anyone.tick(now, self._mine)

    def after(self, before: State, state: State, now: float) -> None:
        self._waiting, self._awake = min(len(state.waiting), 0xFFFF), state.awake
        if self._ensemble:
            self._ensemble.after(before, state, now)

    def status(self) -> dict[str, Any]:
        """For /health."""
        found = self._anyone.status(self._now()) if self._anyone else {}
        return found | ({"ensemble": self._ensemble.status()} if self._ensemble else {})

    def close(self) -> None:
        if self._anyone:
            self._anyone.close()
        self._folder.close()

    def _mine(self) -> Mine:
        """A wall that is not awake cannot answer yet: nobody should come because it is there."""
        age = self._heart.age(self._now())
        stamp, conductor = self._ensemble.held if self._ensemble else (0, "")
        fresh = self._awake and age is not None and age < STALE_AFTER
        return Mine(stamp, conductor, self._waiting, fresh)
