"""Somebody with a laptop on the installation's network, who has no key, but has listened."""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from common.control import VERBS, Control
from common.counters import Counters
from common.link import Address, Link, UdpLink
from common.machine import Look, Order, Tail
from common.nodes import Ask, Beat, Picture, Stage
from common.seal import Seal, is_sealed
from common.sealed import SealedLink
from common.wire import Ack, Answer, Clear, Hello, Legacy, Preview, Progress, Submit
from display_node.samples import samples
from tests.netns import Machine

EVERYTHING = 3
"""ETH_P_ALL: what is sent as well as what comes."""
UDP = 17
SO_RCVBUFFORCE = 33
"""Of Linux, for root: Python has no name for it."""
CHOSEN: dict[str, float | str] = {
    "exhibit": "invitation", "seek": 1.0, "speed": 3.0, "form": "short", "language": "ko", "captions": 0.0,
    "volume": 0.1, "blackout": 1.0, "subscribe": 9999.0,
}  # fmt: skip
"""What each verb is given: something else than what is."""
LATE = 1 << 50
"""A stamp, or a tide, far ahead of any wall's."""


@dataclass(frozen=True)
class Packet:
    sender: Address
    to: Address
    datagram: bytes


class Listener:
    """Hears every sealed datagram on a machine's cable, as who has bent the switch would."""

    def __init__(self, machine: Machine) -> None:
        with machine.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERYTHING))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self._socket.setblocking(False)

    def heard(self) -> list[Packet]:
        """Since it was asked last."""
        found = []
        while True:
            try:
                packet = self._socket.recv(4096)
            except BlockingIOError:
                return found
            if len(packet) > 28 and packet[0] == 0x45 and packet[9] == UDP and is_sealed(packet[28:]):
                hosts = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
                ports = struct.unpack_from(">HH", packet, 20)
                found.append(Packet((hosts[0], ports[0]), (hosts[1], ports[1]), packet[28:]))

    def close(self) -> None:
        self._socket.close()


class Stranger:
    """What he can send, plain or sealed with a key of his own; `replies` is what he got for it."""

    def __init__(self, machine: Machine, key: bytes) -> None:
        with machine.entered():
            self.plain, bare = UdpLink("0.0.0.0"), UdpLink("0.0.0.0")
            self._raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.forger = SealedLink(bare, Seal(key), Counters())
        self._links = (self.plain, bare)

    def replies(self) -> list[bytes]:
        return [found[0] for link in self._links for found in iter(link.receive, None)]

    def as_if_from(self, sender: Address, to: Address, datagram: bytes) -> None:
        """With another's address as the sender's (RFC 791 and 768; the kernel fills in what is 0)."""
        udp = struct.pack(">HHHH", sender[1], to[1], 8 + len(datagram), 0) + datagram
        hosts = socket.inet_aton(sender[0]) + socket.inet_aton(to[0])
        self._raw.sendto(struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, UDP, 0) + hosts + udp, to)

    def close(self) -> None:
        for link in (*self._links, self._raw):
            link.close()


def say(link: Link, to: Address, datagrams: Iterable[bytes]) -> int:
    """Send them all; how many these were."""
    sent = 0
    for datagram in datagrams:
        link.send(datagram, to)
        sent += 1
    return sent


def commands() -> list[bytes]:
    """Every verb there is."""
    return [Control(verb.name, CHOSEN.get(verb.name)).encode() for verb in VERBS.values()]


def drawings(station: str) -> list[bytes]:
    """In a station's name, with numbers later than any of its own, and in a new one's."""
    picture = samples()[0]
    return [
        message.encode()
        for name, number in ((station, LATE << 10), ("intruder", 1))
        for message in (
            Preview(name, number, 1, picture), Submit(name, number, 2, picture), Clear(name, number),
            Hello(name, number),
        )
    ]  # fmt: skip


def legacy() -> bytes:
    """As the original's sketch: it cannot be sealed."""
    return Legacy(samples()[0]).encode()


def node_talk(wall: str, mine: str) -> list[bytes]:
    """As a wall of the group, and as `wall` itself: the newest show of all, and its drawing."""
    picture = samples()[0]
    return [
        message.encode()
        for one in (wall, mine)
        for message in (
            Beat(one, "display", "intruder", "hall", 9002, 1, tide=LATE, stamp=LATE, conductor=one),
            Picture("intruder", 1, 0, picture), Picture("intruder", 1, 1, picture),
            Stage(one, LATE, one, "tour", "intruder", 1, "convolution", "full", 1, 0, 1, 1.0, 1.0),
            Stage(one, LATE + 1, one, "invitation", "", 3, "", "", 1, 0, 1, 1.0, 1.0),
            Ask(one),
        )
    ]  # fmt: skip


def answers(station: str) -> list[bytes]:
    """As a wall to a station."""
    words = Ack(station, 1), Answer(station, 1, 3, (0.1,) * 10), Progress(station, 1, "why", 0.5)
    return [word.encode() for word in words]


def orders(program: str) -> list[bytes]:
    """As a console to a keeper."""
    made = [Order(verb, program).encode() for verb in ("start", "stop", "restart")]
    return [*made, Look().encode(), Tail(program, 1000).encode()]
