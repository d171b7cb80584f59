"""One judgement of ten probabilities."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.verdict import LIKELY, SURE, judge, percentages


@pytest.mark.parametrize(
    ("share", "kind"),
    [(1.0, "sure"), (SURE, "sure"), (SURE - 0.01, "likely"), (LIKELY, "likely"), (0.4, "unsure")],
)
def test_the_kind_follows_the_winners_share(share: float, kind: str) -> None:
    rest = (1.0 - share) / 9
    assert judge([rest] * 7 + [share] + [rest] * 2, True).kind == kind


@pytest.mark.parametrize("share", [1.0, LIKELY, 0.4])
def test_what_may_be_no_digit_is_strange_however_large_a_share_is(share: float) -> None:
    rest = (1.0 - share) / 9
    verdict = judge([rest] * 7 + [share] + [rest] * 2, False)
    assert (verdict.kind, verdict.digit) == ("strange", 7)


def test_a_hundred_per_cent_is_said_of_nothing_less() -> None:
    assert judge([0.999] + [0.001] + [0.0] * 8, True).percent == 99
    assert judge([1.0] + [0.0] * 9, True).percent == 100


@given(st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_the_winner_and_the_runner_up_are_the_two_largest(shares: list[float]) -> None:
    verdict = judge(shares, True)
    assert verdict.digit != verdict.second
    assert sorted(shares)[-2:] == [shares[verdict.second], shares[verdict.digit]]


@given(st.lists(st.floats(0, 1), min_size=10, max_size=10))
@example([0.0, 0.9999999999999999, 1.0, 1.0, 1.0, 0.5, 0.25, 0.375, 0.28125, 0.34375])
def test_percentages_are_a_hundred_together_and_nearly_true(shares: list[float]) -> None:
    parts, whole = percentages(shares), sum(shares)
    if not whole:
        assert parts == [0] * 10
        return
    assert sum(parts) == 100
    assert all(abs(part - 100 * share / whole) < 1 + 1e-9 for part, share in zip(parts, shares, strict=True))
    for one, other in combinations(range(10), 2):
        assert (shares[one] - shares[other]) * (parts[one] - parts[other]) >= 0


def test_percentages_by_example() -> None:
    assert percentages([1 / 3, 1 / 3, 1 / 3]) == [34, 33, 33]
    assert percentages([0.0, 0.9999, 0.00002, 0.00008]) == [0, 99, 0, 1]
    assert percentages([1.0, 0.0]) == [100, 0]
