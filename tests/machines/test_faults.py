"""A gallery on four machines, and what happens to galleries: cables and addresses, processes that die and
hang, disks that fill. Each machine has its supervisord, as it is deployed.

Visitors draw at both tablets all the while, and the last test sees to it that none has lost a submit.
"""

import contextlib
import errno
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.budgets import DEATH, HANG, NETWORK
from tests.deploy.galleries import Place, deployed
from tests.machines.nodes import Node
from tests.machines.recovering import Recoveries, Visitor, beats, supervised_on, visiting, waited
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

    def children(self, *words: str) -> set[psutil.Process]:
        """Those that supervisord runs with one of these words in their command."""
        found = set()
        for process in self.supervisor.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if not set(words).isdisjoint(process.cmdline()):
                    found.add(process)
        return found

    def process(self) -> psutil.Process:
        """The node's."""
        return next(iter(wait_for(lambda: self.children(self.module), f"{self.module} to run")))

    def replaced(self, old: psutil.Process) -> bool:
        """Whether another process presents frames in its stead."""
        return bool(self.children(self.module) - {old}) and beats(self.node) > 0

    def starts(self) -> float:
        """Ends the node as an operator does; seconds from its next process' begin to its first frames."""
        wait_for(self.settled, f"{self.machine.name} to be settled")
        old = self.process()
        old.terminate()
        wait_for(lambda: self.children(self.module) - {old}, f"{self.machine.name}'s next process")
        return waited(f"{self.machine.name} to start", time.monotonic(), lambda: self.replaced(old))

    def settled(self) -> bool:
        """Presenting frames, and for long enough that supervisord takes its end for no failed start."""
        aged = any(time.time() - one.create_time() > 6.0 for one in self.children(self.module))
        return aged and beats(self.node) > 0


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

    def served_by(self, machine: Machine) -> None:
        """From now on."""
        now = time.monotonic()
        wait_for(lambda: self.all_answered(now, machine.address), f"answers from {machine.name}")


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
        wait_for(lambda: made.all_answered(0.0, north.machine.address), "answers from the preferred wall")
        # Beside all that goes on now: the first had the machine for itself.
        recoveries.first = max(recoveries.first, north.starts())
        made.served_by(north.machine)
        yield made
    recoveries.tell("a gallery's faults")


def test_listeners_that_die_or_hang(gallery: Gallery) -> None:
    """What watches is watched: supervisord starts them again, and the keeper kills what stands still."""
    north = gallery.north

    def back(harm: Callable[[psutil.Process], None]) -> float:
        old, since = north.children(*LISTENERS), time.monotonic()
        for process in old:
            harm(process)
        return waited("other listeners", since, lambda: len(north.children(*LISTENERS) - old) >= len(old))

    for harm, word, promise in (
        (psutil.Process.kill, "kill -9", DEATH), (psutil.Process.suspend, "SIGSTOP", HANG)
    ):  # fmt: skip
        gallery.recoveries.take(f"{word} of supervisord's listeners", promise, partial(back, harm))


def test_a_cable_that_is_out(gallery: Gallery) -> None:
    """A wall's and a tablet's, at once: who can still reach a wall is answered, who cannot is, soon after."""
    north, south, tablet = gallery.north.machine, gallery.south.machine, gallery.east.machine
    cut, whole = gallery.visitors
    for machine in (north, tablet):
        machine.unplug()
    since = time.monotonic()
    took = waited("the other wall to answer", since, lambda: whole.answered(since, south.address))
    gallery.recoveries.told("a wall's cable out: the other wall answers", took)
    wait_for(lambda: time.monotonic() - since > OUT, "the cable to be found")
    wait_for(lambda: beats(gallery.north.node), "a wall without a network to show what it has")
    reachable = gallery.east.node.told()["reachable"]
    gone = cut.answered(since + OUT / 2)  # what came before may have been read late
    for machine in (north, tablet):
        machine.plug()
    plugged = time.monotonic()
    assert gone is None, "it was cut off"
    assert reachable is False

    again = {
        "a tablet's cable in again": (tablet, cut.answered),
        "a wall's cable in again": (north, partial(gallery.all_answered, host=north.address)),
        "the tablet's station sees a wall": (tablet, lambda _: gallery.east.node.health().get("reachable")),
    }
    seconds: dict[str, float] = {}

    def all_well() -> bool:
        for what, (_, well) in again.items():
            if what not in seconds and well(plugged):
                seconds[what] = time.monotonic() - plugged
        return len(seconds) == len(again)

    wait_for(all_well, "all to be well")
    for what, (machine, well) in again.items():
        gallery.recoveries.took(what, seconds[what], NETWORK, partial(cut_off, machine, well))


def cut_off(machine: Machine, well: Callable[[float], object]) -> float:
    """Its cable out, and in again: seconds from then until `well`, which is told when it was."""
    machine.unplug()
    end = time.monotonic() + OUT
    wait_for(lambda: time.monotonic() > end, "the cable to be found")
    machine.plug()
    since = time.monotonic()
    return waited("all to be well", since, lambda: well(since))


def test_another_address(gallery: Gallery) -> None:
    addresses = map("10.77.0.{}".format, itertools.count(77))

    def moved(machine: Machine, well: Callable[[float], object]) -> float:
        machine.readdress(next(addresses))
        since = time.monotonic()
        return waited("it to be found", since, lambda: well(since))

    north, tablet = gallery.north.machine, gallery.east.machine
    gallery.recoveries.take(
        "a wall's address changed", NETWORK,
        partial(moved, north, lambda since: gallery.all_answered(since, north.address)),
    )  # fmt: skip
    at_tablet = gallery.visitors[0].answered
    gallery.recoveries.take("a tablet's address changed", NETWORK, partial(moved, tablet, at_tablet))
    wait_for(lambda: gallery.east.node.health().get("reachable"), "its station to see a wall")


def test_both_walls_at_once(gallery: Gallery) -> None:
    """One hangs, the other dies: for a moment there is nobody, and yet no submit is lost.

    Nothing is promised of the first answer: who waits at a wall that is back waits until its network is.
    """
    north, south = gallery.north, gallery.south

    def back() -> float:
        for one in (north, south):
            wait_for(one.settled, f"{one.machine.name} to be settled")
        hung, since = north.process(), time.monotonic()
        hung.suspend()
        south.process().kill()
        answered = waited("an answer of either", since, lambda: gallery.all_answered(since))
        gallery.recoveries.told("both walls gone at once: the next answers", answered)
        return waited("a wall that hung", since, lambda: north.replaced(hung))

    gallery.recoveries.take("SIGSTOP of a wall, with the other gone", HANG, back)
    gallery.served_by(north.machine)


def test_a_full_disk(gallery: Gallery) -> None:
    """State, recordings, counts, caches and logs of a wall are all on it."""
    north = gallery.north
    wait_for(north.settled, "north to be settled")
    name = north.node.told()["id"]
    wait_for(lambda: full(gallery.disk), "the disk to be full")
    old, since = north.process(), time.monotonic()
    wait_for(lambda: gallery.all_answered(since + 3.0, north.machine.address), "answers with the disk full")
    wait_for(lambda: beats(north.node), "frames with the disk full")
    assert north.process() == old

    def back() -> float:
        wait_for(north.settled, "north to be settled")
        old, since = north.process(), time.monotonic()
        old.kill()
        return waited("a wall that begins on a full disk", since, lambda: north.replaced(old))

    gallery.recoveries.take("kill -9 of a wall with its disk full", DEATH, back)
    gallery.served_by(north.machine)
    assert north.node.told()["id"] == name, "its id is read, not made anew"


def test_none_of_their_submits_was_lost(gallery: Gallery) -> None:
    """The last of all: what they drew during every fault before."""
    for visitor in gallery.visitors:
        visitor.leave()
    count = sum(len(visitor.answers) for visitor in gallery.visitors)
    print(f"\n{count} submits, each answered once; the longest wait was "
          f"{max(visitor.slowest(0.0) for visitor in gallery.visitors):.1f} s")  # fmt: skip


def full(folder: Path) -> bool:
    """Fills a disk; whether it still was a moment later: a recorder drops its oldest file to make room."""
    fill(folder)
    try:
        with (folder / "more").open("ab", buffering=0) as file:
            file.write(bytes(8192))
    except OSError as error:
        return error.errno == errno.ENOSPC
    return False


def fill(folder: Path) -> None:
    """Until not even a small file finds room, as a disk is after weeks."""
    for number, size in enumerate((1 << 20, 1 << 16, 1 << 12)):
        ballast = folder / f"ballast-{number}"
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
            while file.write(bytes(size)):
                pass
