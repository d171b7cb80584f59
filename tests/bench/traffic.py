"""What nodes say to each other while nobody draws, counted at each machine's cable.

Two walls of one group, two stations and a console, on a bridge of network namespaces: with everything that
goes over the cable: beats, mDNS, the console's looks at health pages, and the frames' heads. The baseline is
what one visitor's pen sends, previews sixty times a second, over the same cable. Without root there are no
namespaces, and no rows.
"""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from common.bitmap import SIDE, Bitmap
from common.link import UdpLink
from common.wire import Preview
from tests.bench.report import Row, at_most, show
from tests.machines.nodes import heard, operator, station, wall
from tests.netns import Machine, bridge
from tests.processes import wait_for

WALLS, STATIONS = ("left", "right"), ("first", "second")
SETTLED, SECONDS = 12.0, 20.0
"""Seconds until the first greetings are over, and of counting."""
RATE = 60
PEN_SECONDS = 3.0
SHARE = 0.2
"""Of a pen's bytes: all that a wall or a station says and hears shall be no more than that."""


def counted(machine: Machine) -> tuple[int, int]:
    """Bytes and packets that its cable has carried, both ways."""
    (found,) = json.loads(machine.run("ip", "-json", "-statistics", "link", "show", "eth0"))
    ways = found["stats64"]["rx"], found["stats64"]["tx"]
    return sum(way["bytes"] for way in ways), sum(way["packets"] for way in ways)


def drawn(machine: Machine, to: Machine) -> tuple[float, float]:
    """Bytes and packets a second of one pen: previews, each of another picture."""
    with machine.entered():
        link = UdpLink("0.0.0.0")
    before, began = counted(machine), time.monotonic()
    for number in range(round(RATE * PEN_SECONDS)):
        picture = Bitmap(bytes([1 + number % 255]) * SIDE * SIDE)
        link.send(Preview("pen", 1, number, picture).encode(), (to.address, 9000))
        time.sleep(max(began + (number + 1) / RATE - time.monotonic(), 0.0))
    after, spent = counted(machine), time.monotonic() - began
    link.close()
    return (after[0] - before[0]) / spent, (after[1] - before[1]) / spent


def measure() -> list[Row]:
    try:
        return _measured()
    except pytest.skip.Exception as reason:
        print(f"traffic: {reason}")
        return []


def _measured() -> list[Row]:
    names = (*WALLS, *STATIONS, "operator")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sg-")))
        net = stack.enter_context(bridge(*names, "pen", "nobody"))
        walls = ("--discovery", "--group", "hall", "--no-legacy")
        window = ("--discovery", "--headless", "--size", "320x240")
        nodes = [stack.enter_context(wall(net[name], folder, *walls)) for name in WALLS]
        nodes += [stack.enter_context(operator(net["operator"], folder)).wait_until_ready()]
        for node in nodes:
            node.wait_until_ready()
        nodes += [stack.enter_context(station(net[name], folder, *window)) for name in STATIONS]
        wait_for(lambda: heard(nodes[0]) >= set(names) - {"left"}, "all to be there")
        time.sleep(SETTLED)
        before, began = {name: counted(net[name]) for name in names}, time.monotonic()
        time.sleep(SECONDS)
        after, spent = {name: counted(net[name]) for name in names}, time.monotonic() - began
        pen, datagrams = drawn(net["pen"], net["nobody"])

    def rate(name: str, what: int) -> float:
        return (after[name][what] - before[name][what]) / spent

    named, rows = "one pen's previews", []
    for title, group in (("a wall", WALLS), ("a station", STATIONS)):
        size = sum(rate(name, 0) for name in group) / len(group)
        count = sum(rate(name, 1) for name in group) / len(group)
        rows.append(at_most(f"{title}'s traffic at rest, both ways", size, pen, "B/s", named, SHARE))
        rows.append(Row("  packets", count, datagrams, "/s", named))
    rows.append(Row("a console's traffic at rest, both ways", rate("operator", 0), pen, "B/s", named))
    rows.append(Row("  packets", rate("operator", 1), datagrams, "/s", named))
    return rows


if __name__ == "__main__":
    show(measure())
