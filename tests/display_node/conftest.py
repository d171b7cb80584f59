"""A real wall: the process, its ports, what it says. One is started for all the tests that share it."""

import http.client
import io
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
import pytest
from PIL import Image

from common.bitmap import Bitmap
from common.control import Control
from common.link import Address, UdpLink
from common.wire import Ack, Answer, Decoded, Hello, Submit, decode_reply

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds until a poll of a real process gives up: the machine may be busy."""
ANY_PORT = ["--drawing-port", "0", "--control-port", "0", "--http-port", "0", "--legacy-port", "0"]
HERE = ["--host", "127.0.0.1", "--http-host", "127.0.0.1"]
SMALL = ["--headless", "--size", "160x90", "--samples", "0", "--frame-rate", "5", *HERE]
SMALL += ["--engine", "scratch"]  # it is awake two seconds before torch, and answers the same
SMALL += ["--rest", "600"]  # an answer stays until a test has seen it, however fast the show goes
SMALL += ["--no-discovery"]  # tests that run at one time never meet
SMALL += ["--source-limit", "1000000"]  # all tests are one address, and in a hurry

Found = TypeVar("Found")


def until(look: Callable[[], Found | None]) -> Found:
    """What `look` finds, as soon as it is something true."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "display_node", *SMALL, *ANY_PORT, *options]


class Wall:
    """The running process. `close` ends it as a supervisor does and checks how it went."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._log = (folder / "stderr").open("w+")
        self.process = subprocess.Popen(
            command(*options), cwd=ROOT, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        self.ports = json.loads(self._first_line())
        self.link = UdpLink()
        self.measured = psutil.Process(self.process.pid)

    def _first_line(self) -> str:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            ready = selector.select(2 * PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            pytest.fail(f"the wall did not get ready: {self.log}")
        return line

    @property
    def log(self) -> str:
        return Path(self._log.name).read_text()

    def door(self, name: str) -> Address:
        return "127.0.0.1", int(self.ports[f"{name}_port"])

    def send(self, datagram: bytes, door: str = "drawing", link: UdpLink | None = None) -> None:
        assert (link or self.link).send(datagram, self.door(door))

    def command(self, verb: str, value: float | str | None = None) -> None:
        self.send(Control(verb, value).encode(), "control")

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return fetch(self.door("http"), path)

    def page(self, path: str) -> tuple[dict[str, str], bytes] | None:
        """Its headers and what is on it; None while the wall has no such page to show."""
        status, headers, body = self.get(path)
        return (headers, body) if status == 200 else None

    @property
    def health(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.get("/health")[2])
        return document

    def living(self) -> tuple[dict[str, str], dict[str, Any]] | None:
        """The headers of /health, and what it says; None while no frames are presented, as in any stall."""
        page = self.page("/health")
        return page and (page[0], json.loads(page[1]))

    def picture(self) -> tuple[dict[str, str], np.ndarray]:
        """The headers of a thumbnail, and its pixels; the first who asks may have to ask again."""
        headers, body = until(lambda: self.page("/thumbnail.png"))
        return headers, np.asarray(Image.open(io.BytesIO(body)))

    @property
    def counters(self) -> dict[str, int]:
        counted: dict[str, int] = self.health["counters"]
        return counted

    def settle(self) -> None:
        """Wait until everything sent before this to the drawing port was dealt with: a hello is acked."""
        with_name = Hello("barrier", time.monotonic_ns())
        link = UdpLink()
        try:
            # Loopback keeps the order, and the wall has one thread for all its ports.
            ask(link, self.door("drawing"), with_name.encode(), Ack(with_name.station, with_name.drawing))
        finally:
            link.close()

    def rest(self) -> None:
        """Until it invites, whatever it was at, and no command is on its way any more."""
        self.settle()

        def resting() -> bool:
            # Again and again: what was submitted before may be compiled after a reset.
            self.command("pause")
            until(lambda: self.health["paused"])
            self.command("reset")
            until(lambda: not self.health["paused"])
            health = self.health
            return health["phase"] == "idle" and not health["waiting"]

        until(resting)

    def read(self, bitmap: Bitmap, station: str = "tablet", drawing: int | None = None) -> Answer:
        """Submit as a station does, again and again until it is answered."""
        link = UdpLink()
        number = time.monotonic_ns() if drawing is None else drawing
        try:
            datagram = Submit(station, number, 1, bitmap).encode()
            return answer_to(link, self.door("drawing"), datagram, station, number)
        finally:
            link.close()

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.link.close()
            self._log.close()
            if self.process.stdout:
                self.process.stdout.close()
        assert status == 0, self.log
        assert "Traceback" not in self.log


HUNG_UP = (ConnectionResetError, BrokenPipeError, http.client.IncompleteRead)
"""What becomes of a request that was held up for longer than a door waits, at either end."""


def fetch(door: Address, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, asked again where it was hung up on. Refused, it raises: nobody is there."""

    def asked() -> tuple[int, dict[str, str], bytes] | None:
        connection = http.client.HTTPConnection(*door, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, dict(reply.headers), reply.read()
        except HUNG_UP:
            return None
        finally:
            connection.close()

    return until(asked)


def replies(link: UdpLink, seconds: float) -> Iterator[Decoded]:
    """What comes to this end until `seconds` have passed without a word."""
    while (received := link.receive(seconds)) is not None:
        yield from decode_reply(received[0])


def ask(link: UdpLink, door: Address, datagram: bytes, wanted: Decoded) -> None:
    """Send until exactly `wanted` comes back."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        link.send(datagram, door)
        if wanted in replies(link, 1.0):
            return
    pytest.fail(f"no {wanted}")


def answer_to(link: UdpLink, door: Address, datagram: bytes, station: str, drawing: int | None) -> Answer:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        link.send(datagram, door)
        for reply in replies(link, 1.0):
            if isinstance(reply, Answer) and reply.station == station and drawing in (None, reply.drawing):
                return reply
    return pytest.fail(f"no answer for {station}")


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    """Shared by a module's tests: each leaves it running, and looks at differences of its counters only."""
    running = Wall(tmp_path_factory.mktemp("wall"))
    yield running
    running.close()


def refused(folder: Path, *options: str, environment: dict[str, str] | None = None) -> str:
    """The one line with which a wall that cannot start ends."""
    done = subprocess.run(
        command(*options),
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("sandglass: ")
    return lines[0]
