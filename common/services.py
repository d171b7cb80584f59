"""What nodes announce by mDNS, and what is believed of what others announce. Pure: no socket, no clock.

Each UDP port of a node is a service of its own, and so is its HTTP port; the TXT record says whose it is:

    id       the node's, the same in each of its services
    role     one of `common.nodes.ROLES`
    proto    `common.PROTOCOL`
    port     drawing, control, node or http
    name     what people call the node; the service's own name may have a number behind it

Anybody on the network can announce anything. So everything is checked, little is remembered, and what is
left is no more than an address to try.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from common import PROTOCOL
from common.errors import Refused, plain
from common.identity import Identity, is_id
from common.link import Address
from common.nodes import ROLES
from common.sighting import Sighting
from common.wire import valid_name

OSC_TYPE, JSON_TYPE = "_osc._udp.local.", "_oscjson._tcp.local."
"""The service types of OSC over UDP, and of OSCQuery."""
TYPES = (OSC_TYPE, JSON_TYPE)
MAX_TEXT = 400
"""Bytes of a TXT record; ours have about 110."""
MAX_ADDRESSES = 8
"""IPv4 addresses of one service: more than any machine of ours has."""
BESIDE = {"control": "control", "machine": "keeper", "operate": "console"}
"""What stands behind the name, by kind or role, where several services of one name are to be expected."""
MAX_LABEL = 63
"""Bytes of a name in DNS (RFC 1035, 2.3.4)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a node is heard: (host it is bound to, number) of each port, as `Link.address` gives it.

    A wall has `drawing` and `control`, every other node has `node`. What is bound to loopback is announced
    on this machine only.
    """

    drawing: Address | None = None
    control: Address | None = None
    node: Address | None = None
    http: Address | None = None

    def open(self) -> dict[str, Address]:
        """Those that there are, by their kind."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {kind: address for kind, address in found.items() if address is not None}


@dataclass(frozen=True, slots=True)
class Service:
    """One port of one node. `kind`: a field of `Ports`."""

    id: str
    role: str
    name: str
    kind: str
    addresses: tuple[str, ...]
    number: int

    @property
    def type(self) -> str:
        return JSON_TYPE if self.kind == "http" else OSC_TYPE

    @property
    def text(self) -> dict[str, str]:
        """The TXT record's keys and values."""
        return {
            "id": self.id, "role": self.role, "proto": str(PROTOCOL), "port": self.kind, "name": self.name,
        }  # fmt: skip

    @property
    def instance(self) -> str:
        """The full name to announce it by, as long as nobody else has it: `name`, then what it is for."""
        # A dot would make two labels of it; an underscore in front, a type.
        name = self.name.replace(".", "-").strip("_ ") or self.role
        # A machine's keeper and its console are called as its wall is: who looks for the wall finds one.
        label = f"{name} {word}" if (word := BESIDE.get(self.role) or BESIDE.get(self.kind)) else name
        return f"{label.encode()[:MAX_LABEL].decode(errors='ignore')}.{self.type}"


def describe(me: Identity, bound: Mapping[str, tuple[tuple[str, ...], int]]) -> tuple[Service, ...]:
    """The services of a node, from the addresses and the number of each of its ports, by kind."""
    return tuple(
        Service(me.id, me.role, me.name, kind, addresses, number)
        for kind, (addresses, number) in bound.items()
        if addresses
    )


def believe(
    type_: str,
    number: int | None,
    text: bytes,
    properties: Mapping[bytes, bytes | None],
    addresses: Sequence[str],
) -> Service | None:
    """A service as announced by anybody; None if it is another program's, which is no offence.

    Raises `Refused` for what claims to be a node of ours and isn't in order.
    """
    if b"id" not in properties or b"proto" not in properties:
        return None
    if len(text) > MAX_TEXT:
        raise Refused("announcement", f"a TXT record of {len(text)} bytes")
    told = {key: _text(properties.get(key.encode())) for key in ("id", "role", "proto", "port", "name")}
    if told["proto"] != str(PROTOCOL):
        raise Refused("announcement", f"protocol {plain(told['proto'], 8)!r}, this is {PROTOCOL}")
    if not is_id(told["id"]) or told["role"] not in ROLES or not valid_name(told["name"]):
        shown = ", ".join(plain(told[key], 40) for key in ("id", "role", "name"))
        raise Refused("announcement", f"no node of ours: {shown}")
    kinds = ("http",) if type_ == JSON_TYPE else ("drawing", "control", "node")
    if told["port"] not in kinds or not number or not 0 < number < 65536:
        raise Refused("announcement", f"port {plain(told['port'], 16)!r} {number} in {type_}")
    near = tuple(addresses)[:MAX_ADDRESSES]
    return Service(told["id"], told["role"], told["name"], told["port"], near, number)


def merge(services: Iterable[Service]) -> dict[str, Sighting]:
    """One sighting for each id that has a port to talk to; of two services of one kind, the later counts."""
    by_id: dict[str, dict[str, Service]] = {}
    for service in services:
        if service.addresses:
            by_id.setdefault(service.id, {})[service.kind] = service
    return {id_: sighting for id_, kinds in by_id.items() if (sighting := _sighting(kinds)) is not None}


def _sighting(kinds: Mapping[str, Service]) -> Sighting | None:
    main = kinds.get("drawing") or kinds.get("node")
    if main is None:
        return None
    control, http = (kinds[kind].number if kind in kinds else 0 for kind in ("control", "http"))
    return Sighting(main.id, main.role, main.name, main.addresses, main.number, control, http, "mdns")


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
