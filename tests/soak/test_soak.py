"""Whether anything grows: 2,000 drawings, each with its whole tour, through a real wall and a real station,
with an operator's console that looks on, and the keeper, supervisord and listeners that look after it.

`make soak` runs all of them; `make test` a twentieth. That is too few to see a megabyte in a thousand tours:
what is bounded still fills up (512 answers, a megabyte of recordings). It does see a scene left behind by
every fortieth tour: 2.5 MB each.
"""

import contextlib
import json
import math
import os
import socket
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from rich.console import Console
from rich.progress import track
from rich.table import Table

from deploy.keeper.supervisor import Supervisor, Unreachable
from display_node.keeping import RECORDINGS
from tests.deploy.galleries import Place, deployed, supervised
from tests.processes import DEADLINE, free_port, python, running, wait_for

TOURS = int(os.environ.get("SANDGLASS_SOAK", "100"))
WHOLE = 2_000
WARM = 0.35
"""Share of the tours that is not looked at: caches and bounded lists fill up meanwhile."""
SLOPE = 1.0 if TOURS >= WHOLE else 50.0
"""Megabytes in a thousand tours. A wall grew by up to 10 before the 200th, and by 0.1 after the 700th."""

ONE_BY_ONE = {"LP_NUM_THREADS": "0"}
"""Mesa keeps the triangles of every frame that it ever had at once with another, 36 MB each: how many depends
on what else the machine does. Without threads it draws one at a time."""


@dataclass(frozen=True)
class Sample:
    """After `tour` tours, between two of them: the least of each since the one before.

    A page that is being answered is a thread and a socket more, and a busy machine is always at one. Its wall
    is always in the middle of a frame, too, whose triangles take up to 60 MB, so it says itself what it keeps
    when the next drawing begins.
    """

    tour: int
    megabytes: float
    threads: float
    files: float
    sockets: float


NONE = (math.inf,) * 4


class Looked:
    """A process that is looked at: it must not end meanwhile."""

    def __init__(self, name: str, number: int) -> None:
        self._name, self._process = name, psutil.Process(number)
        self._least = NONE
        self.samples: list[Sample] = []

    def look(self) -> None:
        try:
            with self._process.oneshot():
                ended = self._process.status() == psutil.STATUS_ZOMBIE  # our own, that nobody has waited for
                now = (
                    self._process.memory_info().rss / 1e6,
                    self._process.num_threads(),
                    *opened(self._process.pid),
                )
        except (psutil.NoSuchProcess, FileNotFoundError):
            ended = True
        if ended:
            pytest.fail(f"{self._name} has ended")
        self._least = tuple(map(min, self._least, now))

    def note(self, tour: int) -> None:
        self.look()
        self.samples.append(Sample(tour, *self._least))
        self._least = NONE


def slope(samples: list[Sample]) -> float:
    """Megabytes in 1,000 tours: the median of the slopes between any two samples (Theil 1950, Sen 1968).

    Up to 29 % of the samples may be off by anything, such as those beside a show that is being compiled.
    """
    tours, megabytes = np.array([(one.tour, one.megabytes) for one in samples]).T
    first, second = np.triu_indices(len(samples), 1)
    return float(np.median((megabytes[second] - megabytes[first]) / (tours[second] - tours[first])) * 1000)


def kept(samples: list[Sample], what: str) -> tuple[float, float]:
    """What there usually was in the first half of the samples, and what there was at least in the second.

    A moment with less than usual, such as before a thread is there again, makes no growth of what follows.
    """
    numbers = [getattr(one, what) for one in samples]
    half = len(numbers) // 2
    return statistics.median(numbers[:half]), min(numbers[half:])


def opened(process: int) -> tuple[int, int]:
    """Files, sockets among them, without the recording's, which is none while it is changed; and sockets."""
    found = []
    for path in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            found.append(str(path.readlink()))
    return sum(f"/{RECORDINGS}/" not in one for one in found), sum(one.startswith("socket:") for one in found)


def said(log: Path, key: str) -> list[dict[str, object]]:
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.startswith('{"' + key) and line.endswith("\n")]


def test_a_slope_is_seen_through_what_is_off() -> None:
    steady = [Sample(tour, 390 + 3 * math.sin(tour * 7), 1, 1, 1) for tour in range(65)]
    busy = [replace(one, megabytes=one.megabytes + 40 * (one.tour % 5 == 0)) for one in steady]
    leaking = [replace(one, megabytes=one.megabytes + 3 * (one.tour // 20)) for one in busy]
    assert abs(slope(steady)) < 10
    assert abs(slope(busy)) < 20
    assert slope(leaking) > 100


def test_a_leak_is_seen_and_a_dip_is_none() -> None:
    found = [Sample(tour, 390, 9 - (tour == 5), 17 + tour // 20, 8 + (tour % 3 == 0)) for tour in range(65)]
    assert kept(found, "threads") == (9, 9)
    assert kept(found, "files") == (17, 18)
    assert kept(found, "sockets") == (8, 8)


def test_nothing_grows(tmp_path: Path) -> None:
    here, there = tmp_path / "wall.log", tmp_path / "station.log"
    caches = {"XDG_CACHE_HOME": str(tmp_path)} | ONE_BY_ONE
    with contextlib.ExitStack() as stack:
        wall = stack.enter_context(
            running(*python("tests.soak.wall", str(tmp_path / "state")), env=caches, log=here)
        )
        ports = wait_for(lambda: said(here, "ready"), "the wall")[0]
        place, looked = stack.enter_context(supervised_console(int(str(ports["drawing_port"]))))
        port = free_port(socket.SOCK_STREAM)
        numbers = [str(here), str(ports["drawing_port"]), str(port), str(TOURS)]
        station = stack.enter_context(running(*python("tests.soak.station", *numbers), env=caches, log=there))
        looked |= {"wall": Looked("wall", wall.pid), "station": Looked("station", station.pid)}

        def toured(tour: int) -> bool:
            for one in looked.values():
                one.look()
            return len(said(there, "tours")) >= tour

        tours = range(1, TOURS)  # after the last one the station ends
        for tour in track(tours, "tours", console=Console(stderr=True), disable=TOURS < WHOLE):
            wait_for(lambda tour=tour: toured(tour), f"tour {tour}")
            for one in looked.values():
                one.note(tour)
        assert station.wait(DEADLINE) == 0, there.read_text()
        looks = said(here, "after")
        logs = "".join(log.read_text() for log in (here, there, *place.state.glob("*.log")))
    assert "Traceback" not in logs
    samples = {name: one.samples for name, one in looked.items()}
    memory = {line["after"]: float(line["megabytes"]) for line in looks}  # type: ignore[arg-type]
    samples["wall"] = [
        replace(one, megabytes=memory[one.tour]) for one in samples["wall"] if one.tour in memory
    ]
    objects: list[dict[str, int]] = [line["gl"] for line in looks]  # type: ignore[misc]
    tell(samples, objects)
    for name, found in samples.items():
        late = found[int(WARM * TOURS) :]
        assert len(late) > TOURS / 2, f"{name} was seen after {len(late)} tours only"
        assert slope(late) < SLOPE, f"{name} grows by {slope(late):.2f} MB in 1,000 tours"
        for what in ("threads", "files", "sockets"):
            before, after = kept(late, what)
            assert after <= before, f"{name} has {after} {what}, and had {before}"
    for kind in objects[0]:
        found_ = [told[kind] for told in objects[int(WARM * len(objects)) :]]
        half = len(found_) // 2
        for of in (min, max):
            assert of(found_[half:]) <= of(found_[:half]), f"GL {kind}s: {found_}"


@contextlib.contextmanager
def supervised_console(drawing_port: int) -> Iterator[tuple[Place, dict[str, Looked]]]:
    """An operator's console that knows the wall, with its keeper, supervisord and all its listeners.

    The latter are looked at in a whole soak only: some first do anything after a minute.
    """
    keeper = free_port()
    peers = {"peers": f"127.0.0.1:{drawing_port} 127.0.0.1:{keeper}"}
    with deployed("operate", operate=peers, keeper={"port": keeper}) as place, supervised(place) as number:
        supervisor = Supervisor(Path(place.machine.socket))

        def programs() -> dict[str, Looked]:
            with contextlib.suppress(Unreachable, psutil.NoSuchProcess):
                found = supervisor.programs()
                if all(one.state == "RUNNING" for one in found):
                    return {one.name: Looked(one.name, one.pid) for one in found}
            return {}

        found = wait_for(programs, "the console, its keeper and its listeners")
        supervisor.close()
        found["supervisord"] = Looked("supervisord", number)
        yield place, found if TOURS >= WHOLE else {name: found[name] for name in ("operate", "keeper")}


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
