"""`sandglass demo`: a station and a wall on this machine, two processes, over real UDP.

With a screen, two windows. Without one, the same two processes headless: a recorded drawing is
replayed, the answer printed, and pictures and a short video of the tour are left in `out/`.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import strokes
from common.config import parse, setting
from common.errors import SandglassError
from deploy.nodes import node, ready
from deploy.render_pictures import render_chapters, render_clip
from display_node.samples import DRAWINGS

ANY_PORTS = ("--drawing-port=0", "--control-port=0", "--http-port=0", "--legacy-port=0")
WALL = ("--host", "127.0.0.1", "--http-host", "127.0.0.1", *ANY_PORTS)
"""Any free ports, on this machine only: the demo gets along with whatever else is running."""
STATION = ("--no-discovery", "--http-port", "0")
POLL = 0.2


@dataclass(frozen=True)
class Options:
    headless: bool = setting(False, "no windows, even if there is a screen")
    digit: int = setting(3, "which digit is replayed without a screen", low=0, high=9)
    out: Path = setting(Path("out"), "folder for what is made without a screen")
    speed: float = setting(3.2, "seconds of the tour in a second of its film", low=0.1, high=60.0)


def demo(argv: Sequence[str]) -> int:
    options = parse(Options, "sandglass demo", argv, __doc__ or "")
    return _headless(options) if options.headless or not has_screen() else _windows()


def has_screen() -> bool:
    """Whether a window can be hoped for; macOS and Windows always have their desktop."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _windows() -> int:
    print("Starting the wall, then the station. Close either window to end.", flush=True)
    with node("display_node", *WALL) as wall:
        address = f"127.0.0.1:{ready(wall)['drawing_port']}"
        with node("input_node", *STATION, "--display", address, "--no-fullscreen") as station:
            while wall.poll() is None and station.poll() is None:
                time.sleep(POLL)
            return wall.poll() or station.poll() or 0


def _headless(options: Options) -> int:
    print("No screen: the same two processes without windows. Starting the wall …", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    recorded = options.out / "drawing.strokes.json"
    wanted = [drawing for drawing in strokes.read(DRAWINGS) if drawing.label == options.digit]
    strokes.write(recorded, wanted[:1])
    answer = _replay(recorded)
    sure = f"{max(answer['probabilities']):.1%} sure" if answer["sure"] else "not sure that it is a digit"
    print(f"A drawn {answer['label']} went over UDP and was read as {answer['digit']}, {sure}.")
    for picture in render_chapters(str(recorded), options.out):
        print(f"  {picture}")
    print(f"  {render_clip(str(recorded), options.out / 'tour.mp4', options.speed)}")
    return 0


def _replay(recorded: Path) -> dict[str, Any]:
    """The wall's answer to the first drawing of the file."""
    with node("display_node", "--headless", "--size", "640x360", *WALL) as wall:
        address = f"127.0.0.1:{ready(wall)['drawing_port']}"
        station = (*STATION, "--headless", "--display", address, "--replay", str(recorded))
        with node("input_node", *station) as replay:
            assert replay.stdout is not None
            line = replay.stdout.readline()
            if not line:
                raise SandglassError("the station gave no answer: see above, or run sandglass doctor")
            answer: dict[str, Any] = json.loads(line)
            return answer
