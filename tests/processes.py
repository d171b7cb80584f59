"""Real processes for tests: started, waited for with a deadline, stopped, and looked at."""

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import imageio_ffmpeg
import numpy as np
import pytest

DEADLINE = 120.0
"""Seconds that anything real may take on a busy machine before a test gives up."""
FIRST_PORT, PORTS = 10_000, 2_000
"""Where the first worker's ports begin, and how many each has."""
Found = TypeVar("Found")
_turns = itertools.count(os.getpid())  # somewhere else in every run: two may run at once
FIRST_DISPLAY, DISPLAYS = 200, 60
"""The same of virtual screens: one that is away for a moment is nobody else's then. None is :0, where
moderngl looks for a screen unasked: tests beside this one count on finding none."""


def wait_for(what: Callable[[], Found | None], meaning: str, deadline: float = DEADLINE) -> Found:
    """Polls until `what` gives something true; fails, saying what was waited for, after the deadline."""
    end = time.monotonic() + deadline
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"waited {deadline:.0f} s for {meaning}")
        time.sleep(0.05)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port that nobody has at this moment, and that no test beside this one is given before it is used.

    Each worker has ports of its own, and all lie below those that the system hands out by itself.
    """
    while True:
        port = FIRST_PORT + PORTS * worker() + next(_turns) % PORTS
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def worker() -> int:
    """The number of the process that this test runs in, 0 to 9."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10


@contextlib.contextmanager
def running(
    *command: str, env: dict[str, str] | None = None, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process whose output goes to `log`; it is terminated, then killed, at the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def python(module: str, *options: str) -> list[str]:
    """A node looks for no others unless it is told `--discovery`: tests that run at one time never meet."""
    alone = ["--no-discovery"] if module in ("display_node", "input_node") else []
    return [sys.executable, "-m", module, *alone, *options]


@contextlib.contextmanager
def screen(size: str = "1600x900") -> Iterator[str]:
    """A virtual X server of its own; yields the DISPLAY. Skips, with the reason, where there is none."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed (make test installs it on Debian and Ubuntu)")
    first = FIRST_DISPLAY + DISPLAYS * worker()
    server, display = next(filter(None, (_server(first + n, size) for n in range(DISPLAYS))))
    try:
        yield display
    finally:
        server.terminate()
        server.wait(30)


def _server(number: int, size: str) -> "tuple[subprocess.Popen[bytes], str] | None":
    """It, and its DISPLAY, once it is there; None if somebody has this number."""
    read, write = os.pipe()
    command = [
        "Xvfb",
        f":{number}",
        "-displayfd",
        str(write),
        "-screen",
        "0",
        f"{size}x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        if told.readline().strip():
            return server, f":{number}"
    server.wait(30)
    return None


def screenshot(display: str, size: tuple[int, int]) -> np.ndarray:
    """(height, width, 3) uint8: what is really on a virtual screen, taken by ffmpeg."""
    width, height = size
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "x11grab"]
    command += ["-video_size", f"{width}x{height}", "-i", display, "-frames:v", "1"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    taken = subprocess.run(command, capture_output=True, check=True, timeout=DEADLINE)
    return np.frombuffer(taken.stdout, np.uint8).reshape(height, width, 3)
