"""What is printed adds up by hand: the strings themselves are added, as decimals."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.figures import printed, rounded_sum, running

numbers = st.floats(-1e4, 1e4, allow_subnormal=False)
few = st.lists(numbers, min_size=1, max_size=40)
singles = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=300)
places = st.integers(0, 4)


def by_hand(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-0.424, 2, "−0.42"),
        (-0.004, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (0.125, 2, "0.12"),
        (1.115, 2, "1.11"),  # in binary a little less than it says
        (-12.5, 0, "−12"),
        (np.float32(0.3), 3, "0.300"),
        (12345.678, 1, "12345.7"),
    ],
)
def test_a_number_is_printed(value: float, decimals: int, text: str) -> None:
    assert printed(value, decimals) == text


@given(numbers, places)
def test_it_is_the_nearest_and_has_no_negative_zero(value: float, decimals: int) -> None:
    text = printed(value, decimals)
    assert abs(by_hand(text) - Decimal(value)) <= Decimal(1).scaleb(-decimals) / 2
    assert "-" not in text
    assert text.startswith("−") == (by_hand(text) < 0)
    assert printed(float(by_hand(text)), decimals) == text


@given(few, places)
def test_rounded_terms_add_up_to_the_rounded_total(terms: list[float], decimals: int) -> None:
    rounded, total = rounded_sum(terms, math.fsum(terms), decimals)
    texts = [printed(term, decimals) for term in rounded]
    assert sum(map(by_hand, texts)) == by_hand(printed(total, decimals))
    assert printed(total, decimals) == printed(math.fsum(terms), decimals)
    for text, term in zip(texts, terms, strict=True):
        assert abs(by_hand(text) - Decimal(term)) < Decimal(1).scaleb(-decimals)
        if Decimal(term) == round(Decimal(term), decimals):
            assert by_hand(text) == Decimal(term), "what needs no rounding stays"


@given(singles)
def test_a_sum_that_was_made_in_float32_is_no_mistake(terms: list[float]) -> None:
    added = np.float32(0)
    for term in terms:
        added = np.float32(added + np.float32(term))
    rounded, total = rounded_sum(np.array(terms, np.float32), float(added))
    assert sum(by_hand(printed(term)) for term in rounded) == by_hand(printed(total))


@given(few, places)
def test_terms_that_add_up_when_rounded_one_by_one_are_left_alone(terms: list[float], decimals: int) -> None:
    alone = [printed(term, decimals) for term in terms]
    total = math.fsum(terms)
    if sum(map(by_hand, alone)) == by_hand(printed(total, decimals)):
        rounded, _ = rounded_sum(terms, total, decimals)
        assert [printed(term, decimals) for term in rounded] == alone


def test_the_one_nearest_to_the_next_unit_gives_way() -> None:
    rounded, total = rounded_sum([0.004, 0.004, 0.0049, 0.0], 0.0129)
    assert (rounded.tolist(), total) == ([0.0, 0.0, 0.01, 0.0], 0.01)
    rounded, total = rounded_sum([-0.004, -0.0049, -0.004, 0.0], -0.0129)
    assert (rounded.tolist(), total) == ([0.0, -0.01, 0.0, 0.0], -0.01)


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the terms sum to 3, not to 3.01"):
        rounded_sum([1.0, 2.0], 3.01)
    with pytest.raises(ValueError, match="not finite"):
        rounded_sum([1.0, math.nan], 1.0)
    with pytest.raises(ValueError, match="7 decimals"):
        printed(1.0, 7)


def test_no_terms_are_zero() -> None:
    rounded, total = rounded_sum([], 0.0)
    assert (len(rounded), total) == (0, 0.0)
    assert len(running([])) == 0


@given(few, places)
def test_partial_sums_are_those_of_the_printed_terms(terms: list[float], decimals: int) -> None:
    rounded, total = rounded_sum(terms, math.fsum(terms), decimals)
    partial = [printed(part, decimals) for part in running(rounded, decimals)]
    at = Decimal(0)
    for term, text in zip(rounded, partial, strict=True):
        at += by_hand(printed(term, decimals))
        assert by_hand(text) == at
    assert partial[-1] == printed(total, decimals)
