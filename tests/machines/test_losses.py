"""Four stations and two walls with a bad network in between: it loses, copies and overtakes, both ways."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from common.canonical import decode_drawing
from common.link import UdpLink
from common.nodes import is_node
from common.wire import Ack, Decoded, Hello, Preview, Submit, decode_reply
from display_node.flight.records import Canvas, Decided, Received, Record
from display_node.flight.tape import records, runs
from display_node.keeping import RECORDINGS
from tests.machines import rough
from tests.machines.nodes import Node, answers, station, strokes, wall
from tests.netns import bridge
from tests.processes import python, wait_for

LOSS = 30
"""Percent of what goes to each station, and of what comes from it."""
EACH = 125
"""Submits of each station: 500 in all."""
DRAWN = 24
"""Drawings that nobody submits, for the previews: some twenty seconds of them."""
LATE, SHOWN = 8, 80
"""Previews of those that overtake others on their way, and that are on the wall, at least."""
WALLS, STATIONS = ("left", "right"), ("first", "second", "third", "fourth")
WALL = ("--no-legacy", "--recorder")


def test_every_submit_is_answered_once_and_previews_never_go_backwards(tmp_path: Path) -> None:
    drawn = strokes(tmp_path / "drawn.json", EACH)
    with bridge("between", *WALLS, *STATIONS) as net, contextlib.ExitStack() as stack:
        log = tmp_path / "rough.log"
        addresses = [f"{net[name].address}:9000" for name in WALLS]
        relay = stack.enter_context(
            net["between"].running(*python("tests.machines.rough", *addresses), log=log)
        )
        walls = {name: stack.enter_context(wall(net[name], tmp_path, *WALL)) for name in WALLS}
        for node in walls.values():
            node.wait_until_ready()
        for name in STATIONS:
            net[name].lose(LOSS)
        doors = [f"{net['between'].address}:{rough.FIRST + number}" for number in range(len(WALLS))]

        net["first"].run(*python("tests.machines.pen", doors[0], str(DRAWN)))

        began = time.monotonic()
        stations = {}
        found = ("--peers", " ".join(doors), "--prefer", "left")
        named = ("--display", doors[1])
        for at, options in zip(STATIONS, (found, named, found, named), strict=True):
            command = (*options, "--replay", str(drawn))
            stations[at] = stack.enter_context(station(net[at], tmp_path, *command))
        running = [one.process for one in stations.values()]
        wait_for(lambda: all(one.poll() is not None for one in running), "500 answers", 1000.0)
        spent = time.monotonic() - began
        told = {name: answers(one.log) for name, one in stations.items()}
        relay.terminate()
        relay.wait()
        for node in walls.values():
            wait_for(lambda node=node: acknowledged(node), "all that came to be counted")
        counters = {name: node.told()["counters"] for name, node in walls.items()}
    carried = json.loads(log.read_text().splitlines()[-1])
    waits = sorted(answer["latency_ms"] for found in told.values() for answer in found)
    print(f"{len(waits)} answers in {spent:.1f} s; a drawing waits {waits[len(waits) // 2]:.0f} ms, "
          f"{sum(waits) / len(waits):.0f} ms in the mean, "
          f"99 of 100 at most {waits[int(0.99 * len(waits))]:.0f} ms; the relay: {carried}")  # fmt: skip
    print({name: {key: count[key] for key in sorted(count)} for name, count in counters.items()})
    for name, found in told.items():
        assert [answer["index"] for answer in found] == list(range(EACH)), name
        assert stations[name].process.returncode == 0, stations[name].log.read_text()[-2000:]
    taken = {name: submits(tmp_path / f"{name}-state" / RECORDINGS) for name in WALLS}
    for name, count in counters.items():
        assert count.get("submits", 0) == len(taken[name]), f"{name} takes each once, however often it comes"
    assert len(set().union(*taken.values())) == len(STATIONS) * EACH
    print(f"{len(set.intersection(*taken.values()))} went on to the other wall")
    assert min(carried["copied"], carried["overtaken"]) > EACH, "a rough way"
    forwards(tmp_path / "left-state" / RECORDINGS)


def acknowledged(node: Node) -> bool:
    """Whether a wall has looked at what came before this moment: it takes all in turn."""
    hello = Hello("barrier", time.monotonic_ns())
    with node.machine.entered():
        link = UdpLink("127.0.0.1")
    link.send(hello.encode(), ("127.0.0.1", 9000))
    found = link.receive(5.0)
    link.close()
    return found is not None and Ack(hello.station, hello.drawing) in decode_reply(found[0])


def submits(recordings: Path) -> set[tuple[str, int]]:
    """Which drawings came to a wall: their station and number."""
    (run,) = runs(recordings)
    return {
        (message.station, message.drawing)
        for message in messages(list(records(run)))
        if isinstance(message, Submit)
    }


def messages(found: Sequence[Record]) -> Iterator[Decoded]:
    """What stations said, with copies, as it came."""
    for record in found:
        if isinstance(record, Received) and not is_node(record.datagram):
            yield from decode_drawing(record.datagram)


def forwards(recordings: Path) -> None:
    """No preview was on the wall after a later one, though they came in any order."""
    (run,) = runs(recordings)
    found = list(records(run))
    came = [
        message for message in messages(found) if isinstance(message, Preview) and message.station == "pen"
    ]
    order = [(preview.drawing, preview.sequence) for preview in came]
    by_picture = {preview.bitmap: number for preview, number in zip(came, order, strict=True)}
    assert len(by_picture) == len(set(order)), "each picture once, so that it can be told"
    pictures = [
        record.canvas if isinstance(record, Decided) else record.bitmap
        for record in sorted(
            (one for one in found if isinstance(one, Decided | Canvas)), key=lambda record: record.at
        )
    ]
    shown = [by_picture[picture] for picture in pictures if picture in by_picture]
    print(f"{len(set(order))} previews came, {len(order)} with copies, {backwards(order)} of them after a "
          f"later one; {len(set(shown))} were shown")  # fmt: skip
    assert backwards(order) > LATE
    assert len(set(shown)) > SHOWN
    assert backwards(shown) == 0


def backwards(order: Sequence[tuple[int, int]]) -> int:
    """How many come after a later one."""
    latest = [max(order[: place + 1]) for place in range(len(order))]
    return sum(number < most for number, most in zip(order, latest, strict=True))
