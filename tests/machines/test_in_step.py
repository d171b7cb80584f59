"""Walls on several machines, whose clocks know nothing of each other, and a slow, uneven network between."""

import contextlib
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from common.link import UdpLink
from common.wire import Submit
from display_node.samples import samples
from tests.budgets import held
from tests.machines import relay
from tests.machines.nodes import Node, wall
from tests.netns import Machine, bridge
from tests.processes import python, wait_for

NAMES = ("left", "right", "late")
AHEAD = {"left": 0, "right": 5_000, "late": 800_000}
"""Seconds for which the machines have been on: the last to join has the latest clock of all."""
SHOWS, SAMPLES, PACE = 6, 30, 0.05
"""Each show is taken over anew, with what is known of the clocks by then. It is looked at so often from its
beginning on, and again after it was stopped, wound and set going: so many seconds between two looks, and
walls that don't show the same then are as far apart as can be."""
TO_FOLLOW = 1.0
"""Seconds from the first wall that is seen to begin until the other one is, mostly: what a frame and a look
at it take on a machine that has much to do. Both know of it 500 ms before."""
TO_JOIN = 2.0
"""Seconds from when a wall can answer until it is in step with those that were there."""
SOUGHT = 9.0
"""Seconds of a tour: what is sought, so that much of it is still to come."""


@contextlib.contextmanager
def joined(net: dict[str, Machine], name: str, folder: Path) -> Iterator[Node]:
    """A wall that knows the others by the relay's ports only."""
    peers = " ".join(
        f"{net['between'].address}:{relay.FIRST + number}"
        for number, other in enumerate(NAMES)
        if other != name
    )
    options = ("--no-discovery", "--group", "hall", "--peers", peers, "--no-legacy")
    with wall(net[name], folder, *options, ahead=AHEAD[name]) as node:
        yield node


def shown(node: Node) -> tuple[str, float, float, float]:
    """What is on a wall: the scene; the show's time at a moment by our clock; its rate."""
    health = node.told()
    frame = health["ensemble"]["frame"]
    part = health["part"] if health["phase"] == "idle" else health["station"]
    return f"{health['scene']} {part}", frame["show"], frame["at"] - node.ahead, frame["rate"]


def apart(one: Node, other: Node) -> float | None:
    """Seconds of show between two walls at the same instant; None while one of them is a scene ahead."""
    first, second = shown(one), shown(other)
    now = time.monotonic()
    if first[0] != second[0] or first[3] != second[3]:
        return None
    return abs((first[1] + first[3] * (now - first[2])) - (second[1] + second[3] * (now - second[2])))


def submit(node: Node, number: int) -> None:
    with node.machine.entered():
        link = UdpLink("127.0.0.1")
    link.send(Submit("tablet", number, 1, samples()[number % 3]).encode(), ("127.0.0.1", 9000))
    link.close()


def together(one: Node, other: Node) -> bool:
    return (found := apart(one, other)) is not None and found < 0.008


def does(node: Node, verb: str) -> bool:
    """Whether a wall does what it, or the other one, was told."""
    _, show, _, rate = shown(node)
    return {"pause": rate == 0.0, "seek": abs(show - SOUGHT) < 1e-3, "play": rate == 1.0}[verb]


def looks(left: Node, right: Node) -> list[float]:
    """At a fixed pace, whatever there is to see."""
    found = []
    for _ in range(SAMPLES):
        time.sleep(PACE)
        difference = apart(left, right)
        found.append(math.inf if difference is None else difference)
    return found


def touring(node: Node) -> bool:
    return bool(node.told()["phase"] == "touring")


def stamps(*nodes: Node) -> set[tuple[int, str]]:
    """What walls hold to be the latest decision: when it was made, and by whom."""
    return {tuple(node.told()["ensemble"]["stamp"]) for node in nodes}


def test_walls_in_step_through_jitter_and_who_joins_late(tmp_path: Path) -> None:
    with bridge(*NAMES, "between") as net, contextlib.ExitStack() as stack:
        addresses = [f"{net[name].address}:9000" for name in NAMES]
        log = tmp_path / "relay.log"
        stack.enter_context(net["between"].running(*python("tests.machines.relay", *addresses), log=log))
        wait_for(lambda: "relaying" in log.read_text(), "the relay")
        left = stack.enter_context(joined(dict(net), "left", tmp_path))
        right = stack.enter_context(joined(dict(net), "right", tmp_path))
        for node in (left, right):
            node.wait_until_ready()
        wait_for(lambda: together(left, right), "two idle walls to be in step")

        differences: list[float] = []
        followed: list[float] = []
        for number in range(SHOWS):
            conductor, follower = (left, right) if number % 2 else (right, left)
            submit(conductor, int(time.time()) + number)
            wait_for(lambda: touring(left) or touring(right), "one of them to tour")
            began = time.monotonic()
            wait_for(lambda: apart(left, right) is not None, "the other one to begin, too")
            followed.append(time.monotonic() - began)
            differences += looks(left, right)
            for node, verb, value in (
                (follower, "pause", None), (conductor, "seek", SOUGHT), (follower, "play", None)
            ):  # fmt: skip
                node.command(verb, value)
                for one in (left, right):
                    wait_for(partial(does, one, verb), f"{verb} to go to both")
            differences += looks(left, right)
            if number < SHOWS - 1:
                follower.command("reset")
                wait_for(lambda: not touring(left) and not touring(right), "both to rest")
        differences.sort()
        worst = differences[int(0.99 * len(differences))]
        print(f"{len(differences)} differences: median {differences[len(differences) // 2] * 1e3:.2f} ms, "
              f"99th percentile {worst * 1e3:.2f} ms; the other one began after "
              f"{', '.join(f'{late:.2f}' for late in followed)} s")  # fmt: skip
        assert worst < 0.008
        assert statistics.median(followed) < TO_FOLLOW

        comers = stack.enter_context(contextlib.ExitStack())
        late, start = left, 0.0

        def joins() -> float:
            """A wall that nobody has met yet: from when it can answer until it is in step."""
            nonlocal late, start
            comers.close()
            before = stamps(left)
            left.command("seek", SOUGHT)
            wait_for(lambda: stamps(left) != before and stamps(left) == stamps(right), "both to seek")
            before = stamps(left)
            folder = Path(tempfile.mkdtemp(dir=tmp_path))
            began = time.monotonic()
            late = comers.enter_context(joined(dict(net), "late", folder)).wait_until_ready()
            start = time.monotonic() - began
            began = time.monotonic()
            wait_for(lambda: together(left, late) and together(right, late), "the late wall to join")
            took = time.monotonic() - began
            assert stamps(left, right) == before, "who has only come decides nothing"
            return took

        held("a wall that comes late, in step", joins(), TO_JOIN, start, joins)
        left.process.kill()
        wait_for(lambda: not left.health(), "the conductor to be gone")
        scene, show, *_ = shown(right)
        wait_for(lambda: (now := shown(right))[0] != scene or now[1] > show + 1.0, "the others to carry on")
        wait_for(lambda: together(right, late), "them to be in step")
        note = right.told()["ensemble"]
        print(f"uncertainty {[wall['uncertainty'] for wall in note['walls']]}, note {note['note']!r}")
