"""A stand-in wall over real UDP, stations as processes, and a screen to run them on."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common import wire
from common.link import UdpLink
from tests.processes import DEADLINE
from tests.processes import screen as virtual_screen

PROBABILITIES = (0.01, 0.01, 0.02, 0.02, 0.01, 0.01, 0.01, 0.87, 0.02, 0.02)


def until(true: Callable[[], Any], what: str) -> Any:
    """The first true value of `true()`; fails after the deadline."""
    end = time.monotonic() + DEADLINE
    while not (value := true()):
        assert time.monotonic() < end, f"still waiting for {what}"
        time.sleep(0.01)
    return value


class StandInWall:
    """Acknowledges, answers 7, and keeps what it heard."""

    def __init__(self, port: int = 0) -> None:
        self.sure = True
        self.link = UdpLink(port=port)
        self.heard: list[wire.Decoded] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.link.address[1]}"

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]

    def _serve(self) -> None:
        while not self._stop.is_set():
            found = self.link.receive(0.05)
            if found is None:
                continue
            for message in wire.decode_drawing(found[0]):
                self.heard.append(message)
                if isinstance(message, wire.Submit | wire.Hello):
                    self.link.send(wire.Ack(message.station, message.drawing).encode(), found[1])
                if isinstance(message, wire.Submit):
                    answer = wire.Answer(message.station, message.drawing, 7, PROBABILITIES, self.sure)
                    self.link.send(answer.encode(), found[1])

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.link.close()


@pytest.fixture
def stand_in() -> Iterator[StandInWall]:
    wall = StandInWall()
    yield wall
    wall.close()


class RunningStation:
    """`python -m input_node` with a window; `ready` is what it printed once it was up."""

    def __init__(self, *options: str, environment: dict[str, str] | None = None) -> None:
        self.environment = {**os.environ, **(environment or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "input_node", "--http-port", "0", "--no-discovery", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        assert self.process.stdout
        first = self.process.stdout.readline()
        assert first, self.process.communicate()[1]
        self.ready = json.loads(first)

    def page(self) -> dict[str, Any]:
        """What it says of itself."""
        url = f"http://127.0.0.1:{self.ready['http_port']}/health"
        try:
            reply = urllib.request.urlopen(url, timeout=DEADLINE)
        except urllib.error.HTTPError as frozen:  # a busy machine may present nothing for a while
            reply = frozen
        with reply:
            told: dict[str, Any] = json.load(reply)
            return told

    def stop(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=DEADLINE)
        return self.process.returncode


@pytest.fixture
def start() -> Iterator[Callable[..., RunningStation]]:
    running: list[RunningStation] = []

    def begin(*options: str, environment: dict[str, str] | None = None) -> RunningStation:
        running.append(RunningStation(*options, environment=environment))
        return running[-1]

    yield begin
    for station in running:
        if station.process.poll() is None:
            station.process.kill()
            station.process.communicate()


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """The name of an X display of our own, 1600×1200."""
    for tool in ("Xvfb", "xdotool", "xwininfo"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: apt install xvfb xdotool x11-utils")
    with virtual_screen("1600x1200") as display:
        yield display


@pytest.fixture
def strokes_file(tmp_path: Path) -> Path:
    """Two drawings on canvases of different shapes: a labelled seven, and a dot without a label."""
    path = tmp_path / "two.strokes.json"
    seven = {"label": 7, "box": [100, 200], "strokes": [[[20, 30], [80, 30], [40, 170]]]}
    dot = {"label": None, "box": [300, 300], "strokes": [[[150, 150]]]}
    path.write_text(json.dumps({"format": "sandglass-strokes-1", "drawings": [seven, dot]}))
    return path
