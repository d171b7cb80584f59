"""Numbers on boxes: short, signed, and dark where their box is bright."""

import pytest

from display_node.scene import FOREVER, Tint
from display_node.tour.printing import FAINT, LIT, on_box, short, signed

PLACE = (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (0.42, "0.42"), (0.004, "0.00"), (-0.5, "−0.50")],
)
def test_nothing_at_all_is_just_nought(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.31, "+ 0.31"),
        (-0.31, "− 0.31"),
        (0.0, "+ 0.00"),
        (-0.0, "+ 0.00"),
        (12.5, "+ 12.50"),
        (-0.05, "− 0.05"),
    ],
)
def test_a_term_is_added_or_taken_away(value: float, text: str) -> None:
    assert signed(value) == text


def test_a_number_is_dark_on_a_bright_box_and_bright_on_a_dark_one() -> None:
    bright, dark = on_box(LIT + 0.1, PLACE, 0.3, 1.0), on_box(LIT - 0.1, PLACE, 0.3, 1.0, 2.0)
    assert (bright.tint, bright.light, bright.death) == (Tint.NIGHT, 1.0, FOREVER)
    assert (dark.tint, dark.light, dark.birth, dark.death) == (Tint.TEXT, 1.0, 1.0, 2.0)
    dimmed = on_box(1.0, PLACE, 0.3, 1.0, lit=False)
    assert dimmed.tint is Tint.TEXT, "its box is no longer bright"
    assert dimmed.light == FAINT


def test_a_nought_is_faint() -> None:
    assert on_box(0.0, PLACE, 0.3, 1.0).light == FAINT
