"""A real wall, steered and watched by other people's programs: liblo's, and a browser's kind of WebSocket."""

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from common import osc
from common.control import VERBS
from common.health import MAX_REQUESTS
from common.link import UdpLink
from common.oscquery import ATTRIBUTES
from common.state_wire import told
from tests.display_node.conftest import PATIENCE, Wall, fetch, until
from tests.display_node.test_desk import ONE
from tests.oscquery_schema import check, check_host, nodes
from tests.processes import DEADLINE, free_port, python, running


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    started = Wall(tmp_path_factory.mktemp("operated"))
    yield started
    started.close()


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}: install liblo-tools")
    return found


def oscsend(to: Wall | int, path: str, tags: str, value: object = None) -> None:
    """To a wall, or to any port of this machine."""
    port = to if isinstance(to, int) else to.door("control")[1]
    words = [] if value is None else [str(value)]
    command = [tool("oscsend"), "127.0.0.1", str(port), path, tags, *words]
    subprocess.run(command, check=True, timeout=DEADLINE)


def ask(wall: Wall, path: str, query: str = "") -> Any:
    status, _, body = wall.get(f"{path}?{query}" if query else path)
    assert status in (200, 204), (path, query, body)
    return json.loads(body) if body else None


def value(wall: Wall, path: str) -> Any:
    (found,) = ask(wall, path, "VALUE")["VALUE"]
    return found


def test_the_tree_is_one_of_the_proposal_and_every_node_answers(operated: Wall) -> None:
    oscsend(operated, "/control/pause", "N")
    until(lambda: value(operated, "/state/paused") == 1)
    document = ask(operated, "/")
    check(document)
    check_host(host := ask(operated, "/", "HOST_INFO"))
    assert (host["OSC_PORT"], host["OSC_IP"]) == (operated.door("control")[1], "127.0.0.1")
    assert host["WS_PORT"] == operated.door("http")[1]
    restless = {"/state/frame_rate", "/state/frame_age"}
    for node in nodes(document):
        path = node["FULL_PATH"]
        again = ask(operated, path)
        check(again)
        for attribute in ATTRIBUTES:
            found = ask(operated, path, attribute)
            assert (found is not None) == (attribute in node)
            if found and attribute != "CONTENTS" and path not in restless:
                assert found == {attribute: node[attribute]} == {attribute: again[attribute]}
    for path, query in (("/nothing", ""), ("/nothing", "VALUE")):
        assert operated.get(f"{path}?{query}")[0] == 404
    assert operated.get("/state/phase?SALT")[0] == 400
    oscsend(operated, "/control/reset", "N")
    until(lambda: value(operated, "/state/paused") == 0)


def another(node: dict[str, Any]) -> Any:
    """A value that this verb takes and hasn't now."""
    (now,), (allowed,) = node["VALUE"], node["RANGE"]
    if "VALS" in allowed:
        return next(choice for choice in allowed["VALS"] if choice != now)
    return next(number for number in (allowed["MAX"], allowed["MIN"]) if number != now)


def test_every_verb_of_the_tree_acts_when_its_type_is_sent(operated: Wall) -> None:
    """Of all verbs that leave the wall running; each is found in the tree, not in our code."""
    verbs = ask(operated, "/control")["CONTENTS"]
    tried = set()
    for name, node in verbs.items():
        if "VALUE" in node and name != "seek":
            wanted = another(node)
            oscsend(operated, node["FULL_PATH"], node["TYPE"], wanted)
            until(lambda node=node, wanted=wanted: value(operated, node["FULL_PATH"]) == wanted)
            assert value(operated, f"/state/{name}") == wanted
            tried.add(name)
    assert tried == {"exhibit", "speed", "form", "language", "captions", "volume", "blackout"}
    for name, paused in (("pause", 1), ("play", 0), ("pause", 1)):
        oscsend(operated, verbs[name]["FULL_PATH"], verbs[name]["TYPE"])
        until(lambda paused=paused: value(operated, "/state/paused") == paused)
    oscsend(operated, verbs["seek"]["FULL_PATH"], verbs["seek"]["TYPE"], 1.5)
    until(lambda: value(operated, verbs["seek"]["FULL_PATH"]) == value(operated, "/state/time") == 1.5)
    oscsend(operated, verbs["next"]["FULL_PATH"], verbs["next"]["TYPE"])
    until(lambda: value(operated, "/state/time") != 1.5)
    oscsend(operated, verbs["reset"]["FULL_PATH"], verbs["reset"]["TYPE"])
    until(lambda: (value(operated, "/state/speed"), value(operated, "/state/blackout")) == (1.0, 0))
    oscsend(operated, "/control/exhibit", "s", "convolution")
    until(lambda: value(operated, "/state/exhibit") == "convolution")
    tried |= {"pause", "play", "seek", "next", "reset"}
    assert set(verbs) == tried | {"restart", "subscribe"}  # which have tests of their own


def test_restart_is_sent_by_its_type(tmp_path: Path) -> None:
    wall = Wall(tmp_path)
    node = ask(wall, "/control/restart")
    assert node["CRITICAL"] is True
    oscsend(wall, node["FULL_PATH"], node["TYPE"])
    assert wall.process.wait(PATIENCE) == 0
    wall.close()


def dumped(file: Path, since: str = "") -> dict[str, str]:
    """By address, what oscdump said last, from the message to `since` on."""
    lines = [line.split(" ", 3) for line in file.read_text(errors="replace").splitlines()]
    said = [(line[1], line[3] if len(line) > 3 else "") for line in lines if len(line) > 2]
    first = [address for address, _ in said].index(since) if since else 0
    return dict(said[first:])


def test_oscdump_receives_the_state_once_it_is_subscribed(operated: Wall, tmp_path: Path) -> None:
    port, output = free_port(), tmp_path / "dump"
    with running(tool("oscdump"), "-L", str(port), log=output) as process:
        until(lambda: psutil.Process(process.pid).net_connections())
        node = ask(operated, "/control/subscribe")
        oscsend(operated, node["FULL_PATH"], node["TYPE"], port)
        until(lambda: set(dumped(output)) == {one.address for one in told()})
        assert dumped(output)["/state/phase"] == f'"{value(operated, "/state/phase")}"'
        oscsend(operated, "/control/volume", "f", 0.125)
        until(lambda: dumped(output)["/control/volume"] == "0.125000")
        oscsend(operated, "/control/blackout", "i", 1)
        until(lambda: dumped(output)["/control/blackout"] == "1")
        oscsend(operated, "/control/reset", "N")
        until(lambda: dumped(output)["/control/blackout"] == "0")
        oscsend(operated, node["FULL_PATH"], node["TYPE"], 0)
        link = UdpLink("127.0.0.1", free_port())
        oscsend(operated, node["FULL_PATH"], "i", link.address[1])
        until(link.receive)
        oscsend(port, "/mark/first", "i", 1)  # another surface has been told since, this one no more
        for _ in range(20):
            until(link.receive)
        oscsend(port, "/mark/last", "i", 1)
        until(lambda: "/mark/last" in dumped(output))
        assert list(dumped(output, "/mark/first")) == ["/mark/first", "/mark/last"]
        oscsend(operated, node["FULL_PATH"], "F")
        link.close()


def test_a_surface_that_is_configured_is_told_unasked(tmp_path: Path) -> None:
    link = UdpLink()
    config = tmp_path / "wall.toml"
    config.write_text(f'feedback = "127.0.0.1:{link.address[1]}"')
    wall = Wall(tmp_path, "--config", str(config))
    heard: set[str] = set()

    def everything() -> bool:
        if (received := link.receive()) is not None:
            heard.update(message.address for message in osc.messages(received[0]))
        return heard == {one.address for one in told()}

    until(everything)
    wall.close()
    link.close()


def test_a_stranger_is_told_nothing(operated: Wall) -> None:
    try:
        stranger = UdpLink("127.0.0.2")
    except Exception:
        pytest.skip("this machine has one loopback address only")
    before = operated.counters.get("dropped_stranger", 0)
    subscription = osc.build(VERBS["subscribe"].address, "i", [stranger.address[1]])
    operated.send(subscription, "control", stranger)
    until(lambda: operated.counters.get("dropped_stranger", 0) == before + 1)
    assert stranger.receive(0.5) is None
    stranger.close()


def test_a_websocket_hears_what_the_wall_does(operated: Wall) -> None:
    async def listen() -> None:
        url = f"ws://127.0.0.1:{operated.door('http')[1]}/"
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as client:

            async def heard(wanted: str, found: Any) -> None:
                while True:
                    (message,) = osc.messages(await client.receive_bytes())
                    if (message.address, message.arguments[0]) == (wanted, found):
                        return

            for path in ("/state/paused", "/control/language", "/state/frame_rate"):
                await client.send_str(json.dumps({"COMMAND": "LISTEN", "DATA": path}))
            await heard("/state/paused", 0)
            operated.command("pause")
            await heard("/state/paused", 1)
            operated.command("language", "ko")
            await heard("/control/language", "ko")
            # Read-only: this is not taken, and the wall goes on telling.
            await client.send_bytes(osc.build("/control/language", "s", ["en"]))
            operated.command("play")
            await heard("/state/paused", 0)
            assert value(operated, "/state/language") == "ko"
            operated.command("reset")
            await heard("/control/language", "en+ko")

    asyncio.run(asyncio.wait_for(listen(), PATIENCE))


def test_health_says_what_the_show_is_at(operated: Wall) -> None:
    operated.read(ONE, "health", time.monotonic_ns())

    def toured() -> dict[str, Any] | None:
        health = operated.health
        return health if health["station"] == "health" and health["chapter"] else None

    health = until(toured)
    assert health["phase"] == "touring"
    assert 0.0 <= health["time"] <= health["duration"]
    assert until(lambda: operated.health["frame_rate"]) > 0
    operated.command("reset")
    until(lambda: operated.health["station"] is None)


def test_a_thousand_callers_of_a_bad_kind_do_not_stop_it(operated: Wall) -> None:
    """Half of them say nothing further, half listen and then never read; submits are answered meanwhile."""
    threads = operated.measured.num_threads()
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: wall\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    callers = []
    for number in range(1000):
        caller = socket.create_connection(operated.door("http"), PATIENCE)
        try:
            caller.sendall(upgrade if number % 2 else b"GET /heal")
        except ConnectionError:
            caller.close()
        callers.append(caller)
        if number % 250 == 0:
            operated.read(ONE, "besieged", time.monotonic_ns())
        # One that has left its place may not have ended yet, beside the one that took it.
        assert operated.measured.num_threads() <= threads + 2 * MAX_REQUESTS + 1
    for caller in callers:
        caller.close()
    until(lambda: operated.measured.num_threads() <= threads)
    until(operated.living)
    oscsend(operated, "/control/reset", "N")


def test_a_stations_tree_can_be_read(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_STREAM)
    command = python("input_node", "--headless", "--size", "320x240", "--station", "모래시계")
    command += ["--host", "127.0.0.1", "--http-host", "127.0.0.1", "--http-port", str(port)]

    def get(path: str) -> Any:
        try:
            return json.loads(fetch(("127.0.0.1", port), path)[2])
        except ConnectionRefusedError:  # it is not there yet
            return None

    with running(*command, log=tmp_path / "station"):
        until(lambda: (get("/health") or {}).get("frame_rate"))
        document = get("/")
        check(document)
        check_host(get("/?HOST_INFO"))
        assert list(document["CONTENTS"]) == ["state"]
        for node in nodes(document):
            check(get(node["FULL_PATH"]))
        assert get("/state/station?VALUE") == {"VALUE": ["모래시계"]}
        assert get("/state/phase?VALUE") == {"VALUE": ["drawing"]}
        until(lambda: get("/state/frame_rate?VALUE")["VALUE"][0] > 0)
