"""Nodes on machines of their own, and what they say of themselves."""

import asyncio
import contextlib
import itertools
import json
import math
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from common.control import Control
from common.link import UdpLink
from common.peer import ALIVE
from display_node.samples import DRAWINGS
from tests.netns import Machine
from tests.processes import python, wait_for

SMALL = (
    *("--headless", "--no-sound", "--size", "128x72", "--frame-rate", "20"),
    *("--samples", "0", "--engine", "scratch"),
)
"""A wall that this machine's processor can paint beside three others."""


@dataclass
class Node:
    """A process on a machine, reached at its machine's address over the bridge."""

    machine: Machine
    process: "subprocess.Popen[bytes]"
    log: Path
    http_port: int = 9002
    ahead: float = 0.0
    """Seconds by which its monotonic clock is before ours."""

    @property
    def ready(self) -> dict[str, Any] | None:
        """Its ready line, once it has said it."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((json.loads(line) for line in lines if line.startswith('{"ready"')), None)

    def wait_until_ready(self) -> "Node":
        wait_for(lambda: self.ready or self.process.poll() is not None, f"{self.machine.name} to be ready")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def health(self) -> dict[str, Any]:
        """What its health page says, asked on its own machine; {} if it does not answer."""
        url = f"http://127.0.0.1:{self.http_port}/health"
        with self.machine.entered(), contextlib.suppress(OSError, ValueError):
            try:
                with urllib.request.urlopen(url, timeout=3.0) as answer:
                    found: dict[str, Any] = json.load(answer)
            except urllib.error.HTTPError as refused:  # 503: not well, but it says how
                found = json.load(refused)
            return found
        return {}

    def told(self) -> dict[str, Any]:
        """The same, asked until it answers: on a busy machine it may be slow."""
        return wait_for(self.health, f"{self.machine.name} to answer")

    def command(self, verb: str, value: float | str | None = None) -> None:
        """As an operator on the wall's own machine."""
        with self.machine.entered():
            link = UdpLink("127.0.0.1")
        link.send(Control(verb, value).encode(), ("127.0.0.1", 9001))
        link.close()


@contextlib.contextmanager
def wall(machine: Machine, folder: Path, *options: str, ahead: int = 0, name: str = "") -> Iterator[Node]:
    name = name or machine.name
    log = folder / f"{name}.log"
    state = ("--state", str(folder / f"{name}-state"), "--name", name)
    command = python("display_node", *SMALL, *state, *options)
    with machine.running(*command, log=log, ahead=ahead) as process:
        yield Node(machine, process, log, 9002, ahead)


@contextlib.contextmanager
def station(machine: Machine, folder: Path, *options: str, name: str = "") -> Iterator[Node]:
    name = name or machine.name
    log = folder / f"{name}.log"
    state = ("--state", str(folder / f"{name}-state"), "--station", name)
    with machine.running(*python("input_node", *state, *options), log=log) as process:
        yield Node(machine, process, log, 9003)


OPERATOR_PORT, OPERATOR_HTTP = 9007, 9004


@contextlib.contextmanager
def operator(machine: Machine, folder: Path, *options: str) -> Iterator[Node]:
    """The console, at a port that can be written down."""
    log = folder / f"{machine.name}.log"
    known = ("--state", str(folder / f"{machine.name}-state"), "--name", machine.name)
    where = ("--port", str(OPERATOR_PORT), "--http-port", str(OPERATOR_HTTP))
    with machine.running(*python("deploy.console", *known, *where, *options), log=log) as process:
        yield Node(machine, process, log, OPERATOR_HTTP)


async def page(password: str = "") -> dict[str, Any]:
    """What the console's page shows first, on the console's own machine."""
    console = f"http://127.0.0.1:{OPERATOR_HTTP}"
    jar = aiohttp.CookieJar(unsafe=True)  # of a numeric address, too
    async with aiohttp.ClientSession(console, headers={"Origin": console}, cookie_jar=jar) as browser:
        async with browser.post("/api/login", json={"password": password}) as reply:
            told = await reply.json()
        async with browser.ws_connect("/api/live", protocols=("sandglass", f"csrf.{told['csrf']}")) as live:
            found: dict[str, Any] = await live.receive_json(timeout=60.0)
            return found


SHORTEST = 6
"""Drawings that are soon drawn: what they look like is not what is tested."""


def strokes(path: Path, count: int) -> Path:
    """A strokes file of `count` drawings: the shortest of those that ship, over and over."""
    shipped = json.loads(DRAWINGS.read_text())
    drawings = sorted(shipped["drawings"], key=_length)[:SHORTEST]
    drawings = list(itertools.islice(itertools.cycle(drawings), count))
    path.write_text(json.dumps({**shipped, "drawings": drawings}))
    return path


def _length(drawing: dict[str, Any]) -> float:
    return sum(
        math.dist(*pair) for stroke in drawing["strokes"] for pair in itertools.pairwise(stroke)
    ) / max(drawing["box"])


def answers(log: Path) -> list[dict[str, Any]]:
    """What a station that replays has printed so far."""
    lines = log.read_text(errors="replace").splitlines(keepends=True) if log.exists() else []
    return [json.loads(line) for line in lines if line.startswith('{"index"') and line.endswith("\n")]


def heard(node: Node) -> set[str]:
    """Names of the nodes that this one hears."""
    if node.http_port == OPERATOR_HTTP:
        with node.machine.entered():
            shown = asyncio.run(page())["nodes"]
        return {one["name"] for one in shown if one["beat"] is not None and one["beat"] < ALIVE}
    peers = node.health().get("peers", [])
    return {peer["name"] for peer in peers if peer["alive"] and peer["offset_ms"] is not None}
