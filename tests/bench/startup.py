"""Start of the wall to its first frame, against `import torch` alone: the invitation is there first."""

import subprocess
import sys
import time
from statistics import median

from tests.bench.latency import ANY_PORTS
from tests.bench.report import Row, at_most

GOAL = 1.2
ROUNDS = 5


def first_frame() -> float:
    """Seconds from starting the process to its word that the first frame has been presented."""
    command = [sys.executable, "-m", "display_node", "--headless", "--host=127.0.0.1", *ANY_PORTS]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if "first frame" in line:
                return time.perf_counter() - start
        raise RuntimeError("the wall ended before its first frame")
    finally:
        process.kill()
        process.wait()


def import_torch() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - start


def measure() -> list[Row]:
    first_frame(), import_torch()  # what is on disk is in memory from here on
    pairs = [(first_frame(), import_torch()) for _ in range(ROUNDS)]
    mine, bare = (median(times) for times in zip(*pairs, strict=True))
    return [at_most("start of the wall → first frame", mine, bare, "s", "import torch", GOAL)]
