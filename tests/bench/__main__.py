"""`make bench`: every claim about speed and memory, each against a named baseline in the same run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from rich.console import Console

from tests.bench import (
    engines,
    ingest,
    latency,
    memory,
    scratch_ops,
    smooth,
    startup,
    tour,
    traffic,
    training,
    whole_frame,
)
from tests.bench.draw_cpu import ALIVE
from tests.bench.report import Row, at_most, show

SAME, LESS = 1.2, 0.01


def draw_cpu() -> list[Row]:
    """In a process of its own: Mesa's null driver is chosen when it is loaded."""
    environment = {**os.environ, "GALLIUM_NOOP": "1"}
    output = subprocess.check_output([sys.executable, "-m", "tests.bench.draw_cpu"], env=environment)
    few, many, naive = (1e6 * seconds for seconds in json.loads(output).values())
    return [
        at_most("CPU of draw(t), 1,000,000 boxes", many, few, "µs", f"{ALIVE:,} boxes, as many alive", SAME),
        at_most("CPU of draw(t), 1,000,000 boxes", many, naive, "µs", f"{ALIVE:,} alive in numpy", LESS),
    ]


def measure() -> Iterator[Row]:
    console = Console(stderr=True)
    rooms = (
        tour, smooth, whole_frame, latency, ingest, engines, scratch_ops, training, startup, memory, traffic,
    )  # fmt: skip
    for part in (draw_cpu, *(room.measure for room in rooms)):
        with console.status(f"measuring {part.__module__.rsplit('.', 1)[-1]} …"):
            yield from part()


if __name__ == "__main__":
    rows = list(measure())
    show(rows)
    sys.exit(0 if all(row.met is not False for row in rows) else 1)
