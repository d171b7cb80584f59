"""The canvas: drawn along, drawn again and drawn by the shared raster are the same ink."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import raster
from common.bitmap import Bitmap
from input_node.canvas import Canvas
from input_node.pen import Pen

position = st.tuples(st.floats(0, 1000), st.floats(0, 1000))
stroke = st.lists(position, min_size=1, max_size=8)


def drawn(strokes: list[list[tuple[float, float]]], along: Canvas | None = None) -> Pen:
    pen = Pen()
    for points in strokes:
        pen.down(1, points[0], 0.0)
        for point in points[1:]:
            pen.move(1, point, 0.0)
            if along:
                along.update(pen)
        pen.lift()
    return pen


@settings(max_examples=40)
@given(st.lists(stroke, min_size=1, max_size=3), st.integers(20, 150))
def test_drawn_along_equals_drawn_again(strokes: list[list[tuple[float, float]]], side: int) -> None:
    along = Canvas(side)
    pen = drawn(strokes, along)
    along.update(pen)
    again = Canvas(17)
    again.update(pen)
    again.resize(side)
    while again.behind(pen):
        again.update(pen, limit=2)
    assert np.array_equal(along.ink, again.ink)
    assert not along.behind(pen)


@settings(max_examples=40)
@given(st.lists(stroke, min_size=1, max_size=3))
def test_at_32_pixels_it_is_the_preview_of_the_shared_raster(
    strokes: list[list[tuple[float, float]]],
) -> None:
    pen = drawn(strokes)
    small = Canvas(32)
    small.update(pen)
    ours = Bitmap.of(small.ink).array.astype(int)
    assert np.abs(ours - raster.preview(pen.drawing).array).max() <= 1


@settings(max_examples=30)
@given(stroke, stroke)
def test_what_changed_lies_within_the_area_that_is_returned(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    canvas = Canvas(90)
    pen = drawn([first])
    canvas.update(pen)
    before = canvas.ink.copy()
    for point in second:
        pen.move(1, point, 0.0) if pen.inking else pen.down(1, point, 0.0)
    area = canvas.update(pen)
    assert area is not None
    left, top, right, bottom = area
    outside = np.ones_like(before, dtype=bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(before[outside], canvas.ink[outside])


def test_undo_takes_the_ink_back() -> None:
    pen = drawn([[(100, 100), (300, 800)], [(700, 100), (700, 900)]])
    canvas = Canvas(64)
    canvas.update(pen)
    pen.undo()
    assert canvas.behind(pen)
    assert canvas.update(pen) == (0, 0, 64, 64)
    one = Canvas(64)
    one.update(drawn([[(100, 100), (300, 800)]]))
    assert np.array_equal(canvas.ink, one.ink)


@pytest.mark.parametrize("side", [64, 512, 2000])
def test_the_nib_grows_with_the_canvas(side: int) -> None:
    canvas = Canvas(side)
    canvas.update(drawn([[(200, 500), (800, 500)]]))
    width = canvas.ink[:, side // 2].sum()
    assert width == pytest.approx(raster.SCREEN_NIB * side, rel=0.02)
    edge = canvas.ink[:, side // 2]
    assert len(np.unique(edge)) <= 4  # paper, ink, and at most one soft pixel on each side


def test_sparse_events_leave_no_beads() -> None:
    """A quarter of a circle from five events: the ink is unbroken and its edge bends, not breaks."""
    angles = np.linspace(0, np.pi / 2, 5)
    pen = drawn([[(100 + 800 * np.cos(a), 100 + 800 * np.sin(a)) for a in angles]])
    canvas = Canvas(400)
    canvas.update(pen)
    middle = np.linspace(0.1, 0.9, 60) * np.pi / 2
    rows = np.round(40 + 320 * np.sin(middle) * 0.99).astype(int)
    columns = np.round(40 + 320 * np.cos(middle) * 0.99).astype(int)
    assert canvas.ink[rows, columns].min() == 1.0
