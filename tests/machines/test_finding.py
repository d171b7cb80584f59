"""Two walls, an operator, two stations and a stranger on one bridge; nobody told them where others are."""

import contextlib
import itertools
import shutil
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tests.budgets import held
from tests.machines.nodes import OPERATOR_PORT, Node, answers, heard, operator, station, strokes, wall
from tests.netns import Machine, bridge
from tests.processes import DEADLINE, python, wait_for

MACHINES = ("left", "right", "operator", "first", "second", "stranger")
WALLS = ("left", "right")
FIRST_ANSWER = 5.0
"""Seconds from the last node's start to the first answer that it gets."""
DRAWINGS = 6
WALL = ("--discovery", "--no-legacy")
WINDOW = ("--discovery", "--headless", "--size", "320x240")
_turns = itertools.count()


def found_each_other(nodes: Mapping[str, Node]) -> bool:
    """Whether each hears all others; stations have nothing to say to each other."""
    stations = {"first", "second"}
    wanted = {name: set(nodes) - {name} - (stations if name in stations else set()) for name in nodes}
    return all(heard(node) >= wanted[name] for name, node in nodes.items())


def first_answer(net: Mapping[str, Machine], folder: Path, *peers: str) -> float:
    """Start the last node, and nothing but it: seconds until its first drawing is answered.

    Nobody has met it before, and it remembers what the second station does.
    """
    drawn = strokes(folder / "drawn.json", DRAWINGS)
    name = f"second-{next(_turns)}"
    memory = folder / "second-state" / "peers.json"
    if memory.exists():
        (folder / f"{name}-state").mkdir()
        shutil.copy(memory, folder / f"{name}-state")
    options = ("--discovery", "--replay", str(drawn), *peers)
    began = time.monotonic()
    with station(net["second"], folder, *options, name=name) as last:
        wait_for(lambda: answers(last.log) or last.process.poll() is not None, "the first answer")
        spent = time.monotonic() - began
        assert last.process.wait(DEADLINE) == 0, last.log.read_text()
    assert [answer["index"] for answer in answers(last.log)] == list(range(DRAWINGS))
    return spent


def looked(stranger: Machine) -> set[str]:
    """Names that mDNS tells anybody within a moment."""
    command = stranger.command(*python("deploy.cli", "peers", "1.5"))
    shown = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False).stdout
    return {word for word in shown.split() if word in MACHINES}


def remembers(folder: Path, name: str) -> bool:
    """Whether it has written down all that are worth it: stations are not, they come back elsewhere."""
    cached = folder / f"{name}-state" / "peers.json"
    kept = len(WALLS) + 1 - (name in (*WALLS, "operator"))
    return cached.exists() and sum(text in cached.read_text() for text in MACHINES) >= kept


def gallery(net: Mapping[str, Machine], folder: Path, how: str, *peers: str) -> None:
    """All start, walls first; whoever comes last is answered in time, and in the end all know all."""
    with contextlib.ExitStack() as stack:
        nodes = {name: stack.enter_context(wall(net[name], folder, *WALL, *peers)) for name in WALLS}
        for node in nodes.values():
            node.wait_until_ready()
        nodes["operator"] = stack.enter_context(operator(net["operator"], folder, *peers)).wait_until_ready()
        began = time.monotonic()
        nodes["first"] = stack.enter_context(station(net["first"], folder, *WINDOW, *peers))
        wait_for(nodes["first"].health, "the first station's page")
        start = time.monotonic() - began
        last = partial(first_answer, net, folder, *peers)
        held(f"{how}, the last node's first answer", last(), FIRST_ANSWER, start, last)
        began = time.monotonic()
        nodes["second"] = stack.enter_context(station(net["second"], folder, *WINDOW, *peers))
        wait_for(lambda: found_each_other(nodes), "all to find each other")
        print(f"{how}: all of all {time.monotonic() - began:.2f} s after another's start")
        if how == "mDNS":
            wait_for(lambda: looked(net["stranger"]).issuperset(nodes), "mDNS to tell of all")
        else:
            assert not looked(net["stranger"]), "no multicast gets through"
        for name in nodes if how == "mDNS" else ():
            wait_for(partial(remembers, folder, name), f"{name} to remember")
        for node in nodes.values():
            node.process.terminate()  # all at one time


def test_all_find_each_other_by_multicast_by_what_is_written_and_by_memory(tmp_path: Path) -> None:
    with bridge(*MACHINES) as net:
        gallery(net, tmp_path, "mDNS")
        for machine in net.values():
            machine.drop_multicast()
        gallery(net, tmp_path, "from memory, without multicast")
        for memory in tmp_path.glob("*-state/peers.json"):
            memory.unlink()
        written = [f"{net[name].address}:9000" for name in WALLS]
        written.append(f"{net['operator'].address}:{OPERATOR_PORT}")
        gallery(net, tmp_path, "from static peers, without multicast", "--peers", " ".join(written))
