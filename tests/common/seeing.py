"""A real `Discovery` on one of `netns.bridge`'s machines, and what it has told."""

import contextlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from common.counters import Counters
from common.discovery import Discovery, Ports, Sighting
from common.identity import Identity
from common.link import Address
from tests.netns import Machine
from tests.processes import DEADLINE, wait_for

WALL = Ports(drawing=("0.0.0.0", 9000), control=("127.0.0.1", 9001), http=("0.0.0.0", 9002))
STATION = Ports(node=("0.0.0.0", 41000), http=("127.0.0.1", 9003))


class Seeing:
    """Collects what one node is told; `discovery` is the real thing."""

    def __init__(self, me: Identity) -> None:
        self.me = me
        self._lock = threading.Lock()
        self._seen: list[Sighting] = []
        self.gone: list[str] = []
        self.discovery: Discovery

    def see(self, sighting: Sighting) -> None:
        with self._lock:
            self._seen.append(sighting)

    def seen(self, id_: str | None = None, how: str = "mdns") -> list[Sighting]:
        """Every sighting told of this id (None: of any), the earliest first."""
        with self._lock:
            return [one for one in self._seen if one.how == how and id_ in (None, one.id)]

    def await_address(
        self, other: Identity, *addresses: str, within: float = DEADLINE, how: str = "mdns"
    ) -> Sighting:
        """The latest sighting of a node once it has these addresses."""

        def found() -> Sighting | None:
            last = self.seen(other.id, how)[-1:]
            return last[0] if last and last[0].addresses == addresses else None

        return wait_for(found, f"{other.name} at {addresses}, not {self.seen(other.id, how)[-1:]}", within)

    def announced(self) -> bool:
        """Whether its ports have been announced, as what it is `called`."""
        mdns = self.discovery._mdns
        return mdns is not None and mdns._announcer is not None and mdns._announcer._work.done()

    def looks(self) -> bool:
        """Whether it hears what is announced."""
        return self.discovery._mdns is not None and self.discovery._mdns._browser is not None


def node(role: str = "display", name: str = "wall", id_: str = "") -> Identity:
    return Identity(id_ or str(uuid.uuid4()), role, name)


@contextlib.contextmanager
def seeing(
    machine: Machine | None,
    me: Identity,
    ports: Ports = WALL,
    *,
    enabled: bool = True,
    static: Sequence[Address] = (),
    folder: Path | None = None,
    counters: Counters | None = None,
) -> Iterator[Seeing]:
    """On `machine` (None: on this one): a thread lives where it was started."""
    collected = Seeing(me)
    with machine.entered() if machine is not None else contextlib.nullcontext():
        collected.discovery = Discovery(
            me, ports, enabled=enabled, static=static, folder=folder,
            seen=collected.see, gone=collected.gone.append, counters=counters,
        )  # fmt: skip
    try:
        yield collected
    finally:
        collected.discovery.close()
