"""A locked installation and a stranger on its network: whatever he says, nothing changes; all are served."""

import contextlib
import http.client
import itertools
import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import wsproto
from wsproto.events import AcceptConnection, BytesMessage, Request, TextMessage

from common.control import VERBS
from common.key import KEY_BYTES, new_key
from common.link import Address
from common.machine import KEEPER_HTTP_PORT, KEEPER_PORT
from tests.budgets import held
from tests.machines.nodes import (
    OPERATOR_HTTP,
    OPERATOR_PORT,
    Node,
    answers,
    heard,
    operator,
    station,
    strokes,
    wall,
)
from tests.machines.stranger import (
    Listener,
    Packet,
    Stranger,
    commands,
    drawings,
    legacy,
    node_talk,
    orders,
    say,
)
from tests.machines.stranger import answers as false_answers
from tests.netns import Machine, bridge
from tests.processes import DEADLINE, python, wait_for

WALLS = ("left", "right")
WALL = ("--discovery", "--group", "hall")
WINDOW = ("--discovery", "--headless", "--size", "320x240")
SAME = (
    "phase", "scene", "chapter", "time", "rate", "speed", "paused", "station", "tour", "waiting", "exhibit",
    "form", "language", "captions", "volume", "blackout", "part",
)  # fmt: skip
COUNTED = ("submits", "previews", "controls")
PASSWORD = "a long word"
RATE, SECONDS, FLOODERS = 10_000, 5, 2
RESEAL = 60
"""Bytes of the one thing that whoever sends a recording may get: see SECURITY.md."""
LED_ASTRAY = 3.0
"""Seconds without a beat after which a node is gone: for longer nobody may be misled."""
FIRST_ANSWER = 5.0
"""Seconds from a station's start to the first answer that it gets, whatever a stranger says."""
SECOND, DRAWN = "second", 5
"""The station that comes and goes, and what it draws."""
_visits = itertools.count()
STILL = 1.5
"""Seconds in which nothing changes once all is done: a busy machine takes its time for a tour."""
BACK = 30.0
"""Seconds after which nothing is to be seen any more of a moment in which a machine stood still."""


Picture = dict[str, Any]


@dataclass
class Gallery:
    net: Mapping[str, Machine]
    folder: Path
    key: Path
    walls: dict[str, Node]
    station: Node
    console: Node
    keeper: Node
    start: float
    """Seconds that a station took to start."""
    stranger: Stranger
    recorded: list[Packet]

    def door(self, name: str, port: int) -> Address:
        return self.net[name].address, port

    def picture(self) -> Picture:
        """All that a stranger could want to change."""
        found: Picture = {}
        for name, node in self.walls.items():
            health = node.told()
            found[name] = {key: health[key] for key in SAME} | {
                "stamp": health["ensemble"]["stamp"],
                "counters": {key: health["counters"].get(key, 0) for key in COUNTED},
                "peers": {peer["name"] for peer in health["peers"] if not peer["name"].startswith(SECOND)},
            }
        told = self.station.told()
        found["station"] = {key: told[key] for key in ("wall", "phase", "reachable")}
        found["station"]["peers"] = {peer["name"] for peer in told["peers"]}
        return found

    def dropped(self, name: str) -> int:
        """Of what the stranger sent to a wall, all ports together."""
        sources: dict[str, int] = self.walls[name].told()["dropped_by_source"]
        return sources.get(self.net["stranger"].address, 0)

    def commanded(self, verb: str, *value: str) -> None:
        """By the operator, with the key, until somebody answers."""
        told = ("send", "--key", str(self.key), f"{self.walls['left'].machine.address}:9001", verb, *value)
        command = self.net["operator"].command(*python("deploy.cli", *told))
        wait_for(lambda: subprocess.run(command, timeout=DEADLINE).returncode == 0, f"{verb} to be heard")

    def paused(self) -> bool:
        """Whether both walls are; if not, it is asked for again: a tour may just have begun."""
        found = all(node.told()["paused"] for node in self.walls.values())
        if not found:
            self.commanded("pause")
        return found

    def settled(self) -> Picture:
        """What there is to see, once it stands still."""
        seen = [self.picture()]

        def still() -> bool:
            time.sleep(STILL)
            seen.append(self.picture())
            return seen[-1] == seen[-2]

        wait_for(still, "the walls to stand still")
        return seen[-1]

    def stays(self, before: Picture, part: Callable[[Picture], Picture] = dict) -> Picture:
        """How it is now, which is as before, or is so again soon: what a stranger had achieved would last.

        `part`: of a picture, what is compared.
        """
        end = time.monotonic() + BACK
        while part(now := self.settled()) != part(before) and time.monotonic() < end:
            pass
        assert part(now) == part(before)
        return now

    def replay(self, drawn: Path, *options: str) -> contextlib.AbstractContextManager[Node]:
        """The second station, which has the key; each time it is new to all."""
        given = ("--discovery", "--key", str(self.key), "--replay", str(drawn), *options)
        return station(self.net["second"], self.folder, *given, name=f"{SECOND}-{next(_visits)}")

    def met(self, name: str) -> bool:
        """Whether a wall hears all that stay."""
        return heard(self.walls[name]) >= {*WALLS, "operator", "first"} - {name}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Everything with a key, both walls paused in a tour, and all that was sealed meanwhile recorded."""
    folder = tmp_path_factory.mktemp("stranger")
    key, config, plan = folder / "key", folder / "wall.toml", folder / "gallery.toml"
    new_key(key)
    config.write_text('control_host = "0.0.0.0"\n')
    plan.write_text('timezone = "Europe/Berlin"\n[machines.operator]\nscreen = "none"\ndisplay = {}\n')
    sealed = ("--key", str(key))
    with bridge(*WALLS, "operator", "first", "second", "stranger") as net, contextlib.ExitStack() as stack:
        listeners = [Listener(net[name]) for name in WALLS]
        options = (*WALL, *sealed, "--config", str(config))
        walls = {name: stack.enter_context(wall(net[name], folder, *options)) for name in WALLS}
        set_password(folder)
        console = stack.enter_context(operator(net["operator"], folder, *sealed))
        keeper = stack.enter_context(kept(net["operator"], folder, plan, key))
        for node in (*walls.values(), console, keeper):
            node.wait_until_ready()
        began = time.monotonic()
        first = stack.enter_context(station(net["first"], folder, *WINDOW, *sealed, "--prefer", "left"))
        wait_for(first.health, "the station's page")
        start = time.monotonic() - began
        wait_for(lambda: first.health().get("wall"), "the station to find a wall")
        stranger = Stranger(net["stranger"], bytes(KEY_BYTES))
        stack.callback(stranger.close)
        made = Gallery(net, folder, key, walls, first, console, keeper, start, stranger, [])
        with made.replay(strokes(folder / "few.json", DRAWN)) as second:
            assert second.process.wait(DEADLINE) == 0, second.log.read_text()
        wait_for(lambda: all(node.told()["phase"] == "touring" for node in walls.values()), "both to tour")
        for verb, *value in (("language", "ko"), ("pause",), ("play",), ("language", "en"), ("pause",)):
            made.commanded(verb, *value)
        wait_for(made.paused, "both to be paused")
        wait_for(lambda: walls["left"].told()["language"] == "en", "the operator to be heard")
        wait_for(lambda: all(made.met(name) for name in WALLS), "all to know each other")
        made.settled()
        made.recorded = [packet for listener in listeners for packet in listener.heard()]
        for listener in listeners:
            listener.close()
        yield made


def set_password(folder: Path) -> None:
    command = python("deploy.console", "--set-password", "--state", str(folder / "operator-state"))
    subprocess.run(command, input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, timeout=60)


@contextlib.contextmanager
def kept(machine: Machine, folder: Path, plan: Path, key: Path) -> Iterator[Node]:
    """A keeper whose supervisord is away: it hears, and says so."""
    log = folder / "keeper.log"
    options = ("--gallery", str(plan), "--machine", "operator", "--socket", str(folder / "none"))
    options += ("--host", "0.0.0.0", "--key", str(key), "--state", str(folder / "keeper-state"))
    with machine.running(*python("deploy.keeper", *options), log=log) as process:
        yield Node(machine, process, log, KEEPER_HTTP_PORT)


def test_what_is_plain_or_sealed_with_another_key_changes_nothing(gallery: Gallery) -> None:
    before, stranger = gallery.settled(), gallery.stranger
    dropped = {name: gallery.dropped(name) for name in WALLS}
    known = {peer["name"]: peer for peer in gallery.walls["left"].told()["peers"]}
    host, _, port = known["first"]["address"].partition(":")
    sent = dict.fromkeys(WALLS, 0)
    for link in (stranger.plain, stranger.forger):
        for name in WALLS:
            talk = node_talk(gallery.walls["right"].told()["id"], str(uuid.uuid4()))
            said = [*commands(), *drawings("first"), *talk]
            for door in (9000, 9001):
                sent[name] += say(link, gallery.door(name, door), said)
        sent["left"] += say(stranger.plain, gallery.door("left", 12000), [legacy()])
        told = [*false_answers("first"), *talk]
        say(link, (host, int(port)), told)
        say(link, gallery.door("operator", OPERATOR_PORT), [*told, *orders("display")])
        say(link, gallery.door("operator", KEEPER_PORT), [*told, *orders("display")])
    for name in WALLS:
        wait_for(lambda name=name: gallery.dropped(name) >= dropped[name] + sent[name], "all to be counted")
    asked = 2 * (len(told) + len(orders("display")))
    for node in (gallery.keeper, gallery.console):
        wait_for(lambda node=node: refused(node) >= asked, "all to be counted")
    print(f"{sent} plain and forged datagrams dropped, no reply")
    assert stranger.replies() == []
    gallery.stays(before)


def refused(node: Node) -> int:
    return sum(count for name, count in node.told()["counters"].items() if name.startswith("dropped"))


def test_what_was_recorded_means_nothing_a_second_time(gallery: Gallery) -> None:
    before, stranger = gallery.settled(), gallery.stranger
    dropped = {name: gallery.dropped(name) for name in WALLS}
    mine = [packet for packet in gallery.recorded if packet.to[0] in {gallery.door(n, 0)[0] for n in WALLS}]
    assert {packet.to[1] for packet in mine} == {9000, 9001}
    packets = [packet for packet in mine if packet.to[1] == 9001] + mine[-300:] + mine[:100]
    for packet in packets:
        for name in WALLS:
            for port in (9000, 9001):
                stranger.plain.send(packet.datagram, gallery.door(name, port))
        stranger.as_if_from(packet.sender, packet.to, packet.datagram)
        time.sleep(0.005)  # below the limit, so that each is looked at
    for name in WALLS:
        wait_for(lambda name=name: gallery.dropped(name) > dropped[name] + len(packets), "them to be counted")
    replies = stranger.replies()
    counters = gallery.walls["left"].told()["counters"]
    print(f"{len(packets)} recordings, to two ports of two walls, and each in its sender's name; replies: "
          f"{len(replies)}; left: {({k: v for k, v in counters.items() if 'drop' in k})}")  # fmt: skip
    assert counters["dropped_replayed"] > 0
    assert all(len(reply) <= RESEAL for reply in replies)
    gallery.stays(before)


def test_the_tree_can_be_read_and_nothing_else(gallery: Gallery) -> None:
    before = gallery.settled()
    with gallery.net["stranger"].entered():
        for name in WALLS:
            for verb in VERBS.values():
                path = f"/control/{verb.name}"
                assert fetched(gallery.door(name, 9002), "GET", path)[0] == 200
                fetched(gallery.door(name, 9002), "GET", f"{path}?VALUE=1")
                for method in ("POST", "PUT", "PATCH", "DELETE"):
                    assert fetched(gallery.door(name, 9002), method, path, b'{"VALUE": [1]}')[0] == 405
            wait_for(partial(written, gallery.door(name, 9002)), "a WebSocket")
    gallery.stays(before)


def fetched(
    door: Address, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes, str]:
    """Status, body, and the cookie that was set; asked for again by whoever is hung up on."""

    def found() -> tuple[int, bytes, str] | None:
        connection = http.client.HTTPConnection(*door, timeout=DEADLINE)
        with contextlib.closing(connection), contextlib.suppress(ConnectionError):
            connection.request(method, path, body or None, dict(headers or {}))
            reply = connection.getresponse()
            return reply.status, reply.read(), (reply.getheader("Set-Cookie") or "").partition(";")[0]
        return None

    return wait_for(found, f"an answer to {method} {path}")


def written(door: Address) -> bool:
    """Commands through a WebSocket, as some OSCQuery servers take them: in OSC, and as JSON. False if it was
    hung up on before.
    """
    client = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
    connection = http.client.HTTPConnection(*door, timeout=DEADLINE)
    connection.connect()
    with contextlib.suppress(ConnectionError):
        connection.sock.sendall(client.send(Request(host=door[0], target="/")))
        if reply := connection.sock.recv(4096):
            client.receive_data(reply)
    if not isinstance(next(client.events(), None), AcceptConnection):
        connection.close()
        return False
    with contextlib.suppress(OSError):  # it may hang up
        for command in commands():
            connection.sock.sendall(client.send(BytesMessage(command)))
        for verb in VERBS.values():
            said = json.dumps({"COMMAND": f"/control/{verb.name}", "DATA": 1})
            connection.sock.sendall(client.send(TextMessage(said)))
        connection.sock.settimeout(0.5)
        connection.sock.recv(4096)
    connection.close()
    return True


def test_the_console_does_nothing_for_who_is_not_logged_in_or_comes_from_another_page(
    gallery: Gallery,
) -> None:
    before, door = gallery.settled(), gallery.door("operator", OPERATOR_HTTP)
    own, evil = f"http://{door[0]}:{door[1]}", "http://evil.example"
    json_type = {"Content-Type": "application/json"}
    play = json.dumps({"walls": None, "verb": "play", "value": None}).encode()
    with gallery.net["stranger"].entered():
        for path in ("/api/control", "/api/program", "/api/forget", "/api/logout"):
            for origin, refused in ((own, 401), (evil, 403), ("", 403)):
                headers = {**json_type, **({"Origin": origin} if origin else {})}
                assert fetched(door, "POST", path, play, headers)[0] == refused, (path, origin)
            assert fetched(door, "GET", f"{path}?verb=play")[0] in (401, 405)
        assert fetched(door, "GET", "/api/live", b"", {"Origin": own})[0] == 401
        guess = fetched(door, "POST", "/api/login", b'{"password": "guess"}', {**json_type, "Origin": own})
        assert (guess[0], guess[2]) == (403, "")
    with gallery.net["operator"].entered():
        word = json.dumps({"password": PASSWORD}).encode()
        status, told, cookie = fetched(door, "POST", "/api/login", word, {**json_type, "Origin": own})
        assert (status, bool(cookie)) == (200, True)
        token = {"X-CSRF-Token": json.loads(told)["csrf"]}
        crossed = {**json_type, "Cookie": cookie}
        for headers in ({"Origin": evil, **token}, {"Origin": own}, {"Host": "evil.example", **token}):
            assert fetched(door, "POST", "/api/control", play, {**crossed, **headers})[0] == 403, headers
        form = {"Cookie": cookie, "Origin": own, "Content-Type": "text/plain", **token}
        assert fetched(door, "POST", "/api/control", play, form)[0] == 400
        gallery.stays(before)
        allowed = {**crossed, "Origin": own, **token}
        volume = json.dumps({"walls": None, "verb": "volume", "value": 0.25}).encode()
        assert fetched(door, "POST", "/api/control", volume, allowed)[0] == 200
    walls = gallery.walls.values()
    wait_for(lambda: all(node.told()["volume"] == 0.25 for node in walls), "the operator's volume")


def test_who_says_by_mdns_that_he_is_a_wall_leads_nobody_astray(gallery: Gallery) -> None:
    before = gallery.settled()
    names = [f"{node.told()['id']}={name}" for name, node in gallery.walls.items()]
    true = {node.told()["id"] for node in gallery.walls.values()}
    log = gallery.folder / "liar.log"
    with gallery.net["stranger"].running(*python("tests.machines.liar", *names), log=log) as liar:
        wait_for(lambda: "lying" in log.read_text(), "the liar")
        look = gallery.net["second"].command(*python("deploy.cli", "peers", "1.5"))
        wait_for(lambda: b"aaa" in subprocess.run(look, capture_output=True).stdout, "the lie to be heard")
        took: list[float] = []

        def first_answer() -> float:
            began = time.monotonic()
            with gallery.replay(strokes(gallery.folder / "few.json", DRAWN)) as second:
                wait_for(lambda: answers(second.log), "an answer")
                took.append(time.monotonic() - began)
                assert second.process.wait(DEADLINE) == 0, second.log.read_text()
            return took[-1]

        held("a new station's first answer in a network of lies", first_answer(), FIRST_ANSWER,
             gallery.start, first_answer)  # fmt: skip
        end = time.monotonic() + 2 * LED_ASTRAY  # longer than anybody's beats may be away
        reachable: list[bool] = []
        while time.monotonic() < end:
            told = gallery.station.told()
            assert told["wall"] in true
            reachable.append(told["reachable"])
            time.sleep(0.2)
        assert sum(reachable) > len(reachable) / 2, "a wall that stands still is out of reach for a moment"
        assert liar.poll() is None, log.read_text()
    after = gallery.stays(before, but_for_visitors)
    answered = [after[n]["counters"]["submits"] - before[n]["counters"]["submits"] for n in WALLS]
    # One that has waited at a wall that stands still goes on to the other, and counts there as well.
    assert max(answered) <= DRAWN * len(took) <= sum(answered)


def but_for_visitors(picture: Picture) -> Picture:
    """Whoever drew waits for his tour."""
    alike = {*SAME, "peers"} - {"waiting"}
    walls = {name: {key: picture[name][key] for key in alike} for name in WALLS}
    controls = {name: picture[name]["counters"]["controls"] for name in WALLS}
    return {**walls, "controls": controls, "station": picture["station"]}


def test_in_a_flood_nothing_changes_and_every_visitor_is_answered(gallery: Gallery) -> None:
    before, dropped = gallery.settled(), gallery.dropped("left")
    junk = [*drawings("first"), *commands(), *node_talk(str(uuid.uuid4()), str(uuid.uuid4()))]
    junk += [packet.datagram for packet in gallery.recorded[:64]] + [bytes(n) for n in range(0, 1400, 100)]
    lines = "\n".join(datagram.hex() for datagram in junk)
    target, share = f"{gallery.net['left'].address}:9000", str(RATE / FLOODERS)
    count = str(RATE * SECONDS // FLOODERS)
    command = gallery.net["stranger"].command(*python("tests.machines.flood", target, share, count))
    drawn = strokes(gallery.folder / "many.json", 5000)
    options = ("--prefer", "left", "--timeout", "10")
    with gallery.replay(drawn, *options) as second, contextlib.ExitStack() as stack:
        wait_for(lambda: answers(second.log), "a first answer")
        quiet = len(answers(second.log))
        flooders = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(FLOODERS)
        ]
        for one in flooders:
            assert one.stdin is not None
            one.stdin.write(lines)
            one.stdin.close()
        told = [json.loads(one.stdout.read()) for one in flooders if one.stdout is not None]
        flooded = answers(second.log)
        second.process.terminate()
        assert second.process.wait(DEADLINE) == 0, second.log.read_text()[-2000:]
    sent, spent = sum(one["sent"] for one in told), max(one["seconds"] for one in told)
    waits = sorted(answer["latency_ms"] for answer in flooded[quiet:])
    more = gallery.dropped("left") - dropped
    print(f"{sent} datagrams in {spent:.1f} s, {sent / spent:.0f} a second, {more} counted as dropped; "
          f"{len(waits)} visitors' drawings answered meanwhile, in {waits[len(waits) // 2]:.1f} ms, "
          f"at most {waits[-1]:.0f} ms")  # fmt: skip
    assert sent == RATE * SECONDS
    assert [answer["index"] for answer in flooded] == list(range(len(flooded))), "every one, in its turn"
    assert waits, "some"
    assert more > sent / 10
    gallery.stays(before, but_for_visitors)
    gallery.commanded("play")
    walls = gallery.walls.values()
    wait_for(lambda: not any(node.told()["paused"] for node in walls), "the operator's play")
