"""Links carry datagrams. `UdpLink` is the real one, `MemoryLink` the one for tests and one process."""

import contextlib
import errno
import select
import socket
from collections import deque
from collections.abc import Callable
from typing import Protocol

from common.errors import ConfigError, LinkError

Address = tuple[str, int]

MAX_RECEIVE = 8192
"""Bytes read of one datagram: above every message we know, so that a longer one shows as too long."""
RECEIVE_BUFFER = 1 << 20
"""Bytes of kernel buffer: about a thousand previews, a quarter of a minute of one station."""


class Link(Protocol):
    @property
    def address(self) -> Address:
        """Where this end is reached."""

    def send(self, datagram: bytes, to: Address) -> bool:
        """Hand one datagram to the network; False if the network would not take it. Never blocks."""

    def receive(self, timeout: float | None = 0.0) -> tuple[bytes, Address] | None:
        """The next datagram and its sender, waiting up to `timeout` seconds (None: for ever)."""

    def burst(self, most: int, allow: Callable[[str], bool]) -> list[tuple[bytes, Address]]:
        """All that is there (`most` at most) and comes from allowed hosts; the rest is gone."""

    def close(self) -> None:
        """Give the port back. Safe to call twice."""


class UdpLink:
    """One UDP socket. Port 0 takes any free one; `LinkError` names a port that is occupied."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError, TypeError, ValueError) as error:  # the latter two for odd host names
            self._socket.close()
            raise LinkError(_why(host, port, error)) from None

    @property
    def address(self) -> Address:
        host, port = self._socket.getsockname()
        return host, port

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, datagram: bytes, to: Address) -> bool:
        try:
            self._socket.sendto(datagram, to)
        except OSError:  # unreachable, buffer full, cable out: UDP may lose it anyway
            return False
        return True

    def receive(self, timeout: float | None = 0.0) -> tuple[bytes, Address] | None:
        try:
            if timeout != 0.0 and not select.select([self._socket], [], [], timeout)[0]:
                return None
            return self._socket.recvfrom(MAX_RECEIVE)
        except (OSError, ValueError):  # nothing there, an ICMP error of an earlier send, or closed
            return None

    def burst(self, most: int, allow: Callable[[str], bool]) -> list[tuple[bytes, Address]]:
        found: list[tuple[bytes, Address]] = []
        with contextlib.suppress(OSError, ValueError):  # as in `receive`
            for _ in range(most):
                datagram, sender = self._socket.recvfrom(MAX_RECEIVE)
                if allow(sender[0]):
                    found.append((datagram, sender))
        return found

    def close(self) -> None:
        self._socket.close()


class MemoryLink:
    """A link within one process: `MemoryNetwork` carries, and may be told to lose, what is sent."""

    def __init__(self, network: "MemoryNetwork", address: Address) -> None:
        self._network = network
        self._address = address
        self.inbox: deque[tuple[bytes, Address]] = deque()

    @property
    def address(self) -> Address:
        return self._address

    def send(self, datagram: bytes, to: Address) -> bool:
        return self._network.carry(datagram, self._address, to)

    def receive(self, timeout: float | None = 0.0) -> tuple[bytes, Address] | None:
        return self.inbox.popleft() if self.inbox else None

    def burst(self, most: int, allow: Callable[[str], bool]) -> list[tuple[bytes, Address]]:
        taken = [self.inbox.popleft() for _ in range(min(most, len(self.inbox)))]
        return [found for found in taken if allow(found[1][0])]

    def close(self) -> None:
        self._network.links.pop(self._address, None)


class MemoryNetwork:
    """Delivers at once. `lose(n)` drops the next n datagrams; `down` drops all."""

    def __init__(self) -> None:
        self.links: dict[Address, MemoryLink] = {}
        self.down = False
        self._losing = 0

    def link(self, host: str, port: int) -> MemoryLink:
        if (host, port) in self.links:
            raise LinkError(_why(host, port, OSError(errno.EADDRINUSE, "")))
        return self.links.setdefault((host, port), MemoryLink(self, (host, port)))

    def lose(self, count: int) -> None:
        self._losing = count

    def carry(self, datagram: bytes, sender: Address, to: Address) -> bool:
        if self.down:
            return False
        if self._losing:
            self._losing -= 1
        elif to in self.links:
            self.links[to].inbox.append((datagram, sender))
        return True


def parse_address(text: str, default_port: int) -> Address:
    """`HOST` or `HOST:PORT` as an address; `resolve` looks the name up. Raises `ConfigError`."""
    host, _, port = text.partition(":")
    number = default_port
    if port:
        with contextlib.suppress(ValueError):
            number = int(port)
    if not host or (port and str(number) != port) or not 0 < number < 65536:
        raise ConfigError(f"{text!r} is not HOST:PORT, such as wall.local:{default_port}")
    return host, number


def resolve(address: Address) -> Address | None:
    """The IPv4 address of a host name, or None while it cannot be found (it may come later)."""
    try:
        found = socket.getaddrinfo(*address, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, ValueError):  # ValueError: no name at all, such as one of two dots in a row
        return None
    host, port = found[0][4][:2]
    return str(host), int(port)


def _why(host: str, port: int, error: Exception) -> str:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: stop the program that has it, or choose another port"
    if code == errno.EACCES:
        return f"port {port} needs root: choose one above 1023"
    if code == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: use 0.0.0.0 for all of them"
    return f"cannot listen on {host}:{port}: {error}"
