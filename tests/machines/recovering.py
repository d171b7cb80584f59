"""What a fault costs: measured, printed, held against the budget that was promised, and shown as a table."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from tests.budgets import REPORT, held
from tests.deploy.galleries import BIN, Place
from tests.machines.nodes import Node
from tests.netns import Machine
from tests.processes import python, wait_for


@dataclass
class Recoveries:
    """Every recovery of a module, in the order in which they were measured."""

    first: float = 0.0
    """Seconds that a start takes which is no recovery."""
    found: list[tuple[str, float, float | None]] = field(default_factory=list)

    def told(self, what: str, seconds: float) -> None:
        """Of what nothing was promised."""
        self.found.append((what, seconds, None))
        print(f"\n{what}: {seconds:.1f} s")

    def took(self, what: str, seconds: float, promise: float, again: Callable[[], float]) -> None:
        """`again`: see `held`."""

        def noted(seconds: float) -> float:
            self.found.append((what, seconds, promise))
            return seconds

        held(what, noted(seconds), promise, self.first, lambda: noted(again()))

    def take(self, what: str, promise: float, once: Callable[[], float]) -> None:
        """`once` does the harm, and gives the seconds until all was well again."""
        self.took(what, once(), promise, once)

    def tell(self, title: str) -> None:
        """On the screen and into the report."""
        table = Table("fault", "recovery", "budget", title=title)
        table.add_row("none: a wall's start", f"{self.first:.1f} s", "")
        for what, seconds, promise in self.found:
            table.add_row(what, f"{seconds:.1f} s", f"{promise:.0f} s" if promise else "")
        REPORT.parent.mkdir(exist_ok=True)
        with REPORT.open("a") as file:
            for console in (Console(width=110), Console(file=file, width=110)):
                console.print(table)


@dataclass
class Visitor:
    """Somebody at a tablet, in a process of their own."""

    machine: Machine
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def answers(self) -> list[dict[str, Any]]:
        """In the order in which they came."""
        return self._lines('{"index"')

    def answered(self, since: float, host: str | None = None) -> float | None:
        """When the first answer after `since` came, from `host` if that is given; None if none has."""
        times = (line["answered"] for line in self.answers if host in (None, line["host"]))
        return next((at for at in times if at > since), None)

    def slowest(self, since: float) -> float:
        """Seconds that anybody had to wait for an answer that came after `since`."""
        return max(line["answered"] - line["asked"] for line in self.answers if line["answered"] > since)

    def leave(self) -> None:
        """Each submit was answered, and once."""
        self.process.terminate()
        wait_for(lambda: self._lines('{"end"'), f"{self.machine.name}'s last answer")
        count = self._lines('{"end"')[0]["end"]
        assert [line["index"] for line in self.answers] == list(range(count))
        assert "Traceback" not in self.log.read_text()

    def _lines(self, start: str) -> list[dict[str, Any]]:
        lines = self.log.read_text(errors="replace").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith(start) and line.endswith("\n")]


@contextmanager
def visiting(machine: Machine, folder: Path, *options: str) -> Iterator[Visitor]:
    log = folder / f"visitor-{machine.name}.log"
    state = ("--state", str(folder / f"visitor-{machine.name}"), "--station", f"at-{machine.name}")
    command = python("tests.machines.visitor", *state, *options)
    with machine.running(*command, log=log) as process:
        yield Visitor(machine, process, log)


@contextmanager
def supervised_on(machine: Machine, place: Place, log: Path, **environment: str) -> Iterator[psutil.Process]:
    """supervisord with a machine's generated configuration, in its namespace."""
    command = [str(BIN / "supervisord"), "--configuration", str(place.config / "supervisord.conf")]
    told = {"PYTHONPATH": str(Path.cwd()), **environment}
    with machine.running(*command, env=told, log=log) as process:
        yield psutil.Process(process.pid)


def waited(what: str, since: float, done: Callable[[], object]) -> float:
    """Seconds from `since`, by the monotonic clock, until `done` gives something true."""
    wait_for(done, what)
    return time.monotonic() - since


def beats(node: Node) -> int:
    """Frames presented so far, if they are being presented; 0 if not."""
    health = node.health()
    return int(health["frames"]) if health.get("ok") else 0
