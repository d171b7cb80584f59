"""Whose drawings drift by: all in turn, none twice in a row, and a visitor's first of all."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from common.bitmap import BLANK
from display_node.attract.cast import DIGITS, ENCORE, cast
from display_node.probe import Probe
from tests.display_node.invited import SEED, digits, drawings

PARTS = 20
"""Ten minutes."""


def read_as(digit: int) -> Probe:
    return Probe(BLANK, {"softmax": np.eye(10, dtype=np.float32)[digit]})


def test_no_digit_comes_twice_in_a_row() -> None:
    shown = [probe for number in range(PARTS) for probe in digits(number)[1:]]
    assert len(shown) == PARTS * DIGITS
    assert all(one.digit != other.digit for one, other in pairwise(shown))


def test_all_drawings_are_seen_within_ten_minutes_and_none_often() -> None:
    shown = [probe for number in range(PARTS) for probe in digits(number)[1:]]
    often = [shown.count(probe) for probe in drawings()]
    assert min(often) >= 1
    assert max(often) <= 6


def test_a_new_visitors_drawing_leads_the_next_part() -> None:
    guest, number = read_as(3), 7
    before = digits(number)[0]
    assert cast(drawings(), [guest], before, SEED, number, 0)[0] is guest


def test_visitors_come_in_turn_and_do_not_haunt_the_room() -> None:
    guests = [read_as(3), read_as(4)]
    led = [cast(drawings(), guests, read_as(9), SEED, 7 + age, age)[0] for age in range(2 * ENCORE)]
    assert [age for age, probe in enumerate(led) if probe is guests[0]] == [0, ENCORE]
    assert [age for age, probe in enumerate(led) if probe is guests[1]] == [1, ENCORE + 1]


probes = st.lists(st.integers(0, 9).map(read_as), max_size=5)


@given(probes, probes, st.integers(0, 9), st.integers(0, 99), st.integers(0, 10**6), st.integers(0, 99))
def test_whatever_there_is_something_drifts_by(
    ours: list[Probe], guests: list[Probe], last: int, seed: int, number: int, age: int
) -> None:
    before = read_as(last)
    found = cast(ours, guests, before, seed, number, age)
    assert found == cast(ours, guests, before, seed, number, age), "the same again"
    assert len(found) == DIGITS
    if len(ours or guests) > 1:
        assert all(one is not other for one, other in pairwise([before, *found]))
