"""Peak memory of each process, against what its largest library takes by itself."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import strokes
from display_node.samples import DRAWINGS
from tests.bench.latency import wall
from tests.bench.report import Row

_PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""The kernel's high-water mark of this program alone; getrusage counts what its parent had as well."""
_STATION = f"""
import runpy, sys
try:
    runpy.run_module("input_node", run_name="__main__")
finally:
    sys.stdout = sys.stderr
    {_PEAK}
"""


def alone(library: str) -> float:
    """MiB of a Python that has only imported this."""
    environment = {**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    code = f"import {library}; {_PEAK}"
    return int(subprocess.check_output([sys.executable, "-c", code], env=environment)) / 1024


def peak(process: int) -> float:
    """MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def measure() -> list[Row]:
    """After two dozen drawings, one after the other."""
    with tempfile.TemporaryDirectory() as folder, wall() as (port, process):
        path = Path(folder) / "all.strokes.json"
        strokes.write(path, strokes.read(DRAWINGS))
        station = [sys.executable, "-c", _STATION, "--headless", "--http-port=0", "--no-discovery"]
        station += [f"--display=127.0.0.1:{port}", f"--replay={path}"]
        done = subprocess.run(station, capture_output=True, text=True, check=True)
        taken = int(done.stderr.split()[-1]) / 1024
        return [
            Row("peak memory of the wall", peak(process), alone("torch"), "MiB", "import torch"),
            Row("peak memory of the station", taken, alone("pygame"), "MiB", "import pygame"),
        ]
