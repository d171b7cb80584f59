"""The X server ends under a wall and a station that have real windows, and is there again a moment later."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.budgets import HANG, held
from tests.deploy.galleries import deployed, supervised
from tests.deploy.test_recovery import MODULES, child, first_start, frames, wait_running
from tests.processes import screen, wait_for

WINDOWED = {"headless": False}
GONE = 8.0
"""Seconds without a display: the programs have come, found none, and lingered."""
NODES = ("display", "input")


@dataclass
class Server:
    """An X server on one DISPLAY, which may be ended and started again."""

    display: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = ["Xvfb", self.display, "-screen", "0", "800x600x24", "-nolisten", "tcp"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def display() -> Iterator[Server]:
    with screen("64x64") as free:  # a number that nobody has; or the test is skipped
        server = Server(free)
    try:
        yield server
    finally:
        server.kill()


def test_the_display_is_restarted() -> None:
    wall, station = WINDOWED | {"size": "64x64"}, WINDOWED | {"size": "240x240"}
    with display() as server, deployed("display", "input", display=wall, input=station) as place:
        server.start()
        with supervised(place, DISPLAY=server.display) as supervisor:
            first = first_start(place)
            for name in place.ports:
                wait_running(place, name)
            before = {name: child(supervisor, MODULES[name]) for name in place.ports}
            server.kill()
            for name in NODES:
                old = before[name]
                assert old is not None
                wait_for(lambda old=old: not old.is_running(), f"the end of {name}, whose window is gone")
            end = time.monotonic() + GONE
            wait_for(lambda: time.monotonic() > end, "some tries without a display")
            assert not any(frames(place.ports[name]) for name in NODES)
            wait_for(lambda: frames(place.ports["keeper"]), "the keeper, which needs no screen")
            assert child(supervisor, MODULES["keeper"]) == before["keeper"]
            server.start()
            since = time.monotonic()
            for name in NODES:
                wait_for(lambda name=name: frames(place.ports[name]), f"{name} to present frames")
                held(f"the display restarted, {name}", time.monotonic() - since, HANG, first)
