"""The main job with real parts: a stroke in a real window, over UDP, read in moving boxes in another.

The station and the wall each have a screen of their own, as on two machines.
"""

import json
import socket
import subprocess
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from common.control import Control
from display_node.exhibits.convolution import exhibit
from input_node.layout import layout
from tests.display_node.drawn import probe, shipped, three
from tests.processes import free_port, python, running, screen, screenshot, wait_for

SIZE = (800, 480)
DARK = 12


def health(port: int) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as reply:
            found: dict[str, Any] = json.load(reply)
            return found
    except OSError:
        return {}


def told(port: int) -> dict[str, Any]:
    """Its page, as soon as there is one: a busy wall may present nothing for a while, and says so."""
    return wait_for(lambda: health(port), "a page")


def command(port: int, verb: str, value: float | None = None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.sendto(Control(verb, value).encode(), ("127.0.0.1", port))


def pointer(display: str, *words: object) -> None:
    subprocess.run(
        ["xdotool", *map(str, words)], env={"DISPLAY": display, "PATH": "/usr/bin:/bin"}, check=True
    )


def draw_three(display: str) -> None:
    """A 3, drawn with the mouse in the station's canvas, point by point."""
    canvas = layout(*SIZE).canvas
    path = [(canvas.left + x * canvas.width / 1000, canvas.top + y * canvas.height / 1000)
            for x, y in three().strokes[0]]  # fmt: skip
    steps: list[object] = ["mousemove", *map(round, path[0]), "mousedown", 1]
    for x, y in path[1:]:
        steps += ["mousemove", round(x), round(y), "sleep", 0.01]
    pointer(display, *steps, "mouseup", 1)


def click(display: str, x: float, y: float) -> None:
    pointer(
        display, "mousemove", round(x), round(y), "sleep", 0.05, "mousedown", 1, "sleep", 0.05, "mouseup", 1
    )


def window(display: str) -> str:
    """The id of the one window on a virtual screen."""
    tree = ["xwininfo", "-display", display, "-root", "-children"]
    lines = subprocess.run(tree, capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.split()[0] for line in lines if '"Sandglass"' in line)


def thumbnail(port: int) -> tuple[int, int]:
    """Width and height of the last presented frame."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/thumbnail.png", timeout=30) as reply:
            return PIL.Image.open(BytesIO(reply.read())).size
    except OSError:  # there was none within a second
        return 0, 0


def lit(picture: np.ndarray) -> float:
    """Part of the picture above the captions that is more than background."""
    return float((picture[: int(len(picture) * 0.76)].max(axis=2) > DARK).mean())


def test_a_stroke_in_one_window_is_read_in_the_other(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("drawing_port", "control_port", "legacy_port")}
    wall_http, station_http = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
    options = [f"--{name.replace('_', '-')}={port}" for name, port in ports.items()]
    options += [
        "--host=127.0.0.1",
        "--http-host=127.0.0.1",
        f"--http-port={wall_http}",
        f"--size={SIZE[0]}x{SIZE[1]}",
        "--samples=0",
    ]
    station = [f"--display=127.0.0.1:{ports['drawing_port']}", f"--http-port={station_http}"]
    station += [f"--size={SIZE[0]}x{SIZE[1]}", "--host=127.0.0.1", "--http-host=127.0.0.1"]
    with (
        screen(f"{SIZE[0]}x{SIZE[1]}") as wall_screen,
        screen(f"{SIZE[0]}x{SIZE[1]}") as station_screen,
        running(*python("display_node", *options), env={"DISPLAY": wall_screen}, log=tmp_path / "wall"),
        running(*python("input_node", *station), env={"DISPLAY": station_screen}, log=tmp_path / "station"),
    ):
        wait_for(lambda: health(wall_http).get("awake"), "the wall to wake up")
        wait_for(lambda: health(station_http).get("reachable"), "the station to find its wall")
        wait_for(lambda: lit(screenshot(wall_screen, SIZE)) > 0.02, "the invitation")

        before = screenshot(station_screen, SIZE)
        draw_three(station_screen)
        wait_for(lambda: health(wall_http).get("phase") == "drawing", "the live drawing on the wall")
        canvas = layout(*SIZE).canvas
        ink = (slice(canvas.top, canvas.bottom), slice(canvas.left, canvas.right))
        wait_for(
            lambda: (screenshot(station_screen, SIZE)[ink].astype(int) - before[ink]).max() > 150,
            "ink on the station's canvas",
        )
        wait_for(lambda: screenshot(wall_screen, SIZE).max() > 200, "ink on the wall")

        draw_three(station_screen)  # the same again: pictures take time, and what is left for long is wiped
        predict = layout(*SIZE).predict
        click(station_screen, predict.left + predict.width / 2, predict.top + predict.height / 2)
        wait_for(lambda: health(station_http).get("phase") == "answered", "the answer at the station")
        wait_for(lambda: health(wall_http).get("phase") == "touring", "the tour")
        assert told(wall_http)["counters"]["submits"] == 1

        # Each chapter, held still at its middle: more than background, and no two alike.
        command(ports["control_port"], "pause")
        wait_for(lambda: health(wall_http).get("paused"), "the pause")
        tour = exhibit.build(shipped(), probe(), 1)
        seen: list[bytes] = []
        for chapter in tour.chapters:
            middle = (chapter.start + tour.next_chapter(chapter.start)) / 2
            command(ports["control_port"], "seek", middle)
            wait_for(lambda at=middle: abs(told(wall_http)["time"] - at) < 0.01, "a seek")
            frames = told(wall_http)["frames"]
            wait_for(lambda at=frames: health(wall_http).get("frames", 0) > at + 2, "the frame after a seek")
            picture = screenshot(wall_screen, SIZE)
            assert lit(picture) > 0.02, chapter.name
            seen.append(picture.tobytes())
        assert len(set(seen)) == len(seen)

        smaller = (640, 400)
        pointer(wall_screen, "windowsize", window(wall_screen), *smaller)
        wait_for(lambda: thumbnail(wall_http) == smaller, "the picture to follow the window's size")
        wait_for(lambda: lit(screenshot(wall_screen, smaller)) > 0.02, "the picture, smaller")

        command(ports["control_port"], "play")
        wait_for(lambda: health(wall_http).get("phase") == "answered", "the end of the tour")
    for log in ("wall", "station"):
        assert "Traceback" not in (tmp_path / log).read_text()
