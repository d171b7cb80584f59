"""Live values: what a real client hears, and that a hostile one harms nobody."""

import asyncio
import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import psutil
import pytest

from common import osc
from common.counters import Counters
from common.health import MAX_REQUESTS, HttpDoor, Reply
from common.listener import MAX_BACKLOG, MAX_COMMAND, MAX_INCOMING
from common.oscquery import Tree, readings, verbs
from common.state_wire import CONTAINERS, WALL
from common.websocket import EVERY, GONE_AFTER, MAX_LISTENERS, MAX_PER_HOST, PING_AFTER, Listeners
from tests.common.test_health import own_address

PATIENCE = 120.0


class Node:
    """A door whose values a test sets, at a time that it may set."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.values: dict[str, Any] = {"phase": "idle", "time": 0.0, "volume": 1.0}
        self.asked = 0
        self.counters = Counters()
        tree = Tree([*verbs({}), *readings(WALL)], self._read, {"NAME": "wall"}, CONTAINERS)
        pages = {"/health": lambda: Reply(200, b"{}")}
        self.door = HttpDoor(host, 0, pages, tree, self.counters)

    def _read(self) -> dict[str, Any]:
        self.asked += 1
        return self.values

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.door.port}/"

    def dropped(self, kind: str) -> int:
        return self.counters.snapshot().get(f"dropped_{kind}", 0)


@pytest.fixture
def node() -> Iterator[Node]:
    process = psutil.Process()
    threads, files = threading.active_count(), process.num_fds()
    opened = Node()
    yield opened
    opened.door.close()
    until(lambda: threading.active_count() <= threads and process.num_fds() <= files)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


Talk = Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]]


def talk(node: Node, said: Talk, headers: dict[str, str] | None = None) -> None:
    async def run() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(node.url, headers=headers) as client,
        ):
            await said(client)

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


async def say(client: aiohttp.ClientWebSocketResponse, command: str, path: str) -> None:
    await client.send_str(json.dumps({"COMMAND": command, "DATA": path}))


async def heard(client: aiohttp.ClientWebSocketResponse) -> tuple[str, str, Any]:
    (message,) = osc.messages(await client.receive_bytes())
    return message.address, message.tags, message.arguments[0]


def test_who_listens_hears_the_value_and_what_becomes_of_it(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        await say(client, "LISTEN", "/state/phase")
        assert await heard(client) == ("/state/phase", "s", "idle")
        node.values = node.values | {"phase": "touring", "volume": 0.5}
        assert await heard(client) == ("/state/phase", "s", "touring")
        await say(client, "LISTEN", "/control/volume")
        assert await heard(client) == ("/control/volume", "f", 0.5)
        await say(client, "IGNORE", "/state/phase")
        await say(client, "LISTEN", "/state/time")
        assert await heard(client) == ("/state/time", "f", 0.0)  # so the word before it has been taken, too
        node.values = node.values | {"phase": "answered", "volume": 0.25}
        assert await heard(client) == ("/control/volume", "f", 0.25)  # and nothing of the phase before it

    talk(node, said)


def test_a_value_that_changes_all_the_time_is_told_twenty_times_a_second_at_most(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        stop = False

        async def change() -> None:
            while not stop:
                node.values = node.values | {"time": node.values["time"] + 0.25}
                await asyncio.sleep(0.001)

        changing = asyncio.create_task(change())
        await say(client, "LISTEN", "/state/time")
        await heard(client)
        began, count = time.monotonic(), 20
        last = 0.0
        for _ in range(count):
            _, _, value = await heard(client)
            assert value > last
            last = value
        took = time.monotonic() - began
        stop = True
        await changing
        assert took >= (count - 2) * EVERY

    talk(node, said)


def test_nobody_is_asked_while_nobody_listens(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        asked = node.asked
        await client.ping()
        await asyncio.sleep(5 * EVERY)  # in which who listens would have been told five times
        assert node.asked == asked

    talk(node, said)


def test_values_are_not_taken_and_nonsense_is_dropped(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        await client.send_bytes(osc.build("/control/volume", "f", [0.0]))
        words = [
            "no json", "[]", "{}", '{"COMMAND": "LISTEN"}', '{"COMMAND": "LISTEN", "DATA": 1}', "[" * 1000,
            '{"COMMAND": "LISTEN", "DATA": "/control/next"}', '{"COMMAND": "LISTEN", "DATA": "/nothing"}',
            '{"COMMAND": "SET", "DATA": "/state/phase"}', '{"COMMAND": "LISTEN", "DATA": ["/state/phase"]}',
        ]  # fmt: skip
        for word in words:
            await client.send_str(word)
        await say(client, "LISTEN", "/control/volume")
        assert await heard(client) == ("/control/volume", "f", 1.0)
        assert node.dropped("listener_value") == 1
        assert node.dropped("listener_command") == len(words)

    talk(node, said)


def test_the_door_says_goodbye(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        await say(client, "LISTEN", "/state/phase")
        await heard(client)
        closing = asyncio.get_running_loop().run_in_executor(None, node.door.close)
        assert (await client.receive()).type is aiohttp.WSMsgType.CLOSE
        assert client.close_code == 1001
        await client.close()
        await closing

    talk(node, said)
    node.door = HttpDoor("127.0.0.1", 0, {})


def test_a_page_from_elsewhere_may_not_listen(node: Node) -> None:
    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        await say(client, "LISTEN", "/state/phase")
        assert (await heard(client))[0] == "/state/phase"

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        talk(node, said, {"Origin": "http://evil.example"})
    assert caught.value.status == 403
    talk(node, said, {"Origin": node.url.replace("ws", "http").rstrip("/")})


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: wall\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def dial(node: Node, *, window: int | None = None) -> socket.socket:
    client = socket.socket()
    client.settimeout(PATIENCE)
    if window is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.connect((node.host, node.door.port))
    client.sendall(HANDSHAKE)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = client.recv(1)
        if not piece:
            break
        answer += piece
    assert answer.startswith(b"HTTP/1.1 101") or not answer, answer
    return client


def framed(payload: bytes, opcode: int = 1, *, final: bool = True, masked: bool = True) -> bytes:
    size = len(payload)
    short = size if size < 126 else 126 if size < 65536 else 127
    extended = b"" if size < 126 else struct.pack(">H" if size < 65536 else ">Q", size)
    mask = os.urandom(4)
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload)) if masked else payload
    return bytes([final << 7 | opcode, masked << 7 | short]) + extended + (mask if masked else b"") + body


def gone(client: socket.socket) -> bool:
    """Whether the node has hung up; it says why first, or nothing at all."""
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


HOSTILE = {
    "no mask": framed(b"{}", masked=False),
    "no opcode": framed(b"", opcode=5),
    "a bit that means nothing": bytes([0xF1, 0x80, 0, 0, 0, 0]),
    "a control frame of 200 bytes": framed(b"x" * 200, opcode=9),
    "a ping in pieces": framed(b"x", opcode=9, final=False),
    "a piece of nothing": framed(b"x", opcode=0),
    "not UTF-8": framed(b"\xff\xfe"),
    "a long command": framed(b"x" * (MAX_COMMAND + 1)),
    "a long command in pieces": framed(b"x", final=False) + framed(b"x" * 50, 0, final=False) * 25,
    "eight exabytes": bytes([0x82, 0xFF]) + struct.pack(">Q", 2**63 - 1) + bytes(4 + MAX_INCOMING),
    "a size that is negative": bytes([0x82, 0xFF]) + struct.pack(">Q", 2**64 - 1) + bytes(4 + MAX_INCOMING),
    "a flood of pings": framed(b"x" * 125, opcode=9) * 2000,
    "a flood of commands": framed(b"{}") * 30_000,
    "a close of one byte": framed(b"x", opcode=8),
    "a close, and more": framed(struct.pack(">H", 1000), opcode=8) + framed(b"{}") * 3,
    "noise": bytes(range(255, 0, -1)) * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_who_speaks_nonsense_is_let_go(node: Node, name: str) -> None:
    with dial(node) as client:
        with contextlib.suppress(ConnectionError):  # let go before it had said all of it
            client.sendall(HOSTILE[name])
        assert gone(client)
    alive(node)


def alive(node: Node) -> None:
    """Others are served as ever, and no fault of ours was met."""
    assert "listener_faults" not in node.counters.snapshot()

    async def said(client: aiohttp.ClientWebSocketResponse) -> None:
        await say(client, "LISTEN", "/state/phase")
        assert await heard(client) == ("/state/phase", "s", "idle")

    talk(node, said)


@pytest.mark.parametrize(
    "spoilt",
    [
        (b"Sec-WebSocket-Version: 13\r\n", b"Sec-WebSocket-Version: 12\r\n"),
        (b"Sec-WebSocket-Version: 13\r\n", b""),
        (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b""),
        (b"Connection: Upgrade\r\n", b""),
        (b"Host: wall\r\n", b""),
        (b"Host: wall\r\n", b"Host: wall\r\nX-A: a\0b\r\n"),
        (b"Host: wall\r\n", b"Host: wall\r\nContent-Length: -1\r\n"),
        (b"Host: wall\r\n", b"Host: wall\r\nOrigin: http://[\r\n"),
    ],
    ids=range(8),
)
def test_a_bad_handshake_is_refused(node: Node, spoilt: tuple[bytes, bytes]) -> None:
    with socket.create_connection(("127.0.0.1", node.door.port), PATIENCE) as client:
        client.sendall(HANDSHAKE.replace(*spoilt))
        answer = client.recv(4096)
    assert answer.split(b" ")[1] in (b"400", b"403"), answer
    alive(node)


def test_there_is_room_for_so_many_and_those_who_leave_make_some(node: Node) -> None:
    clients = [dial(node) for _ in range(MAX_LISTENERS)]
    with dial(node) as extra:
        assert gone(extra)
    assert threads("listeners") == 1
    for client in clients:
        client.close()
    until(lambda: not gone_at_once(node))


def test_at_a_door_in_the_network_this_machine_has_its_own_places_too() -> None:
    node = Node(own_address())
    clients = [dial(node) for _ in range(MAX_PER_HOST + 1)]
    for client in clients:
        client.sendall(framed(b"", opcode=9))
        assert client.recv(2) == b"\x8a\x00"
        client.close()
    node.door.close()


def gone_at_once(node: Node) -> bool:
    with dial(node) as client:
        client.settimeout(0.05)
        try:
            return client.recv(1) == b""
        except TimeoutError:
            return False


def threads(name: str) -> int:
    return sum(thread.name.startswith(name) for thread in threading.enumerate())


def test_a_slow_reader_is_let_go(node: Node) -> None:
    node.values["phase"] = "x" * 900
    counted = 0
    with dial(node, window=1024) as client:
        client.sendall(framed(b'{"COMMAND": "LISTEN", "DATA": "/state/phase"}'))

        def dropped() -> bool:
            nonlocal counted
            counted += 1
            node.values = node.values | {"phase": f"{counted:0900}"}
            return bool(node.dropped("listener"))

        until(dropped)
    assert counted * 900 > MAX_BACKLOG
    node.values["phase"] = "idle"
    alive(node)


def test_a_thousand_connections_grow_no_threads(node: Node) -> None:
    before = threading.active_count()
    most = 0
    clients = []
    for number in range(1000):
        client = socket.socket()
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", node.door.port))
        try:
            client.sendall(HANDSHAKE if number % 2 else b"GET / HT")  # some listen, some never finish
        except ConnectionError:
            client.close()
        clients.append(client)
        most = max(most, threading.active_count())
    assert most <= before + 2 * MAX_REQUESTS  # one that has left its place lives for a moment more
    for client in clients:
        client.close()
    until(lambda: threading.active_count() <= before)
    until(lambda: not gone_at_once(node))
    alive(node)


class Held:
    """A listener's thread whose clock a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0
        tree = Tree(readings(WALL), dict, {"NAME": "wall"}, CONTAINERS)
        self.listeners = Listeners(tree, Counters(), lambda: self.now)
        ours, self.client = socket.socketpair()
        headers = [tuple(line.split(": ")) for line in HANDSHAKE.decode().strip().split("\r\n")[1:]]
        protocol, hello = self.listeners.greet([(name, value) for name, value in headers], "/")
        assert self.listeners.take(ours, protocol, hello, "10.0.0.1")
        self.client.settimeout(PATIENCE)
        assert self.client.recv(4096).startswith(b"HTTP/1.1 101")


def test_the_silent_are_asked_and_then_let_go() -> None:
    held = Held()
    held.now += PING_AFTER + 1
    assert held.client.recv(2) == b"\x89\x00"
    held.client.sendall(framed(b"", opcode=10))
    held.now += 1
    until(lambda: held.now - next(iter(held.listeners._clients)).last_word <= 1)
    held.now += PING_AFTER + 1
    assert held.client.recv(2) == b"\x89\x00"
    held.now += GONE_AFTER
    assert held.client.recv(1) == b""
    held.listeners.close()
    held.client.close()
