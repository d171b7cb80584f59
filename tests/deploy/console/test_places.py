"""A real console and its port: who takes all the places that he gets, and a password that comes late."""

import asyncio
import contextlib
import json
import resource
import select
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from common.interfaces import interfaces
from deploy.console import bodies, passwords, places
from deploy.console.gathering import Gathering
from deploy.console.places import PLACES_EACH, Entrance
from tests.deploy.console.doors import PASSWORD, at_the_door, console
from tests.deploy.console.test_parts import gathered
from tests.processes import DEADLINE, free_port, python, running, wait_for

DESCRIPTORS = 256
CROWD = 400
PATIENT = f"""
import sys
from deploy.console import __main__ as console, places
places.PATIENCE = {10 * DEADLINE}
sys.exit(console.main())
"""
"""A console that hangs up on nobody because a test takes its time."""


def told(host: str, port: int) -> Any:
    """The console's /health; None if nobody answers there."""
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://{host}:{port}/health", timeout=DEADLINE) as reply,
    ):
        return json.load(reply)
    return None


@contextlib.contextmanager
def operating(folder: Path, port: int, *start: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A console, ready, on all addresses if it may."""
    log = folder / "console.log"
    everywhere = ("--no-discovery", "--http-host", "0.0.0.0", "--http-port", str(port))
    with running(*start, *everywhere, "--state", str(folder / "state"), log=log) as process:
        wait_for(lambda: '"ready"' in log.read_text(), "the console to be ready")
        yield process


def held(crowd: list[socket.socket]) -> list[socket.socket]:
    """Those that were not hung up on."""
    gone, _, _ = select.select(crowd, [], [], 0)
    return [one for one in crowd if one not in gone]


async def watched(port: int, host: str = "127.0.0.1") -> Any:
    """What an operator's page is told, once it is logged in."""
    origin = {"Origin": f"http://{host}:{port}"}
    async with aiohttp.ClientSession(origin["Origin"], cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        async with client.post("/api/login", json={"password": PASSWORD}, headers=origin) as reply:
            csrf = (await reply.json())["csrf"]
        protocols = ("sandglass", f"csrf.{csrf}")
        async with client.ws_connect("/api/live", protocols=protocols, headers=origin) as page:
            first = json.loads(await page.receive_str(timeout=DEADLINE))
            await page.receive_str(timeout=DEADLINE)
            return first


def test_a_crowd_that_says_nothing_shuts_nobody_out(tmp_path: Path) -> None:
    """With fewer descriptors than the crowd has: the console had none left for itself, and ended."""
    strange = next((one.address for one in interfaces() if not one.loopback), None)
    if strange is None:
        pytest.skip("no address here but loopback: everybody is of this machine")
    passwords.keep(tmp_path / "state", PASSWORD)
    port = free_port(socket.SOCK_STREAM)
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(operating(tmp_path, port, sys.executable, "-c", PATIENT))
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        address = strange, port
        crowd = [stack.enter_context(socket.create_connection(address, DEADLINE)) for _ in range(CROWD)]
        wait_for(lambda: len(held(crowd)) <= PLACES_EACH, "all others to be hung up on")
        assert wait_for(lambda: told("127.0.0.1", port), "its page")["ok"] is True
        assert asyncio.run(watched(port))["nodes"] == []
        assert len(held(crowd)) == PLACES_EACH, "somebody got a place that was not his"
        assert told(strange, port) is None
        for one in crowd:
            one.close()
        wait_for(lambda: told(strange, port), "a place that was given back")
        process.terminate()
        assert process.wait(DEADLINE) == 0


def test_whoever_only_sits_there_loses_his_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PATIENCE", 0.3)

    async def visit() -> None:
        async with console(tmp_path) as there:
            entrance = Entrance(there.site.app())
            port = await entrance.open("127.0.0.1", 0)
            for begun in (b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: "):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(begun)
                assert await asyncio.wait_for(reader.read(), DEADLINE) == b"", begun
                writer.close()
            await entrance.close()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(visit())


def test_this_machine_comes_in_wherever_else_it_is_open(tmp_path: Path) -> None:
    """Its health is watched at 127.0.0.1, before there is a password and afterwards."""

    async def visit() -> None:
        async with console(tmp_path) as there:
            entrance = Entrance(there.site.app())
            port = await entrance.open("127.0.0.2", free_port(socket.SOCK_STREAM))
            for host in ("127.0.0.1", "127.0.0.2"):
                page = await asyncio.to_thread(told, host, port)
                assert page, host
            await entrance.close()

    asyncio.run(visit())


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WITHIN", 0.2)

    async def visit(there: Any) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", there.client.port)
        head = "Host: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Type: application/json\r\n"
        writer.write(f"POST /api/login HTTP/1.1\r\n{head}Content-Length: 30\r\n\r\n{{".encode())
        assert b" 408 " in await asyncio.wait_for(reader.readline(), DEADLINE)
        writer.close()

    at_the_door(tmp_path, visit)


def test_no_descriptor_for_a_look_at_the_cables_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Event()

    def none_left() -> None:
        looked.set()
        raise OSError(24, "Too many open files")

    class Radio:
        def tick(self) -> None:
            pass

    async def run(all_: Gathering) -> None:
        going = asyncio.create_task(all_.run(Radio()))  # type: ignore[arg-type]
        await asyncio.wait_for(looked.wait(), DEADLINE)
        await asyncio.sleep(0)
        assert not going.done()
        going.cancel()

    monkeypatch.setattr("deploy.console.gathering.interfaces", none_left)
    all_ = gathered()
    asyncio.run(run(all_))
    assert all_.ours("127.0.0.1")


def test_a_password_that_is_set_later_opens_the_console(tmp_path: Path) -> None:
    """The same process: nobody has to know that it must be started again."""
    port = free_port(socket.SOCK_STREAM)
    with operating(tmp_path, port, *python("deploy.cli", "operate")) as process:
        id_ = wait_for(lambda: told("127.0.0.1", port), "its page")["id"]
        assert told("127.0.0.2", port) is None
        subprocess.run(
            python("deploy.cli", "operate", "--set-password", "--state", str(tmp_path / "state")),
            input=f"{PASSWORD}\n".encode(), check=True, timeout=DEADLINE,
        )  # fmt: skip
        page = wait_for(lambda: told("127.0.0.2", port), "the console on all addresses")
        assert page["id"] == id_
        assert process.poll() is None
        assert asyncio.run(watched(port, "127.0.0.2"))["nodes"] == []
        process.terminate()
        assert process.wait(DEADLINE) == 0
    assert (tmp_path / "console.log").read_text().count("opening anew") == 1
