"""The layout: whatever the window, nothing overlaps, nothing leaves it, and fingers find their targets."""

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.bitmap import SIDE
from input_node.layout import TARGET, layout

SIZES = [(800, 480), (480, 800), (1024, 768), (1280, 800), (1080, 1920), (1000, 1000), (3840, 2160)]


@given(st.integers(480, 3840), st.integers(480, 3840), st.booleans())
@example(3840, 480, False)
@example(480, 3840, True)
def test_nothing_overlaps_and_nothing_leaves(width: int, height: int, left_handed: bool) -> None:
    made = layout(width, height, left_handed)
    for name, rect in made.all.items():
        assert min(rect.width, rect.height) > 0, name
        assert min(rect.left, rect.top, width - rect.right, height - rect.bottom) >= 0, name
    for (one, first), (other, second) in combinations(made.all.items(), 2):
        assert not first.overlaps(second), f"{one} and {other}"
    for name in ("message", "canvas", "sign", "predict", "undo", "clear"):
        assert not made.panel.overlaps(made.all[name]), name
    words, picture = made.story
    assert not words.overlaps(picture)
    for rect in made.story:
        assert made.message.top <= rect.top < rect.bottom <= made.panel.bottom
        assert made.message.left <= rect.left < rect.right <= made.message.right


@given(st.integers(480, 3840), st.integers(480, 3840))
def test_fingers_find_their_targets(width: int, height: int) -> None:
    made = layout(width, height)
    for button in (made.predict, made.undo, made.clear):
        assert min(button.width, button.height) >= TARGET
    assert made.predict.width * made.predict.height > made.clear.width * made.clear.height
    assert made.canvas.width == made.canvas.height
    assert made.sight.width == made.sight.height
    assert made.sight.width % SIDE == 0


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_canvas_is_most_of_what_is_there(width: int, height: int) -> None:
    assert layout(width, height).canvas.width >= 0.5 * min(width, height)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_left_handed_is_the_mirror(width: int, height: int) -> None:
    right, left = layout(width, height), layout(width, height, left_handed=True)
    for name, rect in right.all.items():
        turned = left.all[name]
        assert (turned.left, turned.top) == (width - rect.right, rect.top)


@given(st.integers(240, 480), st.integers(240, 480))
def test_a_window_that_is_too_small_still_has_a_layout(width: int, height: int) -> None:
    assert layout(width, height).canvas.width >= SIDE
