"""supervisord itself, killed and hung. What stands above it is systemd, and in this test somebody who reads
the same unit, listens at the same socket and does what systemd would."""

import configparser
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.budgets import DEATH, HANG, held
from tests.deploy.galleries import Place, deployed
from tests.deploy.test_recovery import frames
from tests.processes import wait_for

NODES = ("display", "input", "keeper")


class Systemd:
    """One service: `look` does what is due. Its processes are those that it ever had below it."""

    def __init__(self, unit: Path, folder: Path) -> None:
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(unit)
        self._said = dict(parser["Service"])
        assert (self._said["Restart"], self._said["NotifyAccess"]) == ("always", "all")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.setblocking(False)
        self._folder = folder
        self._below: set[psutil.Process] = set()
        self._begin_at = 0.0
        self.main: psutil.Process | None = None
        self.begun = 0
        self.look()

    def look(self) -> None:
        now = time.monotonic()
        if self.main is None:
            if now >= self._begin_at:
                self._begin()
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            self._below.update(self.main.children(recursive=True))
        for word in self._heard():
            name, _, value = word.partition("=")
            if name == "WATCHDOG_USEC":
                self._patience = int(value) / 1e6
            elif value == "trigger":
                self._fed = -self._patience
            elif name == "WATCHDOG":
                self._fed = now
        if not running(self.main) or now - self._fed > self._patience:
            self.end(signal.SIGKILL)
            self._begin_at = time.monotonic() + float(self._said["RestartSec"])

    def end(self, number: signal.Signals) -> None:
        """The main process by this signal; then, and after no longer than it may take, all that is left."""
        assert self.main is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            self._below.update(self.main.children(recursive=True))
            self.main.send_signal(number)
            self.main.wait(float(self._said["TimeoutStopSec"]))
        for process in self._below:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        # What begins anew would find their ports in use.
        wait_for(lambda: not any(map(running, self._below)), "all that was below it to end")
        self.main, self._below = None, set()

    def close(self) -> None:
        if self.main is not None:
            self.end(signal.SIGTERM)
        self._socket.close()

    def _begin(self) -> None:
        told = {"NOTIFY_SOCKET": str(self._folder / "notify"), "PYTHONPATH": os.getcwd()}
        told["WATCHDOG_USEC"] = f"{self._said['WatchdogSec']}000000"
        with (self._folder / "supervisord.out").open("ab") as log:
            process = subprocess.Popen(
                shlex.split(self._said["ExecStart"]), env=os.environ | told, stdout=log, stderr=log
            )
        self.main = psutil.Process(process.pid)
        self.begun += 1
        self._fed, self._patience = time.monotonic(), float(self._said["WatchdogSec"])

    def _heard(self) -> Iterator[str]:
        with contextlib.suppress(BlockingIOError):
            while True:
                yield from self._socket.recv(4096).decode().splitlines()


def running(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Place, Systemd, float]]:
    """And how long everything took to be there."""
    with deployed("display", "input") as place:
        start = time.monotonic()
        systemd = Systemd(place.config / "sandglass.service", place.state)
        try:
            wait_for(lambda: presenting(place, systemd), "everything to be there")
            yield place, systemd, time.monotonic() - start
        finally:
            systemd.close()


def presenting(place: Place, systemd: Systemd) -> bool:
    systemd.look()
    return all(frames(place.ports[name]) for name in NODES)


@pytest.mark.parametrize(("number", "promise"), [(signal.SIGKILL, DEATH), (signal.SIGSTOP, HANG)])
def test_supervisord_itself(
    machine: tuple[Place, Systemd, float], number: signal.Signals, promise: float
) -> None:
    """With all programs below it: what a supervisord that is gone has left running is ended first."""
    place, systemd, first = machine

    def took() -> float:
        begun, main = systemd.begun, systemd.main
        assert main is not None
        start = time.monotonic()
        main.send_signal(number)
        wait_for(lambda: systemd.look() or systemd.begun > begun, "systemd to begin anew")
        wait_for(lambda: presenting(place, systemd), "everything to be back")
        assert systemd.begun == begun + 1
        return time.monotonic() - start

    held(f"{number.name} of supervisord", took(), promise, first, took)
