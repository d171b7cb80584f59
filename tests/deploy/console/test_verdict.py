"""How a node is: what is said of it, as time passes since its last signs."""

from dataclasses import replace
from typing import Any

import pytest

from common.machine import Report
from common.nodes import Beat
from common.peer import Node, Peer
from deploy.console.verdict import BAD, GOOD, UNSURE, judge
from deploy.console.watched import Watched

ID = "00000000-0000-4000-8000-000000000001"
NOW = 500.0
DEATH_IS_RED_WITHIN = 3.0 - 0.3
"""Seconds, of the three that are promised; the rest is until a page hears of it."""


def peer(heard: float, fresh: bool = True, role: str = "display") -> Peer:
    beat = Beat(ID, role, "wall", "", 9002, int(heard * 1e6), fresh=fresh)
    return Node(beat, ("10.0.0.1", 9000), heard).peer(heard)


def node(role: str = "display", **known: Any) -> Watched:
    """One that answered and beat just now."""
    page = {"ok": True, "frame_age": 0.02, "frames": 100, "awake": True, **known.pop("page", {})}
    usual = {"peer": peer(NOW, role=role), "page": page, "page_at": NOW, "http_port": 9002}
    return Watched(ID, role, "wall", "10.0.0.1", NOW - 60.0, **{**usual, **known})


def test_one_that_answers_beats_and_presents_is_well() -> None:
    assert judge(node(), NOW) == (GOOD, "well")


@pytest.mark.parametrize(
    ("failure", "word"), [("refused", "dead"), ("silent", "hung"), ("unreachable", "gone"), ("odd", "gone")]
)
def test_one_that_falls_silent_is_red_in_time_and_says_why(failure: str, word: str) -> None:
    found = judge(node(failure=failure), NOW + DEATH_IS_RED_WITHIN)
    assert found == (BAD, word)


def test_an_ended_process_is_told_from_a_lost_beat() -> None:
    assert judge(node(failure="refused"), NOW + 0.9).colour != BAD
    assert judge(node(failure="refused"), NOW + 1.5) == (BAD, "dead")


def test_one_late_page_is_no_alarm_while_it_beats() -> None:
    late = node(failure="silent")
    for seconds in range(1, 20):
        late.peer = peer(NOW + seconds)
        assert judge(late, NOW + seconds + 0.9).colour != BAD
    assert judge(late, NOW + 19.9).colour == UNSURE


@pytest.mark.parametrize("page", [{"frame_age": 2.4, "ok": False}, {"frame_age": 2.6}])
def test_a_screen_that_stands_still_is_frozen_though_its_process_answers(page: dict[str, Any]) -> None:
    assert judge(node(page=page), NOW) == (BAD, "frozen")


def test_a_beat_that_says_so_is_believed_where_the_page_fails() -> None:
    stuck = node(failure="silent", peer=peer(NOW + 4.0, fresh=False))
    assert judge(stuck, NOW + 4.5) == (BAD, "frozen")


def test_a_wall_that_wakes_up_is_starting() -> None:
    assert judge(node(page={"frame_age": None, "ok": False}), NOW) == (UNSURE, "starting")
    assert judge(node(page={"awake": False}), NOW) == (UNSURE, "starting")


def test_a_page_without_beats_is_not_well() -> None:
    assert judge(node(peer=None), NOW) == (UNSURE, "unheard")


def test_what_was_stopped_is_no_alarm() -> None:
    silent = node(failure="refused")
    assert judge(silent, NOW + 9.0, "STOPPED") == (UNSURE, "stopped")
    assert judge(silent, NOW + 9.0, "FATAL").colour == BAD


def test_a_keeper_has_no_page_for_others_and_is_well_by_its_beats() -> None:
    report = Report(ID, "wall", 1, 0.1, None, 1, 2, "open", 0, True)
    keeper = node("machine", page_at=None, page={}, failure="refused", report=report)
    assert judge(keeper, NOW + 1.0) == (GOOD, "well")
    assert judge(keeper, NOW + 2.9) == (BAD, "gone")
    keeper.report = replace(report, supervised=False)
    assert judge(keeper, NOW + 1.0) == (UNSURE, "unsupervised")


def test_one_that_is_only_remembered_is_looked_for_and_then_gone() -> None:
    remembered = Watched(ID, "display", "wall", "10.0.0.1", NOW)
    assert judge(remembered, NOW + 1.0) == (UNSURE, "starting")
    assert judge(remembered, NOW + 3.0) == (BAD, "gone")


@pytest.mark.parametrize("odd", [{"frame_age": "old"}, {"frame_age": True}, {"frame_age": 1e300}, {"ok": 1}])
def test_a_page_of_nonsense_makes_no_node_well(odd: dict[str, Any]) -> None:
    assert judge(node(page=odd), NOW).colour != GOOD
