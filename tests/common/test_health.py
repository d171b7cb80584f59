"""The HTTP door: healthy while frames are presented, bounded whoever knocks, gone when closed."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from common import health
from common.errors import LinkError
from common.health import (
    MAX_PER_HOST,
    MAX_REQUESTS,
    REQUEST_TIMEOUT,
    STALE_AFTER,
    Heartbeat,
    HttpDoor,
    Reply,
    health_page,
)

PATIENCE = 60.0
"""Seconds until a poll gives up."""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def get(
    port: int, path: str = "/health", method: str = "GET", host: str = "127.0.0.1"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, dict(reply.headers), reply.read()
    finally:
        connection.close()


def http_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "process_request" in thread.name]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """While it is not set, the page `/slow` does not answer."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is hung up on for a test that is slow."""
    monkeypatch.setattr(health, "REQUEST_TIMEOUT", PATIENCE)
    monkeypatch.setattr(health._Handler, "timeout", PATIENCE)


@pytest.fixture
def door(held: threading.Event) -> Iterator[HttpDoor]:
    def slow() -> Reply:
        held.wait(PATIENCE)
        return Reply(200, b"{}")

    def broken() -> Reply:
        raise RuntimeError("a fault of ours")

    pages = {"/fine": lambda: Reply(200, b"{}", headers={"X-Sand": "1"}), "/slow": slow, "/broken": broken}
    opened = HttpDoor("127.0.0.1", 0, pages)
    yield opened
    opened.close()


def test_health_follows_the_frames() -> None:
    clock, heart = Clock(), Heartbeat()
    page = health_page(heart, clock, lambda: {"role": "display"})
    before = page()
    assert (before.status, json.loads(before.body)["frame_age"]) == (503, None)
    heart.beat(clock.now)
    clock.now += STALE_AFTER / 2
    alive = page()
    assert alive.status == 200
    assert json.loads(alive.body) == {
        "ok": True, "frames": 1, "frame_age": 1.0, "frame_rate": 0, "role": "display",
    }  # fmt: skip
    clock.now += STALE_AFTER / 2
    assert page().status == 503
    heart.beat(clock.now)
    assert (page().status, json.loads(page().body)["frames"]) == (200, 2)


def test_pages_are_found_by_exact_path(door: HttpDoor) -> None:
    status, headers, body = get(door.port, "/fine?VALUE")
    assert (status, body, headers["X-Sand"], headers["Content-Type"]) == (200, b"{}", "1", "application/json")
    assert headers["Cache-Control"] == "no-store"
    for path in ("/", "/nothing", "/fine/", "/../fine"):
        assert get(door.port, path)[0] == 404


def test_the_frame_rate_is_that_of_the_last_second() -> None:
    heart = Heartbeat()
    assert heart.rate(1000.0) == 0
    for frame in range(120):
        heart.beat(1000.0 + frame / 60)
    assert heart.rate(1000.0 + 119 / 60) == 60
    assert 29 <= heart.rate(1002.5) <= 30
    assert heart.rate(1003.0) == 0


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(door: HttpDoor, method: str) -> None:
    status, headers, body = get(door.port, "/fine", method)
    assert (status, headers["Allow"], body) == (405, "GET", b"")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\xff\xfe\x00\n\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.0\r\n\r\n",
    ],
    ids=["noise", "half a line", "HTTP of the future", "70,000 letters"],
)
def test_a_bad_request_harms_nobody(
    door: HttpDoor, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", door.port), PATIENCE) as client:
        client.sendall(request_bytes)
    with socket.create_connection(("127.0.0.1", door.port), PATIENCE):
        pass  # came, and went away without a word
    assert get(door.port, "/fine")[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_fault_in_a_page_ends_that_request_only(door: HttpDoor) -> None:
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        get(door.port, "/broken")
    assert get(door.port, "/fine")[0] == 200


@pytest.mark.usefixtures("patient")
def test_a_flood_is_hung_up_on(door: HttpDoor, held: threading.Event) -> None:
    clients = []
    for _ in range(MAX_REQUESTS):
        client = socket.create_connection(("127.0.0.1", door.port), PATIENCE)
        client.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        clients.append(client)
    until(lambda: len(http_threads()) == MAX_REQUESTS)
    for _ in range(3 * MAX_REQUESTS):
        with socket.create_connection(("127.0.0.1", door.port), PATIENCE) as extra:
            assert extra.recv(100) == b""
    assert len(http_threads()) == MAX_REQUESTS
    held.set()
    for client in clients:
        assert client.recv(100).startswith(b"HTTP/1.0 200")
        client.close()
    until(lambda: not http_threads())
    assert get(door.port, "/fine")[0] == 200


def own_address() -> str:
    """An address of this machine that is not its loopback: who calls another one from it might be anybody."""
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family is socket.AF_INET and not address.address.startswith("127."):
                return address.address
    pytest.skip("this machine has a loopback address only")


@pytest.mark.usefixtures("patient")
def test_a_stranger_keeps_neither_the_supervisor_nor_others_out() -> None:
    host = own_address()
    opened = HttpDoor("0.0.0.0", 0, {"/fine": lambda: Reply(200, b"{}")})
    clients = []
    for _ in range(MAX_REQUESTS):
        client = socket.create_connection(("127.0.0.1", opened.port), PATIENCE, (host, 0))
        client.sendall(b"GET /fi")  # and never a word more
        clients.append(client)
    until(lambda: len(http_threads()) == MAX_PER_HOST)
    assert clients[-1].recv(1) == b""
    assert get(opened.port, "/fine")[0] == 200
    assert get(opened.port, "/fine", host=host)[0] == 200  # from that address too, but to itself
    for client in clients:
        client.close()
    opened.close()
    until(lambda: not http_threads())


@pytest.mark.usefixtures("patient")
def test_at_a_door_in_the_network_this_machine_has_its_own_places_too() -> None:
    host = own_address()
    opened = HttpDoor(host, 0, {"/fine": lambda: Reply(200, b"{}")})
    clients = []
    for _ in range(MAX_REQUESTS):
        client = socket.create_connection((host, opened.port), PATIENCE)
        client.sendall(b"GET /fi")
        clients.append(client)
    until(lambda: len(http_threads()) == MAX_REQUESTS)
    for client in clients:
        client.sendall(b"ne HTTP/1.0\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.0 200")
        client.close()
    until(lambda: not http_threads())
    assert not opened._server._slots._inside  # each has left the place that it took
    opened.close()


def test_who_sends_a_byte_at_a_time_is_hung_up_on(door: HttpDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "REQUEST_TIMEOUT", 0.2)
    with socket.create_connection(("127.0.0.1", door.port), PATIENCE) as client:

        def hung_up() -> bool:
            try:
                client.sendall(b"G")  # never a pause as long as the socket's own time-out
            except ConnectionError:
                return True
            return False

        until(hung_up)
    until(lambda: not http_threads())


class Looked:
    """A clock that stands, and counts who looks at it."""

    def __init__(self) -> None:
        self.now, self.looks = time.monotonic(), 0

    def monotonic(self) -> float:
        self.looks += 1
        return self.now


def test_who_waits_while_we_are_held_up_is_answered(
    door: HttpDoor, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Looked()
    monkeypatch.setattr(health, "time", clock)
    with socket.create_connection(("127.0.0.1", door.port), PATIENCE) as client:
        client.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        until(lambda: bool(http_threads()))
        clock.now += 10 * REQUEST_TIMEOUT  # between two looks: nobody was there to answer
        looks = clock.looks
        until(lambda: clock.looks > looks + 2)
        held.set()
        assert client.recv(100).startswith(b"HTTP/1.0 200")
    until(lambda: not http_threads())


def test_an_occupied_port_is_named(door: HttpDoor) -> None:
    with pytest.raises(LinkError, match=f"127.0.0.1:{door.port}"):
        HttpDoor("127.0.0.1", door.port, {})


@pytest.mark.parametrize("host", ["198.51.100.7", "a..b", "a\0b", "é..é"], ids=range(4))
def test_an_address_that_cannot_be_had_is_named(host: str) -> None:
    with pytest.raises(LinkError, match="cannot serve HTTP"):
        HttpDoor(host, 0, {})


def test_a_closed_door_leaves_no_thread_and_no_socket() -> None:
    process = psutil.Process()
    threads, files = threading.active_count(), process.num_fds()
    opened = HttpDoor("127.0.0.1", 0, {"/fine": lambda: Reply(200, b"{}")})
    assert get(opened.port, "/fine")[0] == 200
    opened.close()
    until(lambda: threading.active_count() <= threads and process.num_fds() <= files)
    with pytest.raises(ConnectionRefusedError):
        get(opened.port, "/fine")
