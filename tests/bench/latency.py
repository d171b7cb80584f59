"""Last pen event → answer shown, station and wall as processes on loopback.

The floor is what nobody can avoid: a raw UDP round trip of the same datagrams between two processes,
plus a bare torch forward of the same network. Both sides run without frame waits: the wall's picture
is tiny and slow, and the station in replay waits on its socket.
"""

import contextlib
import json
import multiprocessing
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from common import strokes
from common.raster import framed
from common.wire import Answer, Submit
from display_node.samples import DRAWINGS
from tests.bench.report import Row, at_most

GOAL = 3.0
SUBMITS = 240
WALL = ("--headless", "--size=64x64", "--samples=0", "--frame-rate=2", "--host=127.0.0.1", "--no-discovery")
ANY_PORTS = ("--drawing-port=0", "--control-port=0", "--http-port=0", "--legacy-port=0")


@contextlib.contextmanager
def wall() -> Iterator[tuple[int, int]]:
    """(drawing port, process id) of a wall that can answer."""
    command = [sys.executable, "-m", "display_node", *WALL, *ANY_PORTS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["drawing_port"], process.pid
    finally:
        process.terminate()
        process.wait()


def echo(port_pipe: "multiprocessing.connection.Connection", reply: bytes) -> None:
    """Answers each datagram at once with one as long as a real answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        port_pipe.send(link.getsockname()[1])
        while True:
            _, sender = link.recvfrom(2048)
            link.sendto(reply, sender)


def floor(count: int) -> list[float]:
    """Milliseconds of `count` raw round trips, each with a bare forward pass."""
    import torch

    from display_node.network import SHIPPED, load
    from weights.module import module

    torch.set_num_threads(1)
    network = module(load(SHIPPED))
    bitmap = framed(strokes.read(DRAWINGS)[0])
    request = Submit("floor", 1, 1, bitmap).encode()
    reply = Answer("floor", 1, 3, (0.1,) * 10).encode()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=echo, args=(theirs, reply), daemon=True)
    process.start()
    port = ours.recv()
    tensor = torch.from_numpy(bitmap.unit.reshape(1, 1, 32, 32))
    spent = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link, torch.inference_mode():
        for _ in range(count):
            start = time.perf_counter()
            link.sendto(request, ("127.0.0.1", port))
            link.recv(2048)
            torch.softmax(network(tensor)[0], dim=0)
            spent.append(1000 * (time.perf_counter() - start))
            time.sleep(0.01)  # as far apart as the replay's submits, so that both find the same caches
    process.terminate()
    return spent


def replayed(port: int, count: int) -> list[float]:
    """Milliseconds from the last pen event to the answer, as the station measures them."""
    drawings = strokes.read(DRAWINGS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.strokes.json"
        strokes.write(path, [drawings[index % len(drawings)] for index in range(count)])
        command = [sys.executable, "-m", "input_node", "--headless", "--http-port=0", "--no-discovery"]
        command += [f"--display=127.0.0.1:{port}", f"--replay={path}"]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
        )
    return [json.loads(line)["latency_ms"] for line in done.stdout.splitlines()]


def measure() -> list[Row]:
    with wall() as (port, _):
        bare, real = floor(SUBMITS), replayed(port, SUBMITS)
    named = "raw UDP round trip + bare torch forward"
    rows = [
        at_most("pen up → answer, median", float(np.median(real)), float(np.median(bare)), "ms", named, GOAL)
    ]
    worst = [float(np.percentile(times, 99)) for times in (real, bare)]
    return [*rows, Row("pen up → answer, 99th percentile", *worst, "ms", named)]
