"""Which wall a station goes to: every rule once, and once each the reason to break it."""

from dataclasses import replace

import pytest

from common.offset import Offset
from common.peer import ALIVE, Peer
from input_node.walls import PATIENCE, choose

NOW = 100.0
OFFSET = Offset(0.0, 0.001)


def wall(id: str, name: str = "", **told: object) -> Peer:
    made = Peer(id, "display", name or id, "", ("10.0.0.1", 9000), 9002, 9001, NOW, 0, 0, "", 0, True, OFFSET)
    return replace(made, **told)  # type: ignore[arg-type]


SILENT = {"heard": NOW - ALIVE - 0.1}
FROZEN = {"fresh": False}
UNPROVEN = {"offset": None}


def test_without_a_wall_there_is_none() -> None:
    assert choose([], None, "", NOW) is None
    assert choose([wall("a", **SILENT), wall("b", **FROZEN), wall("c", **UNPROVEN)], None, "", NOW) is None


def test_the_least_busy_wall_is_taken_and_of_two_one_by_lot() -> None:
    walls = [wall("a", "left", waiting=2), wall("b", "right", waiting=1), wall("c", "centre", waiting=1)]
    taken = [choose(walls, None, "", NOW, me=f"station {number}") for number in range(200)]
    assert taken == [choose(list(reversed(walls)), None, "", NOW, me=f"station {n}") for n in range(200)]
    assert set(taken) == {"b", "c"}
    assert 70 < taken.count("b") < 130


@pytest.mark.parametrize("wrong", [SILENT, FROZEN, UNPROVEN])
def test_a_wall_that_cannot_be_sent_to_is_not_taken(wrong: dict[str, object]) -> None:
    assert choose([wall("a", **wrong), wall("b", waiting=9)], None, "", NOW) == "b"
    assert choose([wall("a", **wrong), wall("b", waiting=9)], None, "a", NOW) == "b"


@pytest.mark.parametrize("prefer", ["right", "b"])
def test_the_preferred_wall_comes_first_and_is_returned_to(prefer: str) -> None:
    walls = [wall("a", "left"), wall("b", "right", waiting=9)]
    assert choose(walls, None, prefer, NOW) == "b"
    assert choose(walls, "a", prefer, NOW) == "b"


def test_we_stay_where_we_are_while_that_wall_works() -> None:
    walls = [wall("a", waiting=9), wall("b")]
    assert choose(walls, "a", "", NOW) == "a"
    assert choose([wall("a", **FROZEN), wall("b")], "a", "", NOW) == "b"
    assert choose([wall("a", **SILENT), wall("b")], "a", "", NOW) == "b"


def test_nobody_in_the_middle_of_a_drawing_is_moved_to_the_preferred_wall() -> None:
    walls = [wall("a"), wall("b")]
    assert choose(walls, "a", "b", NOW, busy=True) == "a"
    assert choose(walls, "a", "b", NOW, waited=9.0) == "a"
    assert choose([wall("a", **FROZEN), wall("b")], "a", "b", NOW, busy=True) == "b"
    assert choose([wall("a", **SILENT), wall("b")], "a", "b", NOW, busy=True) == "b"


def test_what_waits_for_its_answer_leaves_a_silent_wall_and_one_that_sleeps_on() -> None:
    walls = [wall("a", **FROZEN), wall("b")]
    assert choose(walls, "a", "", NOW, waited=PATIENCE - 0.1) == "a"
    assert choose(walls, "a", "", NOW, waited=PATIENCE) == "b"
    assert choose([wall("a", **FROZEN), wall("b", **FROZEN)], "a", "", NOW, waited=9.0) == "a"
    assert choose([wall("a"), wall("b")], "a", "", NOW, waited=9.0) == "a"
    assert choose([wall("a", **SILENT), wall("b")], "a", "", NOW, waited=9.0) == "b"


def test_a_wall_whose_replies_come_is_there_though_its_beats_were_lost() -> None:
    walls = [wall("a", **SILENT), wall("b")]
    assert choose(walls, "a", "", NOW, answering=True) == "a"
    assert choose(walls, "a", "", NOW, answering=True, waited=9.0) == "a"
    assert choose(walls, "a", "b", NOW, answering=True) == "b"


def test_where_no_wall_is_there_we_wait_where_we_are() -> None:
    walls = [wall("a", **SILENT), wall("b", **SILENT)]
    assert choose(walls, "b", "a", NOW) == "b"
    assert choose([], "b", "", NOW) == "b"


def test_two_walls_of_the_preferred_name_do_not_make_us_waver() -> None:
    walls = [wall("a", "twin", waiting=1), wall("b", "twin")]
    assert choose(walls, None, "twin", NOW) == "b"
    assert choose(walls, "a", "twin", NOW) == "a"
