"""Links: real sockets on the loopback, and the network that is only in memory."""

import errno
import socket
import threading

import pytest

from common.errors import ConfigError, LinkError
from common.link import MAX_RECEIVE, MemoryNetwork, UdpLink, parse_address, resolve

SOON = 30.0
"""Seconds that a datagram on the loopback may take on a busy machine."""


def test_a_datagram_arrives_with_its_sender() -> None:
    here, there = UdpLink(), UdpLink()
    try:
        assert here.send(b"sand", there.address)
        assert there.receive(SOON) == (b"sand", here.address)
        assert there.receive() is None
        assert here.send(b"", there.address)
        assert there.receive(SOON) == (b"", here.address)
    finally:
        here.close()
        there.close()


def test_a_longer_datagram_shows_as_too_long() -> None:
    here, there = UdpLink(), UdpLink()
    try:
        here.send(bytes(60_000), there.address)
        received = there.receive(SOON)
        assert received is not None
        assert len(received[0]) == MAX_RECEIVE > 5132
    finally:
        here.close()
        there.close()


def test_an_occupied_port_is_named() -> None:
    first = UdpLink()
    with pytest.raises(LinkError, match=f"port {first.address[1]} on 127.0.0.1 is taken"):
        UdpLink(*first.address)
    first.close()
    UdpLink(*first_address(first)).close()


def first_address(closed: UdpLink) -> tuple[str, int]:
    """Any free port, asked for after `closed` gave its own back: closing twice is safe."""
    closed.close()
    return "127.0.0.1", 0


@pytest.mark.parametrize(
    "host", ["198.51.100.7", "no such host", "a..b", "é..é", "a\0b", "x" * 300, "::1"], ids=range(7)
)
def test_an_address_that_cannot_be_had_is_named(host: str) -> None:
    with pytest.raises(LinkError):
        UdpLink(host, 0)


@pytest.mark.parametrize("port", [-1, 65536, 1 << 40])
def test_a_port_that_cannot_be_had_is_named(port: int) -> None:
    with pytest.raises(LinkError, match=str(port)):
        UdpLink("127.0.0.1", port)


def test_a_refused_link_leaves_no_socket_behind(recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(LinkError):
        UdpLink("198.51.100.7", 0)
    assert not [warning for warning in recwarn if warning.category is ResourceWarning]


def test_what_the_network_does_not_take_is_no_error() -> None:
    link = UdpLink()
    try:
        assert not link.send(bytes(70_000), link.address)
        assert not link.send(b"x", ("127.0.0.1", 0))
        gone = UdpLink()
        nowhere = gone.address
        gone.close()
        for _ in range(3):  # an ICMP error of the last one must break neither sending nor receiving
            link.send(b"x", nowhere)
            link.receive(0.01)
        link.send(b"still here", link.address)
        assert link.receive(SOON) == (b"still here", link.address)
    finally:
        link.close()
    assert not link.send(b"x", nowhere)
    assert link.receive(0.01) is None


def test_memory_delivers_at_once_and_in_order() -> None:
    network = MemoryNetwork()
    wall, tablet = network.link("wall", 9000), network.link("tablet", 1)
    assert tablet.send(b"1", wall.address)
    assert tablet.send(b"2", wall.address)
    assert [wall.receive(), wall.receive(), wall.receive()] == [
        (b"1", ("tablet", 1)),
        (b"2", ("tablet", 1)),
        None,
    ]


def test_memory_loses_and_fails_as_it_is_told() -> None:
    network = MemoryNetwork()
    wall, tablet = network.link("wall", 9000), network.link("tablet", 1)
    network.lose(1)
    assert tablet.send(b"lost", wall.address)
    assert tablet.send(b"kept", wall.address)
    assert wall.receive() == (b"kept", ("tablet", 1))
    network.down = True
    assert not tablet.send(b"x", wall.address)
    network.down = False
    wall.close()
    assert tablet.send(b"into the void", wall.address)


def test_memory_knows_an_occupied_port() -> None:
    network = MemoryNetwork()
    first = network.link("wall", 9000)
    with pytest.raises(LinkError, match="port 9000 on wall is taken"):
        network.link("wall", 9000)
    first.close()
    network.link("wall", 9000)


def test_addresses_are_parsed() -> None:
    assert parse_address("wall.local", 9000) == ("wall.local", 9000)
    assert parse_address("10.0.0.7:123", 9000) == ("10.0.0.7", 123)


@pytest.mark.parametrize(
    "text", ["", ":9000", "wall:0", "wall:65536", "wall:x", "wall:1:2", "wall:-1", "::1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not HOST:PORT"):
        parse_address(text, 9000)


def test_names_are_looked_up_or_not_yet_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(("127.0.0.1", 9000)) == ("127.0.0.1", 9000)
    assert resolve(("a..b", 9000)) is None
    assert resolve(("a\0b", 9000)) is None

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert resolve(("wall.local", 9000)) is None


def test_a_root_port_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Guarded(socket.socket):
        def bind(self, address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Guarded)
    with pytest.raises(LinkError, match="port 80 needs root"):
        UdpLink("127.0.0.1", 80)


def test_waiting_ends_when_something_comes() -> None:
    here, there = UdpLink(), UdpLink()
    found: list[object] = []
    waiting = threading.Thread(target=lambda: found.append(there.receive(SOON)))
    waiting.start()
    here.send(b"wake", there.address)
    waiting.join(SOON)
    assert found == [(b"wake", here.address)]
    here.close()
    there.close()
