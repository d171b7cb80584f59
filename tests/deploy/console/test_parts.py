"""The console's parts that need no node: who is told, what is believed, what is added up."""

import asyncio
import csv
from dataclasses import replace
from typing import Any

import pytest

from common.control import Control
from common.machine import Program, Report
from common.nodes import Beat, decode
from common.peer import Node
from common.peers import Mine, Peers
from common.sighting import Sighting
from deploy.console.gathering import MOST, Gathering, hearsay
from deploy.console.orders import happened, spokesmen
from deploy.console.polling import options
from deploy.console.snapshot import snapshot
from deploy.console.visitors import days, table
from deploy.console.watched import Watched
from tests.deploy.console.doors import ME, Clock


def an_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def watched(
    number: int, role: str = "display", name: str = "", group: str = "", host: str = "10.0.0.1"
) -> Watched:
    name = name or f"{role}-{number}"
    beat = Beat(an_id(number), role, name, group, 9002, 1)
    peer = Node(beat, (host, 9000), 1000.0).peer(1000.0)
    return Watched(an_id(number), role, name, host, 1000.0, peer=peer)


def gathered(*nodes: Watched) -> Gathering:
    made = Gathering(Peers(ME), lambda: False, Clock())
    made.nodes = {node.id: node for node in nodes}
    return made


def report(*programs: str, name: str = "here") -> Report:
    running = tuple(Program(one, "RUNNING", 1, 1) for one in programs)
    return Report(an_id(9), name, 1, 0.1, 41.0, 1, 2, "open", 0, True, running)


def keeper(*programs: str) -> Watched:
    made = watched(9, "machine", "here")
    made.report, made.report_at = report(*programs), 1000.0
    return made


def test_one_wall_speaks_for_its_group_and_lonely_ones_for_themselves() -> None:
    walls = [watched(4), watched(3, group="b"), watched(2, group="a"), watched(1, group="a"), watched(5)]
    assert [wall.id for wall in spokesmen(walls)] == [an_id(n) for n in (1, 3, 4, 5)]


@pytest.mark.parametrize(
    ("programs", "nodes", "found"),
    [
        (("display", "keeper"), ("anything",), ("display",)),
        (("display-left", "display-right"), ("here-display-left", "here-display-right"),
         ("display-left", "display-right")),
        (("display",), ("here", "stranger"), ("display", None)),
        (("input",), ("here",), (None,)),
    ],
)  # fmt: skip
def test_a_node_is_the_program_that_it_is_named_after(
    programs: tuple[str, ...], nodes: tuple[str, ...], found: tuple[str | None, ...]
) -> None:
    walls = [watched(at, name=name) for at, name in enumerate(nodes, 1)]
    all_ = gathered(keeper(*programs), *walls)
    told = [all_.program_of(wall) for wall in walls]
    assert tuple(one and one.name for one in told) == found


def test_a_keeper_is_of_its_own_machine_only() -> None:
    elsewhere = watched(1, host="10.0.0.2")
    assert gathered(keeper("display"), elsewhere).keeper_of(elsewhere) is None


def beats(peers: Peers, number: int, clock: Clock, port: int, echo: bool) -> None:
    """Another node's beat; with `echo`, a second one that says back what was sent there."""
    sender, mark = ("10.0.0.1", port), int(clock.seconds * 1e6)
    one = Beat(an_id(number), "display", f"wall {number}", "", 0, mark)
    peers.hear(one, sender, clock.seconds)
    answers = [datagram for datagram, to in peers.due(clock.seconds, Mine()) if to == sender]
    if echo:
        (answer,) = answers
        sent = decode(answer)
        assert isinstance(sent, Beat)
        peers.hear(replace(one, sent=mark + 1, echo=sent.sent, heard=mark), sender, clock.seconds)


def test_beats_of_nobody_cost_nothing() -> None:
    async def whole() -> None:
        clock = Clock()
        peers = Peers(ME)
        all_ = Gathering(peers, lambda: False, clock)
        all_.remember([Sighting(an_id(9000), "display", "yesterday", ("10.0.0.3",), 9000, how="cache")])
        for number in range(2000):
            clock.seconds += 0.01
            beats(peers, number, clock, 10_000 + number, echo=False)
            all_.meet()
        assert list(all_.nodes) == [an_id(9000)]
        assert len(asyncio.all_tasks()) == 1
        beats(peers, 5000, clock, 9000, echo=True)
        all_.meet()
        assert all_.nodes[an_id(5000)].peer, "a real one is there at once"
        beats(peers, 9000, clock, 9001, echo=False)
        all_.meet()
        assert all_.nodes[an_id(9000)].peer is None, "somebody else says that he is the one of yesterday"
        await all_.poller.close()

    asyncio.run(whole())


def test_whoever_invents_nodes_that_answer_gets_so_many_and_no_more() -> None:
    async def whole() -> None:
        clock = Clock()
        peers = Peers(ME)
        all_ = Gathering(peers, lambda: False, clock)
        beats(peers, 5000, clock, 9000, echo=True)
        all_.meet()
        for number in range(2000):
            clock.seconds += 0.1
            beats(peers, number, clock, 10_000 + number, echo=True)
            all_.meet()
            all_._heed(all_.nodes[an_id(number)])
            await asyncio.sleep(0)  # tasks begin, and those that were cancelled end
            if number % 3 == 0:
                all_.forget(an_id(number))
            assert len(all_.nodes) <= MOST
            assert len(all_._forgotten) <= 64
            assert len(all_._told_at) <= MOST
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) <= 3 * MOST + 1  # two each, and what one of them waits for
        assert an_id(5000) in all_.nodes, "a wall that died in between was forgotten"
        await all_.poller.close()

    asyncio.run(whole())


def test_hearsay_is_an_address_to_try_or_nothing() -> None:
    good = {"id": an_id(3), "role": "input", "name": "s", "address": "10.0.0.7:4000", "alive": True}
    found = hearsay(good)
    assert found is not None
    assert (found.addresses, found.port, found.control_port) == (("10.0.0.7",), 4000, 0)
    for odd in (
        {"alive": False}, {"id": "x"}, {"role": "root"}, {"name": ""}, {"name": "a\nb"},
        {"address": "host:80"}, {"address": "10.0.0.7:0"}, {"address": "10.0.0.7:99999999999"},
        {"address": 5}, {"address": "10.0.0.7"}, {"address": "10.0.0.7:٣"},
    ):  # fmt: skip
        assert hearsay({**good, **odd}) is None, odd
    assert hearsay("all of it") is None


@pytest.mark.parametrize(
    ("verb", "value", "page", "shown"),
    [
        ("pause", None, {"paused": True}, True),
        ("pause", None, {"paused": False}, False),
        ("pause", None, {"paused": 1}, False),
        ("play", None, {"paused": False}, True),
        ("language", "ko", {"language": "ko"}, True),
        ("language", "ko", {"language": "en"}, False),
        ("volume", 0.3, {"volume": 0.30000001}, True),
        ("volume", 0.3, {"volume": 0.4}, False),
        ("volume", 0.3, {"volume": "0.3"}, False),
        ("blackout", 1.0, {"blackout": True}, True),
        ("blackout", 0.0, {"blackout": True}, False),
        ("seek", 20.0, {"time": 20.4, "duration": 60.0}, True),
        ("seek", 20.0, {"time": 5.5, "duration": 60.0}, False),
        ("seek", 90.0, {"time": 60.0, "duration": 60.0}, True),
        ("next", None, {"time": 5.5, "duration": 60.0}, False),
        ("next", None, {"time": 25.0, "duration": 60.0}, True),
        ("next", None, {"time": 0.2, "scene": "b"}, True),
        ("restart", None, {"frames": 3}, True),
        ("restart", None, {"frames": 120}, False),
    ],
)
def test_only_what_a_page_shows_has_happened(
    verb: str, value: Any, page: dict[str, Any], shown: bool
) -> None:
    before = {"time": 5.0, "rate": 1.0, "scene": "a", "phase": "touring", "frames": 100}
    wall = watched(1)
    wall.page = {**before, **page}
    assert happened(Control(verb, value), before, wall, 0.5) is shown


def test_options_are_what_the_tree_lists_and_no_nonsense() -> None:
    tree = {"CONTENTS": {"language": {"RANGE": [{"VALS": ["en", 5, "", "x" * 99, "ko"]}]}}}
    assert options(tree, "language") == ["en", "ko"]
    for odd in ({}, {"CONTENTS": []}, {"CONTENTS": {"language": {"RANGE": []}}}):
        assert options(odd, "language") == []


def counted(name: str, *counts: tuple[str, int]) -> Watched:
    wall = watched(len(name), name=name)
    wall.visitors = {
        "days": [{"date": date, "sessions": n, "submits": 2 * n, "dwell": 1.5} for date, n in counts]
    }
    return wall


def test_visitors_of_all_walls_are_added_up() -> None:
    walls = [
        counted("=left", ("2026-11-20", 3), ("2026-11-21", 4)),
        counted("right", ("2026-11-21", 5), ("no day", 9)),
    ]
    found = days(walls)
    assert [(day["date"], day["sessions"], day["submits"], day["dwell"]) for day in found] == [
        ("2026-11-20", 3, 6, 1.5), ("2026-11-21", 9, 18, 3.0),
    ]  # fmt: skip
    rows = list(csv.reader(table(walls).splitlines()))
    assert rows[0][:3] == ["day", "wall", "sessions"]
    assert rows[1:] == [
        ["2026-11-20", "'=left", "3", "6", "0", "0", "1.5"],
        ["2026-11-21", "'=left", "4", "8", "0", "0", "1.5"],
        ["2026-11-21", "right", "5", "10", "0", "0", "1.5"],
    ]


NONSENSE: list[Any] = [
    {},
    {"ensemble": 5, "frame_age": [], "volume": {"a": 1}},
    {"peers": 7, "wall": 3, "phase": None},
    {"ensemble": {"walls": [3, {"name": 5}, {"name": "x", "offset": []}]}},
]


@pytest.mark.parametrize("page", NONSENSE)
@pytest.mark.parametrize("role", ["display", "input", "machine", "operate"])
def test_a_page_of_nonsense_stops_nothing(role: str, page: dict[str, Any]) -> None:
    odd = watched(1, role)
    odd.page, odd.page_at, odd.visitors = (
        page,
        1000.0,
        {"days": [3, {"date": 4}, {"date": "2026-01-01", "dwell": []}]},
    )
    told = snapshot(gathered(odd, keeper("display")), 1000.0)
    assert {node["id"] for node in told["nodes"]} == {odd.id, an_id(9)}
