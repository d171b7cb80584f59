"""Whether anything grows: 2,000 drawings, each with its whole tour, through a real wall and a real station.

`make soak` runs all of them; `make test` a twentieth. That is too few to see a megabyte in a thousand tours:
what is bounded still fills up (512 answers, a megabyte of recordings), and the heap grows in steps of up to
40 MB, with hundreds of tours between two. It does see a scene left behind by every tenth tour: 3 MB each.
"""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from tests.processes import free_port, python, running, wait_for

TOURS = int(os.environ.get("SANDGLASS_SOAK", "100"))
WHOLE = 2_000
WARM = 0.35
"""Share of the tours that is not looked at: caches and bounded lists fill up meanwhile."""
BINS = 10
"""Through which the line is laid, each at its least: the heap goes up and down with every tour."""
SLOPE = 1.0 if TOURS >= WHOLE else 300.0
"""Megabytes in a thousand tours; of a twentieth of the tours, what can be told from one step of the heap."""


@dataclass(frozen=True)
class Sample:
    """After `tour` tours, between two of them."""

    tour: int
    megabytes: float
    threads: int
    files: int
    sockets: int


def sample(process: psutil.Process, tour: int) -> Sample:
    with process.oneshot():
        return Sample(
            tour, process.memory_info().rss / 1e6, process.num_threads(), process.num_fds(),
            len(process.net_connections()),
        )  # fmt: skip


def slope(samples: list[Sample]) -> float:
    """Megabytes in 1,000 tours: least squares through the least of each of `BINS` parts of the samples."""
    parts = np.array_split(np.array([(one.tour, one.megabytes) for one in samples]), BINS)
    lowest = np.array([part[np.argmin(part[:, 1])] for part in parts])
    return float(np.polyfit(lowest[:, 0], lowest[:, 1], 1)[0] * 1000)


def said(log: Path, key: str) -> list[dict[str, object]]:
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.startswith('{"' + key) and line.endswith("\n")]


def test_nothing_grows(tmp_path: Path) -> None:
    here, there = tmp_path / "wall.log", tmp_path / "station.log"
    # One heap instead of one for each thread, as malloc has it by default: fewer holes, the same leaks.
    calm = {"MALLOC_ARENA_MAX": "1", "XDG_CACHE_HOME": str(tmp_path)}
    with running(*python("tests.soak.wall", str(tmp_path / "state")), env=calm, log=here) as wall:
        ports = wait_for(lambda: said(here, "ready"), "the wall")[0]
        port = free_port(socket.SOCK_STREAM)
        numbers = [str(here), str(ports["drawing_port"]), str(port), str(TOURS)]
        with running(*python("tests.soak.station", *numbers), env=calm, log=there) as station:
            looked = {"wall": psutil.Process(wall.pid), "station": psutil.Process(station.pid)}
            samples: dict[str, list[Sample]] = {name: [] for name in looked}
            objects: list[dict[str, int]] = []
            for tour in range(1, TOURS + 1):
                wait_for(lambda tour=tour: len(said(there, "tours")) >= tour, f"tour {tour}")
                if tour < TOURS:  # then the station ends
                    for name, process in looked.items():
                        samples[name].append(sample(process, tour))
            assert station.wait(60) == 0, there.read_text()
        objects = [line["gl"] for line in said(here, "gl")]  # type: ignore[misc]
    assert "Traceback" not in here.read_text() + there.read_text()
    tell(samples, objects)
    for name, found in samples.items():
        late = found[int(WARM * TOURS) :]
        assert slope(late) < SLOPE, f"{name} grows by {slope(late):.2f} MB in 1,000 tours"
        early, last = late[: len(late) // 2], late[len(late) // 2 :]
        for what in ("threads", "files", "sockets"):
            # A page that is being answered is a thread and a socket more, so the least is looked at.
            before, after = (min(getattr(one, what) for one in half) for half in (early, last))
            assert after <= before, f"{name} has {after} {what}, and had {before}"
    for kind in objects[0]:
        numbers_ = [told[kind] for told in objects[int(WARM * len(objects)) :]]
        half = len(numbers_) // 2
        assert max(numbers_[half:]) <= 1.2 * max(numbers_[:half]), f"GL {kind}s: {numbers_}"


def tell(samples: dict[str, list[Sample]], objects: list[dict[str, int]]) -> None:
    table = Table("process", "RSS", "slope", "threads", "files", "sockets", title=f"{TOURS} tours")
    for name, found in samples.items():
        late = found[int(WARM * TOURS) :]
        spans = [
            f"{min(getattr(one, what) for one in late)} to {max(getattr(one, what) for one in late)}"
            for what in ("threads", "files", "sockets")
        ]
        table.add_row(
            name,
            f"{late[0].megabytes:.1f} → {late[-1].megabytes:.1f} MB",
            f"{slope(late):+.2f} MB / 1,000",
            *spans,
        )
    Console(width=110).print(table)
    late_objects = objects[int(WARM * len(objects)) :]
    for kind in objects[0]:
        numbers = [told[kind] for told in late_objects]
        print(f"GL {kind}s: {min(numbers)} to {max(numbers)}, last {numbers[-1]}")
