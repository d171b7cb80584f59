"""Nodes on machines of their own, and what they say of themselves."""

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.control import Control
from common.link import UdpLink
from tests.netns import Machine
from tests.processes import python, wait_for

SMALL = ("--headless", "--size", "128x72", "--samples", "0", "--frame-rate", "60", "--no-sound")
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
