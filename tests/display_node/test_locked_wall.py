"""A real wall with a key, and those who have it, those who have not, and those who listened."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from common import control
from common.bitmap import SIDE, Bitmap
from common.control import VERBS, Control
from common.counters import Counters
from common.key import new_key, read_key
from common.limits import BURST_SECONDS
from common.link import Address, UdpLink
from common.seal import Seal
from common.sealed import SENT_FOR, SealedLink
from common.wire import Ack, Answer, Hello, Legacy, Preview, Submit, decode_reply
from display_node.samples import DRAWINGS
from tests.display_node.conftest import PATIENCE, ROOT, Wall, until
from tests.display_node.test_desk import ONE
from tests.processes import DEADLINE, free_port

FRIEND, FLOOD = "127.0.0.2", "127.0.0.3"
LIMIT = 1000
"""Datagrams a second from one address."""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key"
    new_key(path)
    return path


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Iterator[Wall]:
    folder = tmp_path_factory.mktemp("locked")
    config = folder / "wall.toml"
    config.write_text(f'key = "{key}"\nplain_allow = "{FRIEND}"\n')
    wall = Wall(folder, "--config", str(config), "--source-limit", str(LIMIT), "--no-discovery")
    yield wall
    wall.close()


class Station:
    """Somebody with the key: says something until it has the answer."""

    def __init__(self, key: Path, host: str = "127.0.0.1") -> None:
        self.counters = Counters()
        self.bare = UdpLink(host)
        self.link = SealedLink(self.bare, Seal(read_key(key)), self.counters)

    def ask(self, door: Address, message: Submit | Hello, wanted: type[Ack] | type[Answer]) -> None:
        datagram, drawing = message.encode(), message.drawing
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.link.send(datagram, door)
            while (received := self.link.receive(0.2)) is not None:
                for reply in decode_reply(received[0]):
                    if isinstance(reply, wanted) and reply.drawing == drawing:
                        return
        pytest.fail(f"no {wanted.__name__}")

    def settle(self, door: Address) -> None:
        """Whatever was sent to the door before this is counted.

        The first hello may go out several times, be sealed anew, and so be counted late in many ways. Since
        the wall's session is known then, the second goes out once, and loopback keeps the order.
        """
        self.ask(door, Hello("barrier", 1), Ack)
        self.link.send(Hello("barrier", 2).encode(), door)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            received = self.link.receive(0.2)
            if received and Ack("barrier", 2) in decode_reply(received[0]):
                return
        pytest.fail("no second Ack")


@pytest.fixture
def station(key: Path) -> Iterator[Station]:
    found = Station(key)
    yield found
    found.link.close()


def since(wall: Wall, before: dict[str, int]) -> dict[str, int]:
    return dict(Counter(wall.counters) - Counter(before))


def test_a_station_with_the_key_is_answered(locked: Wall, key: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "input_node", "--headless", "--no-discovery", "--http-port=0"]
    command += [f"--display=127.0.0.1:{locked.ports['drawing_port']}", f"--replay={DRAWINGS}"]
    done = subprocess.run(
        [*command, f"--key={key}"], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["digit"] for answer in answers] == [answer["label"] for answer in answers]
    assert "WARNING" not in done.stderr

    lost = subprocess.run(
        [*command, "--timeout=1.5"], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert "no answer to drawing 0" in lost.stderr


def test_a_station_with_a_key_believes_nothing_plain(station: Station) -> None:
    link = UdpLink()
    try:
        for datagram in (Ack("tablet", 1).encode(), Answer("tablet", 1, 3, (0.1,) * 10).encode()):
            link.send(datagram, station.bare.address)
        dropped = {"dropped_unsealed": 2}
        until(lambda: station.link.receive() or station.counters.snapshot() == dropped)
        assert station.counters.snapshot() == dropped
    finally:
        link.close()


def test_who_has_no_key_draws_nothing_and_commands_nothing(
    locked: Wall, station: Station, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    new_key(other)
    station.settle(locked.door("drawing"))
    before, health, strangers = locked.counters, locked.health, [UdpLink(), Station(other).link]
    drawings = [Preview("s", 1, 1, ONE), Submit("s", 1, 2, ONE), Hello("s", 1)]
    values = {"": None, "s": "ko", "f": 1.0}
    commands = [Control(verb.name, values[verb.kind]) for verb in VERBS.values()]
    for stranger in strangers:
        for message in drawings:
            stranger.send(message.encode(), locked.door("drawing"))
        for command in commands:
            stranger.send(command.encode(), locked.door("control"))
        assert stranger.receive(0.3) is None
        stranger.send(Legacy(ONE).encode(), locked.door("legacy")) if stranger is strangers[0] else None
    plain, forged = len(drawings) + len(commands) + 1, len(drawings) + len(commands)
    expected = {"dropped_unsealed": plain, "dropped_forged": forged}
    until(lambda: since(locked, before) == expected)
    assert locked.process.poll() is None
    # Not its phase and its queue: the tours of the tests before this one may still go on.
    for name in ("paused", "speed", "language", "captions", "form", "exhibit", "volume", "blackout"):
        assert locked.health[name] == health[name], name
    assert locked.health["dropped_by_source"]["127.0.0.1"] >= plain + forged
    for stranger in strangers:
        stranger.close()


def test_what_was_heard_on_the_network_says_nothing_twice(locked: Wall, station: Station) -> None:
    recorded: list[bytes] = []
    send = station.bare.send

    def record(datagram: bytes, to: Address) -> bool:
        recorded.append(datagram)
        return send(datagram, to)

    station.bare.send = record  # type: ignore[method-assign]
    submits = locked.counters["submits"]
    station.ask(locked.door("drawing"), Submit("heard", 5, 1, ONE), Answer)
    until(lambda: locked.counters["submits"] == submits + 1)  # counted just after the answer has left
    before = locked.counters
    stranger = UdpLink()
    for datagram in recorded:
        stranger.send(datagram, locked.door("drawing"))
        stranger.send(datagram, locked.door("control"))
    station.settle(locked.door("drawing"))
    changed = since(locked, before)
    assert {"submits", "previews", "controls"}.isdisjoint(changed)
    assert changed["dropped_replayed"] >= 1
    received = []
    while (found := stranger.receive(0.2)) is not None:
        received.append(found[0])
    assert all(len(reply) < min(map(len, recorded)) for reply in received)
    stranger.close()


def test_a_friend_may_do_no_harm_without_the_key(locked: Wall, station: Station) -> None:
    friend = UdpLink(FRIEND)
    try:
        station.settle(locked.door("drawing"))
        before = locked.counters
        for verb in VERBS.values():
            if not verb.harmless:
                value = {"": None, "s": "short", "f": 1.0}[verb.kind]
                friend.send(Control(verb.name, value).encode(), locked.door("control"))
        friend.send(Submit("s", 9, 1, ONE).encode(), locked.door("drawing"))
        harmful = sum(not verb.harmless for verb in VERBS.values())
        until(lambda: since(locked, before) == {"dropped_unsealed": harmful + 1})
        for verb, seen in (("pause", True), ("play", False)):
            friend.send(Control(verb).encode(), locked.door("control"))
            until(lambda seen=seen: locked.health["paused"] is seen)
        friend.send(Control("language", "ko").encode(), locked.door("control"))
        until(lambda: locked.health["language"] == "ko")
        submits = locked.counters["submits"]
        friend.send(Legacy(ONE).encode(), locked.door("legacy"))
        until(lambda: locked.counters["submits"] == submits + 1)
    finally:
        friend.close()
    bundle = b"".join(
        len(one).to_bytes(4, "big") + one for one in (Control("pause").encode(), Control("restart").encode())
    )
    assert not control.harmless(b"#bundle\0" + bytes(8) + bundle)


def test_a_command_from_the_shell(locked: Wall, key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    new_key(other)
    door = f"127.0.0.1:{locked.ports['control_port']}"
    send = [sys.executable, "-m", "deploy.cli", "send"]

    def run(*options: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*send, *options], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False
        )

    def command(name: str) -> bool:
        """Whether the wall answered in time; what it has not answered it has not taken, either."""
        return run("--key", str(key), door, name).returncode == 0

    until(lambda: command("/control/pause"))
    until(lambda: locked.health["paused"])
    controls = locked.counters["controls"]
    for options in (["--key", str(other)], []):
        done = run(*options, door, "play")
        assert done.returncode == (2 if options else 0)
        assert ("answers who has this key" in done.stderr) == bool(options)
    assert (locked.health["paused"], locked.counters["controls"]) == (True, controls)
    until(lambda: command("play"))
    until(lambda: not locked.health["paused"])
    assert locked.counters["controls"] == controls + 1
    for wrong in (["dance"], ["pause", "1"], ["seek"], ["seek", "soon"], ["speed", "99"], []):
        done = run(door, *wrong)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr


def test_a_wall_that_was_killed_is_talked_to_again(key: Path, station: Station, tmp_path: Path) -> None:
    walls = [tmp_path / "one", tmp_path / "two"]
    for folder in walls:
        folder.mkdir()
    options = ("--key", str(key), "--drawing-port", str(free_port()))
    first = Wall(walls[0], *options)
    door = first.door("drawing")
    station.ask(door, Submit("tablet", 1, 1, ONE), Answer)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    station.link.send(Submit("tablet", 2, 1, ONE).encode(), door)
    time.sleep(SENT_FOR)  # for so long the next might be told what the dead one took, too (SECURITY.md)
    second = Wall(walls[1], *options)
    ready = time.monotonic()
    station.ask(door, Submit("tablet", 2, 1, ONE), Answer)
    print(f"killed, restarted, and answered {time.monotonic() - ready:.3f} s after its ready line")
    until(lambda: second.counters.get("submits") == 1)
    second.close()
    first.link.close()


FLOODER = """
import random, socket, sys, time
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.bind((sys.argv[1], 0))
junk = [bytes.fromhex(line) for line in sys.stdin.read().split()]
start, sent = time.monotonic(), 0
while True:
    while sent < 10_000 * (time.monotonic() - start):
        link.sendto(junk[sent % len(junk)], ("127.0.0.1", int(sys.argv[2])))
        sent += 1
    time.sleep(0.001)
"""


@contextlib.contextmanager
def flood(port: int) -> Iterator[None]:
    """10,000 datagrams a second from one address: previews as a station would send them, and garbage."""
    shade = Bitmap(bytes([200]) * SIDE * SIDE)
    junk = [Preview("tablet", 1, n, shade).encode() for n in range(64)]
    junk += [b"/drawing/preview" + bytes(n) for n in range(64)]
    command = [sys.executable, "-c", FLOODER, FLOOD, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(" ".join(datagram.hex() for datagram in junk))
        process.stdin.close()
        try:
            yield
        finally:
            process.kill()


def visit(wall: Wall, key: Path, name: str, count: int) -> list[float]:
    """Milliseconds until each of `count` submits was answered."""
    visitor, spent = Station(key), []
    for drawing in range(count):
        start = time.monotonic()
        visitor.ask(wall.door("drawing"), Submit(name, drawing, 1, ONE), Answer)
        spent.append(1000 * (time.monotonic() - start))
    visitor.link.close()
    return spent


def test_a_flood_is_counted_and_every_visitor_answered(locked: Wall, key: Path) -> None:
    def dropped() -> int:
        counted: int = locked.health["dropped_by_source"].get(FLOOD, 0)
        return counted

    quiet = visit(locked, key, "quiet", 40)
    start, counted = time.monotonic(), locked.counters
    with flood(locked.ports["drawing_port"]):
        until(lambda: dropped() > 10_000 and "dropped_flood" in since(locked, counted))
        before, began = dropped(), time.monotonic()
        flooded = visit(locked, key, "flooded", 40)
        rate = (dropped() - before) / (time.monotonic() - began)
        passed = since(locked, counted)["dropped_unsealed"]
        elapsed = time.monotonic() - start
    print(f"\nanswered in {median(quiet):.1f} ms, at most {max(quiet):.1f}")
    print(f"in a flood {median(flooded):.1f} ms, at most {max(flooded):.1f}; {rate:.0f} dropped a second")
    assert next(iter(locked.health["dropped_by_source"])) == FLOOD
    assert passed <= LIMIT * (elapsed + BURST_SECONDS)
