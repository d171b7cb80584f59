"""A gallery on four machines, and what happens to galleries: cables and addresses, processes that die and
hang, disks that fill. Each machine has its supervisord, as it is deployed.

Visitors draw at both tablets all the while, and the last test sees to it that none has lost a submit.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.budgets import DEATH, HANG, NETWORK
from tests.deploy.galleries import Place, deployed
from tests.machines.nodes import Node
from tests.machines.recovering import Recoveries, Visitor, beats, supervised_on, visiting
from tests.netns import Machine, bridge, small_disk
from tests.processes import wait_for

WALL = {"host": "0.0.0.0", "discovery": True, "size": "64x64", "frame_rate": 10, "recorder": True,
        "recorder_mb": 1, "engine": "torch"}  # fmt: skip
STATION = {"host": "0.0.0.0", "discovery": True, "size": "240x240"}
OUT = 20.0
"""Seconds for which a cable is out."""
LISTENERS = ("deploy.watch", "deploy.reviver", "superlance.memmon")


@dataclass
class Here:
    """A machine of the gallery, with the one node that it runs. `node` asks for its page."""

    machine: Machine
    place: Place
    supervisor: psutil.Process
    node: Node
    module: str

    def child(self, word: str) -> psutil.Process | None:
        """The process that supervisord runs with this word in its command."""
        for process in self.supervisor.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in process.cmdline():
                    return process
        return None

    def process(self, word: str = "") -> psutil.Process:
        return wait_for(lambda: self.child(word or self.module), f"{word or self.module} to run")

    def settled(self) -> bool:
        """Presenting frames, and for long enough that supervisord takes its end for no failed start."""
        old = self.child(self.module)
        return old is not None and beats(self.node) > 0 and time.time() - old.create_time() > 6.0


@dataclass
class Gallery:
    """Walls `north` and `south`; a station at `east`, and only visitors at `west`."""

    machines: dict[str, Machine]
    north: Here
    south: Here
    east: Here
    visitors: list[Visitor]
    disk: Path
    recoveries: Recoveries

    def all_answered(self, since: float, host: str | None = None) -> bool:
        return all(visitor.answered(since, host) for visitor in self.visitors)


@contextlib.contextmanager
def here(machine: Machine, program: str, folder: Path, disk: int = 0) -> Iterator[Here]:
    """`disk`: kilobytes of a disk of its own that logs, state and caches are on; 0: the machine's."""
    told = {"display": WALL | {"name": machine.name}, "input": STATION}[program]
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(deployed(program, **{program: told}))
        if disk:
            stack.enter_context(small_disk(place.state, disk))
        log = folder / f"supervisord-{machine.name}.log"
        cache = {"XDG_CACHE_HOME": str(place.state / "cache")}
        supervisor = stack.enter_context(supervised_on(machine, place, log, **cache))
        process = supervisor  # what a Node calls its process is the supervisor: nodes come and go under it
        node = Node(machine, process, log, place.ports[program])  # type: ignore[arg-type]
        yield Here(machine, place, supervisor, node, f"{program}_node")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    folder = tmp_path_factory.mktemp("gallery")
    recoveries = Recoveries()
    with bridge("north", "south", "east", "west") as net, contextlib.ExitStack() as stack:
        since = time.monotonic()
        north = stack.enter_context(here(net["north"], "display", folder, disk=6_000))
        wait_for(lambda: beats(north.node), "a first wall")
        recoveries.first = time.monotonic() - since
        south = stack.enter_context(here(net["south"], "display", folder))
        east = stack.enter_context(here(net["east"], "input", folder))
        for one in (north, south, east):
            wait_for(one.settled, f"{one.machine.name} to present frames")
        visitors = [
            stack.enter_context(visiting(net[name], folder, "--prefer", "north")) for name in ("east", "west")
        ]
        disk = north.place.state
        made = Gallery(dict(net), north, south, east, visitors, disk, recoveries)
        wait_for(lambda: made.all_answered(0.0, net["north"].address), "answers from the preferred wall")
        yield made
    recoveries.tell("a gallery's faults")


def test_listeners_that_die_or_hang(gallery: Gallery) -> None:
    """What watches is watched: supervisord starts them again, and the keeper kills what stands still."""
    north = gallery.north
    for harm, word, promise in (("kill", "kill -9", DEATH), ("suspend", "SIGSTOP", HANG)):
        old = {name: north.process(name) for name in LISTENERS}
        since = time.monotonic()
        for process in old.values():
            getattr(process, harm)()
        gallery.recoveries.wait(
            f"{word} of supervisord's listeners", promise, since,
            lambda old=old: all(north.child(name) not in (None, was) for name, was in old.items()),
        )  # fmt: skip


def test_a_cable_that_is_out(gallery: Gallery) -> None:
    """A wall's and a tablet's, at once: who can still reach a wall is answered, who cannot is, soon after."""
    north, south = gallery.north.machine, gallery.south.machine
    cut, whole = gallery.visitors
    for machine in (north, gallery.east.machine):
        machine.unplug()
    since = time.monotonic()
    wait_for(lambda: whole.answered(since, south.address), "the other wall to answer")
    gallery.recoveries.took("a wall's cable out: the other wall answers", time.monotonic() - since)
    wait_for(lambda: time.monotonic() - since > OUT, "the cable to be found")
    gone = cut.answered(since + 1.0)
    shows = beats(gallery.north.node)
    reachable = gallery.east.node.health()["reachable"]
    for machine in (north, gallery.east.machine):
        machine.plug()
    since = time.monotonic()
    assert gone is None, "it was cut off"
    assert shows, "a wall without a network shows what it has"
    assert reachable is False
    gallery.recoveries.wait("a tablet's cable in again", NETWORK, since, lambda: cut.answered(since))
    gallery.recoveries.wait(
        "a wall's cable in again", NETWORK, since, lambda: gallery.all_answered(since, north.address)
    )
    gallery.recoveries.wait(
        "the tablet's station sees a wall", NETWORK, since, lambda: gallery.east.node.health()["reachable"]
    )


def test_another_address(gallery: Gallery) -> None:
    north = gallery.north.machine
    north.readdress("10.77.0.77")
    since = time.monotonic()
    gallery.recoveries.wait(
        "a wall's address changed", NETWORK, since, lambda: gallery.all_answered(since, "10.77.0.77")
    )
    gallery.east.machine.readdress("10.77.0.88")
    since = time.monotonic()
    gallery.recoveries.wait(
        "a tablet's address changed", NETWORK, since, lambda: gallery.visitors[0].answered(since)
    )
    wait_for(lambda: gallery.east.node.health()["reachable"], "its station to see a wall")


def test_both_walls_at_once(gallery: Gallery) -> None:
    """One hangs, the other dies: for a moment there is nobody, and yet no submit is lost.

    Nothing is promised of the first answer: who waits at a wall that is back waits until its network is.
    """
    for one in (gallery.north, gallery.south):
        wait_for(one.settled, f"{one.machine.name} to be settled")
    hung, since = gallery.north.process(), time.monotonic()
    hung.suspend()
    gallery.south.process().kill()
    wait_for(lambda: gallery.all_answered(since), "an answer of either")
    gallery.recoveries.took("both walls gone at once: the next answers", time.monotonic() - since)
    north = gallery.north
    gallery.recoveries.wait(
        "SIGSTOP of a wall, with the other gone", HANG, since,
        lambda: north.child(north.module) not in (None, hung) and beats(north.node),
    )  # fmt: skip
    wait_for(lambda: gallery.all_answered(since, north.machine.address), "its answers")


def test_a_full_disk(gallery: Gallery) -> None:
    """State, recordings, counts, caches and logs of a wall are all on it."""
    north, address = gallery.north, gallery.north.machine.address
    wait_for(north.settled, "north to be settled")
    name = north.node.health()["id"]
    fill(gallery.disk)
    with pytest.raises(OSError, match="No space"):
        (gallery.disk / "more").write_bytes(bytes(8192))
    old, since = north.process(), time.monotonic()
    wait_for(lambda: gallery.all_answered(since + 3.0, address), "answers with the disk full")
    assert north.process() == old
    assert beats(north.node)
    old.kill()
    since = time.monotonic()
    gallery.recoveries.wait(
        "kill -9 of a wall with its disk full", DEATH, since,
        lambda: north.child(north.module) not in (None, old) and beats(north.node),
    )  # fmt: skip
    wait_for(lambda: gallery.all_answered(since, address), "answers from a wall that began on a full disk")
    assert north.node.health()["id"] == name, "its id is read, not made anew"


def test_none_of_their_submits_was_lost(gallery: Gallery) -> None:
    """The last of all: what they drew during every fault before."""
    for visitor in gallery.visitors:
        visitor.leave()
    count = sum(len(visitor.answers) for visitor in gallery.visitors)
    print(f"\n{count} submits, each answered once; the longest wait was "
          f"{max(visitor.slowest(0.0) for visitor in gallery.visitors):.1f} s")  # fmt: skip


def fill(folder: Path) -> None:
    """Until not even a small file finds room, as a disk is after weeks."""
    for number, size in enumerate((1 << 20, 1 << 16, 1 << 12)):
        ballast = folder / f"ballast-{number}"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(size)):
                pass
