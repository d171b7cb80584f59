"""This machine's network interfaces: which addresses it has at the moment, and what can be reached from them.

They come and go: a cable is pulled, a router gives another address, a tablet's wireless comes up after us.
Nobody tells a process, so whoever needs to know asks again; it takes a fifth of a millisecond.
"""

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ANY_HOST = "0.0.0.0"
LOOPBACK = "127.0.0.1"
IP_MULTICAST_ALL = 49
"""From Linux' `ip(7)`; Python doesn't name it."""
SIOCGIFFLAGS, IFF_UP, IFF_RUNNING = 0x8913, 0x1, 0x40
"""From Linux' `netdevice(7)`; running: up, and with a carrier."""


@dataclass(frozen=True, slots=True, order=True)
class Interface:
    """One IPv4 address of an interface that is switched on. `carrier`: its cable is in."""

    name: str
    address: str
    prefix: int
    carrier: bool

    @property
    def network(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network((self.address, self.prefix), strict=False)

    @property
    def loopback(self) -> bool:
        return is_loopback(self.address)


def is_loopback(host: str) -> bool:
    return host.startswith("127.") or host == "localhost"


def interfaces() -> tuple[Interface, ...]:
    """All that are switched on, in a steady order; loopback too."""
    import ifaddr  # zeroconf's own; late, because it is not needed before the first frame

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for adapter in ifaddr.get_adapters():
            on, carrier = _flags(asking, adapter.name)
            for ip in adapter.ips if on else ():
                if isinstance(ip.ip, str):
                    found.append(Interface(str(adapter.name), ip.ip, ip.network_prefix, carrier))
    return tuple(sorted(found))


def spoken(found: Sequence[Interface], hosts: Iterable[str]) -> tuple[Interface, ...]:
    """The interfaces to announce and listen on for ports that are bound to `hosts`; no hosts: only to listen.

    Loopback is always among them, for the other nodes on this machine; it is the only one if all of `hosts`
    are loopback, so that a wall on 127.0.0.1 says nothing to the network.
    """
    wanted = set(hosts) or {ANY_HOST}
    if ANY_HOST in wanted:
        return tuple(one for one in found if one.loopback or one.carrier)
    return tuple(one for one in found if one.loopback or one.address in wanted)


def addresses_for(host: str, speaking: Sequence[Interface]) -> tuple[str, ...]:
    """Where a port that is bound to `host` is reached: `127.0.0.1` where there is no network at all."""
    if is_loopback(host):
        return (LOOPBACK,) if any(one.loopback for one in speaking) else ()
    outside = tuple(one.address for one in speaking if not one.loopback)
    if host == ANY_HOST:
        return outside or addresses_for(LOOPBACK, speaking)
    return (host,) if host in outside else ()


def reachable(addresses: Iterable[str], speaking: Sequence[Interface]) -> tuple[str, ...]:
    """Those that are on a link of ours, so that nobody makes us send to a stranger out in the world.

    What is also an address of ours (every machine with Docker has 172.17.0.1) counts only if no other does:
    then the node is on this machine.
    """
    ours = {one.address for one in speaking}
    near = [address for address in addresses if any(_on_link(address, one.network) for one in speaking)]
    return tuple(address for address in near if address not in ours) or tuple(near)


def confine(sockets: Iterable[socket.socket], speaking: Sequence[Interface]) -> None:
    """Make listening sockets deaf on all other interfaces. Only Linux is so open, and only Linux can be told.

    There a multicast socket hears every group that anybody on the machine has joined, on any interface. So a
    wall on loopback would hear, and answer, the network's questions once a station beside it listens there.
    """
    if sys.platform != "linux":
        return
    for one in sockets:
        one.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
        if all(interface.loopback for interface in speaking):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, speaking[0].name.encode())


def _on_link(text: str, network: ipaddress.IPv4Network) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    if address not in network or address.is_multicast:
        return False
    return network.prefixlen > 30 or address not in (network.network_address, network.broadcast_address)


def _flags(asking: socket.socket, name: str) -> tuple[bool, bool]:
    """Whether an interface is switched on and has a carrier; both are assumed where one cannot ask."""
    if sys.platform != "linux":
        return True, True
    import fcntl

    try:
        told = fcntl.ioctl(asking, SIOCGIFFLAGS, struct.pack("16sH14x", name.encode()[:15], 0))
    except OSError:  # gone since it was listed
        return False, False
    flags = struct.unpack("16sH14x", told)[1]
    return bool(flags & IFF_UP), bool(flags & IFF_RUNNING)
