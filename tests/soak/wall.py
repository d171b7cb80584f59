"""`python -m tests.soak.wall FOLDER`: the wall, with a clock that runs `FASTER` times as fast.

Says its ports, how many tours it has shown to their end, and, whenever somebody begins to draw after one,
what memory it keeps and how many GL objects there are.
"""

import ctypes
import ctypes.util
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from common.counters import set_up_logging
from common.heap import give_back
from display_node.__main__ import tune
from display_node.settings import Settings
from display_node.state import Phase, State
from display_node.surface import Headless
from display_node.wall import Wall

FASTER = 120.0
"""A tour of 14 seconds takes an eighth of one, in seven frames; the answer then stays for two seconds."""
SIDE, FRAMES = 64, 60


KINDS = ("Buffer", "Texture", "Framebuffer", "VertexArray", "Program", "Query")


class Counted(Headless):
    """Asks GL itself which names are in use: it knows those, too, that Python has forgotten unreleased.

    A tour counts when the answer is on the wall at its end, and the worker has posted the part of the
    invitation that follows upon it: then it rests. `state`: what is on the wall.

    What is kept is looked at in the first frame of the next drawing: the same is alive in each of them. At a
    tour's end it differed by up to 10 MB, by how far the worker was and what a few frames had uploaded.
    """

    def __init__(self) -> None:
        super().__init__((SIDE, SIDE), FRAMES)
        self.state: Callable[[], State | None] = lambda: None
        self._gl = ctypes.CDLL(ctypes.util.find_library("OpenGL") or ctypes.util.find_library("GL"))
        self._phase = Phase.IDLE
        self._touring: object = None
        self._ahead: object = None
        self._counted: object = None
        self._tours = 0
        self._process = psutil.Process()

    def present(self) -> None:
        super().present()
        if state := self.state():
            if self._touring is not state.tour:
                self._count(self._touring)  # a frame that took seconds may have left its answer out
                self._touring, self._ahead = state.tour, state.ahead
            if state.phase is Phase.ANSWERED and state.ahead is not self._ahead:
                self._count(state.tour)
            if state.phase is Phase.DRAWING and self._phase is not Phase.DRAWING:
                self._look()
            self._phase = state.phase

    def _count(self, tour: object) -> None:
        if tour is not None and tour is not self._counted:
            self._counted = tour
            self._tours += 1
            print(json.dumps({"toured": self._tours}), flush=True)

    def _look(self) -> None:
        self.context.finish()
        give_back()
        kept = self._process.memory_info().rss / 1e6
        print(json.dumps({"after": self._tours, "megabytes": kept, "gl": self._objects()}), flush=True)

    def _objects(self) -> dict[str, int]:
        """Names are given from 1 upwards; none is beyond the one that a new buffer gets."""
        buffer = self.context.buffer(reserve=4)
        last = buffer.glo
        buffer.release()
        return {
            kind: sum(bool(ask(name)) for name in range(1, last + 1))
            for kind in KINDS
            if (ask := getattr(self._gl, f"glIs{kind}"))
        }


def main() -> None:
    set_up_logging("display")
    tune()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    began = time.monotonic()
    settings = Settings(
        host="127.0.0.1", drawing_port=0, control_port=0, http_host="127.0.0.1", http_port=0, legacy=False,
        discovery=False, headless=True, samples=0, form="short", rest=240.0, source_limit=1_000_000,
        recorder=True, recorder_mb=1, state=Path(sys.argv[1]),
    )  # fmt: skip
    surface = Counted()
    wall = Wall(settings, stop, surface, lambda: began + (time.monotonic() - began) * FASTER)
    surface.state = lambda: wall._state
    try:
        wall.run()
    finally:
        wall.close()


if __name__ == "__main__":
    main()
