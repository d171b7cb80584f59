"""`python -m tests.soak.station WALL-LOG DRAWING-PORT HTTP-PORT COUNT`: a station, and its visitor.

The station's real window, without a screen. Somebody draws, presses Predict, sees the wall's tour to its end
and clears, `COUNT` times; all that he does is an event of SDL's. Says `{"tours": so many by now}` after each.
"""

import itertools
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"

import pygame

from common.counters import Counters, set_up_logging
from common.link import UdpLink
from input_node import window
from input_node.joining import Place
from input_node.layout import layout
from input_node.sender import Sender
from input_node.settings import Settings

WIDTH, HEIGHT = 640, 400
NAP, PATIENCE = 0.01, 120.0
LIFTED = 0.05
"""Seconds from the pen to the button, in which the wall sees the drawing."""
QUIET, LULL = 50, 3.0
"""Drawings after which nobody comes for so many seconds, and the wall invites."""
SHAPES = (
    ((0.5, 0.1), (0.5, 0.9)),
    ((0.2, 0.1), (0.8, 0.1), (0.4, 0.9)),
    ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.2)),
)
"""In shares of the canvas."""


class Hand(threading.Thread):
    """`port`: of the station's page; `wall`: what the wall has said."""

    def __init__(self, count: int, port: int, wall: Path, stop: threading.Event) -> None:
        super().__init__(name="hand", daemon=True)
        self._count, self._port, self._wall, self._ended = count, port, wall, stop
        self._canvas = layout(WIDTH, HEIGHT, False).canvas

    def run(self) -> None:
        try:
            for turn, shape in zip(range(self._count), itertools.cycle(SHAPES), strict=False):
                until("the canvas is free", lambda: phase(self._port) == "drawing")
                self._draw(shape)
                time.sleep(LIFTED)
                self._press(pygame.K_RETURN)
                until("it is answered", lambda: phase(self._port) == "answered")
                shown = f'{{"toured": {turn + 1}}}'
                until("the wall has shown it", lambda shown=shown: shown in self._wall.read_text())
                print(json.dumps({"tours": turn + 1}), flush=True)
                if turn % QUIET == 0:
                    time.sleep(LULL)
                self._press(pygame.K_ESCAPE)
        finally:
            self._ended.set()

    def _draw(self, shape: tuple[tuple[float, float], ...]) -> None:
        area = self._canvas
        points = [(area.left + x * area.width, area.top + y * area.height) for x, y in shape]
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=points[0], button=1))
        for point in points:
            pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=point))
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=points[-1], button=1))

    def _press(self, key: int) -> None:
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0))


def until(what: str, done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"it never came about that {what}")
        time.sleep(NAP)


def phase(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5.0) as reply:
            return str(json.load(reply)["phase"])
    except OSError:  # not there yet
        return ""


def main() -> None:
    wall, (drawing_port, port, count) = Path(sys.argv[1]), map(int, sys.argv[2:])
    set_up_logging("station")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = Settings(
        display=f"127.0.0.1:{drawing_port}", discovery=False, headless=True, size=f"{WIDTH}x{HEIGHT}",
        host="127.0.0.1", http_host="127.0.0.1", http_port=port, station="soak",
    )  # fmt: skip
    counters, link = Counters(), UdpLink("127.0.0.1")
    place = Place(settings, link, counters)
    sender = Sender(link, place.target, place.name, counters, time.monotonic())
    hand = Hand(count, port, wall, stop)
    hand.start()
    window.run(settings, sender, stop, place)
    link.close()


if __name__ == "__main__":
    main()
