"""No frame waits for a show that is being compiled, or taken over.

The wall runs in a process of its own, as it does in the gallery: worker, receiver, mailbox and loop. Only the
display is simulated: one that shows a picture 60 times a second, and lets whoever is late wait for its next
turn. `GALLIUM_NOOP=1`, Mesa's null driver, leaves out the rasterising, which is a graphics card's work. From
here visitors draw, and submit over UDP; the operator lets time run fast, and every other tour is cut short
by the next visitor's. What the machine itself makes late, being busy with something else, shows in a loop
beside it that does nothing but wait for the same display.
"""

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import numpy.typing as npt

from common import strokes
from common.control import Control
from common.link import Address, UdpLink
from common.raster import framed, preview
from common.wire import Preview, Progress, Submit, decode_reply
from display_node.__main__ import tune
from display_node.render.target import headless
from display_node.samples import DRAWINGS
from display_node.settings import Settings
from display_node.tiling import Size
from display_node.wall import Wall
from tests.bench.report import Row, at_most

FloatArray = npt.NDArray[np.float64]

INTERVAL = 1 / 60
"""Seconds between two pictures of the display."""
LONGEST = 2
"""The goal, in intervals."""
SUBMITS = 20
SPEED = 8.0
"""Of the show: a tour takes eight seconds."""
STROKES = 1.0
"""Seconds that a visitor takes to draw."""
APART = (1.5, 8.5)
"""Seconds from a submit to the next visitor, by turns: in the middle of the tour, or after it."""
REST = 10.0
"""Seconds at the end in which nobody draws, and the invitation goes on from part to part."""


class Turns:
    """The display's. `frames`: when each could begin, and the seconds from then until it was there."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, float]] = []
        self._turn = time.monotonic()

    def wait(self) -> None:
        """What is late counts from the display's turn, not from when this thread woke up after it."""
        now = time.monotonic()
        self.frames.append((self._turn, now - self._turn))
        self._turn = INTERVAL * (math.floor(now / INTERVAL) + 1)
        time.sleep(self._turn - now)


class Display:
    """A `Surface` with vsync."""

    screen = None

    def __init__(self, size: Size) -> None:
        self.context = headless()
        self.size = size
        self.turns = Turns()

    def poll(self) -> bool:
        return True

    def present(self) -> None:
        self.turns.wait()

    def close(self) -> None:
        self.context.release()


def bare(stop: threading.Event) -> Turns:
    """A process that only waits for the display: what the machine itself makes late."""
    turns = Turns()
    print(json.dumps({}), flush=True)
    while not stop.is_set():
        turns.wait()
    return turns


def wall(stop: threading.Event) -> Turns:
    """As `display_node.__main__`, with this display."""
    tune()
    settings = Settings(
        headless=True, host="127.0.0.1", drawing_port=0, control_port=0, http_port=0, legacy_port=0,
        form="full", rest=1.0,
    )  # fmt: skip
    display = Display((1920, 1080))
    assert display.context.info["GL_RENDERER"].startswith("NOOP"), "run with GALLIUM_NOOP=1"
    running = Wall(settings, stop, display)
    try:
        running.run()
    finally:
        running.close()
    return display.turns


def main() -> None:
    """One of the processes; prints its frames at the end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    turns = {"wall": wall, "bare": bare}[sys.argv[1]](stop)
    print(json.dumps(turns.frames))


class Visitors:
    """They come one after the other, each with a tablet's own number for its drawing."""

    def __init__(self, link: UdpLink, wall: Address) -> None:
        self._link, self._wall = link, wall
        self._drawings = strokes.read(DRAWINGS)
        self.touring: set[int] = set()
        """Drawings whose tour has been on the wall."""

    def wait(self, seconds: float) -> None:
        """Take what the wall says meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            received = self._link.receive(left)
            for reply in decode_reply(received[0]) if received else []:
                if isinstance(reply, Progress):
                    self.touring.add(reply.drawing)

    def draw(self, number: int) -> None:
        """Sixty previews a second, then a submit."""
        drawing = self._drawings[number % len(self._drawings)]
        name, count = f"tablet-{number % 2}", round(STROKES / INTERVAL)
        for step in range(count):
            self._link.send(Preview(name, number, step, preview(drawing)).encode(), self._wall)
            self.wait(INTERVAL)
        self._link.send(Submit(name, number, count, framed(drawing)).encode(), self._wall)


@contextmanager
def started(role: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    """A process, and what its first line says: the wall's ports."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.smooth", role],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "GALLIUM_NOOP": "1"},
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str], begin: float, end: float) -> FloatArray:
    """Milliseconds of the frames that began in this time; the process is ended."""
    process.terminate()
    when, taken = np.array(json.loads(process.communicate()[0])).T
    found: FloatArray = 1000 * taken[(when >= begin) & (when < end)]
    return found


def measure() -> list[Row]:
    with started("bare") as (other, _), started("wall") as (ours, ports), closing(UdpLink()) as link:
        visitors = Visitors(link, ("127.0.0.1", ports["drawing_port"]))
        visitors.wait(1.0)
        begin = time.monotonic()
        link.send(Control("speed", SPEED).encode(), ("127.0.0.1", ports["control_port"]))
        for number in range(1, SUBMITS + 1):
            visitors.draw(number)
            visitors.wait(APART[number % 2])
        visitors.wait(REST)
        end = time.monotonic()
        working, machine = (ended(process, begin, end) for process in (ours, other))
    what, named = f"{len(visitors.touring)} tours compiled", "a loop that only waits"
    longest, late = float(working.max()), float(machine.max())
    worst = [float(np.percentile(part, 99)) for part in (working, machine)]
    return [
        at_most(f"longest frame, {what}", longest, 1000 * INTERVAL, "ms", "a display's interval", LONGEST),
        Row(f"longest frame, {what}", longest, late, "ms", named),
        Row(f"frames' 99th percentile, {what}", *worst, "ms", named),
    ]


if __name__ == "__main__":
    main()
