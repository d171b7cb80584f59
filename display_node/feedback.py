"""State feedback: what the wall is doing and what is chosen, told to control surfaces by OSC.

Faders and toggles follow because each verb's value is told under the verb's own address. A surface is told
everything when it comes, then what changes, at most ten times a second, and each value once a second anyhow,
since UDP loses some. One datagram a tenth: 1.8 kB a second for each surface during a tour, headers included.
"""

import ipaddress
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from common.counters import Counters
from common.errors import ConfigError
from common.link import Address, Link, UdpLink
from common.osc import Argument, bundle
from common.state_wire import FRAMES, told
from common.wire import MAX_DATAGRAM
from display_node.state import State

EVERY = 0.1
"""Seconds between two words."""
ROUND = 10
"""Words within which each value is told, changed or not."""
LASTS = 60.0
"""Seconds for which a subscription is good; whoever wants more says so again."""
MAX_SUBSCRIBERS, MAX_PER_HOST = 8, 2
"""All of them, and of one address: one that is forged takes no place from others."""
HEAD, ELEMENT = 16, 4
"""Bytes that a bundle has by itself, and before each message."""


class Feedback:
    """A companion. `surfaces` are told for ever, those that subscribe for a minute."""

    def __init__(
        self,
        values: Callable[[], Mapping[str, Any]],
        surfaces: Iterable[Address],
        counters: Counters,
        now: Callable[[], float] = time.monotonic,
        link: Link | None = None,
    ) -> None:
        # A port of its own: that of the operator may be open to this machine only, which no surface is on.
        self._link = link or UdpLink("0.0.0.0")
        self._values, self._surfaces, self._now = values, tuple(surfaces), now
        self._counters = counters
        self._told = told()
        self._lock = threading.Lock()
        self._subscribed: dict[Address, float] = {}
        self._known: frozenset[Address] = frozenset()
        self._said: dict[str, tuple[Argument, bytes]] = {}
        self._due, self._turn = 0.0, 0

    def subscribe(self, host: str, port: int) -> None:
        """Tell `host` at `port` from now on; at 0, nothing any more. From the thread that receives."""
        now = self._now()
        with self._lock:
            self._subscribed = {
                surface: until
                for surface, until in self._subscribed.items()
                if until > now and (port or surface[0] != host)
            }
            if not port:
                return
            if (host, port) in self._subscribed or self._room(host):
                self._subscribed[host, port] = now + LASTS
                return
        self._counters.drop("subscriber", f"{MAX_SUBSCRIBERS} surfaces are told already, or two of it", host)

    def after(self, before: State, state: State, now: float) -> None:
        if now < self._due:
            return
        # From when it was due, not from this frame: else every word comes most of a frame later.
        self._due, self._turn = max(self._due + EVERY, now), (self._turn + 1) % ROUND
        with self._lock:
            subscribed = [surface for surface, until in self._subscribed.items() if until > now]
        surfaces = frozenset(self._surfaces).union(subscribed)
        if surfaces:
            everything, news = self._messages(self._values())
            for surface in surfaces:
                for datagram in packed(news if surface in self._known else everything):
                    self._link.send(datagram, surface)
        self._known = surfaces

    def close(self) -> None:
        self._link.close()

    def _room(self, host: str) -> bool:
        ports = sum(surface[0] == host for surface in self._subscribed)
        return len(self._subscribed) < MAX_SUBSCRIBERS and ports < MAX_PER_HOST

    def _messages(self, values: Mapping[str, Any]) -> tuple[list[bytes], list[bytes]]:
        """All that there is to say, and what of it is new or has its turn."""
        everything, news = [], []
        for place, one in enumerate(self._told):
            value = one.reading.of(values)
            last, message = self._said.get(one.address, (None, b""))
            changed = value != last
            if changed:
                message = one.encode(value)
                self._said[one.address] = value, message
            everything.append(message)
            if place % ROUND == self._turn or (changed and one.reading not in FRAMES):
                news.append(message)
        return everything, news


def packed(messages: Sequence[bytes]) -> list[bytes]:
    """As few datagrams as hold them, none over the wire's limit."""
    found: list[list[bytes]] = []
    room = 0
    for message in messages:
        room -= ELEMENT + len(message)
        if room < 0:
            found.append([])
            room = MAX_DATAGRAM - HEAD - ELEMENT - len(message)
        found[-1].append(message)
    return [bundle(some) for some in found]


def surfaces(text: str) -> tuple[Address, ...]:
    """`ADDRESS:PORT` words, IPv4; `ConfigError` names the one that is none."""
    found = []
    for word in text.split():
        host, _, port = word.rpartition(":")
        try:
            address = str(ipaddress.IPv4Address(host)), int(port)
        except ValueError:
            address = "", 0
        if not 0 < address[1] < 65536:
            raise ConfigError(f"feedback: {word!r} is not ADDRESS:PORT, such as 192.168.1.5:9010")
        found.append(address)
    return tuple(found)
