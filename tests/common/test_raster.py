"""Strokes to ink: one formula, a union of capsules, framed alike wherever and however large it was drawn."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import raster
from common.bitmap import BLANK, BOX, SIDE, Bitmap
from common.strokes import Drawing, Points, smooth

BOX_UNITS = (1000.0, 1000.0)
points = st.tuples(st.floats(0, 1000), st.floats(0, 1000))
strokes = st.lists(points, min_size=1, max_size=8).map(lambda found: np.array(found, np.float64))
drawings = st.lists(strokes, min_size=1, max_size=3).map(lambda found: Drawing(tuple(found), BOX_UNITS))


def mass(bitmap: Bitmap) -> tuple[float, float]:
    image, at = bitmap.unit, np.arange(SIDE) + 0.5
    return float(image.sum(axis=0) @ at / image.sum()), float(image.sum(axis=1) @ at / image.sum())


def seven() -> Drawing:
    return Drawing((np.array([[300.0, 250.0], [700.0, 250.0], [450.0, 800.0]]),), BOX_UNITS)


def moved(drawing: Drawing, scale: float, shift: tuple[float, float]) -> Drawing:
    return Drawing(tuple(stroke * scale + shift for stroke in drawing.strokes), drawing.box)


def test_coverage_is_one_inside_and_falls_over_one_pixel() -> None:
    ink = np.zeros((9, 9), np.float32)
    touched = raster.stamp(ink, np.array([4.5, 4.5]), np.array([4.5, 4.5]), 2.0)
    assert ink[4, 4] == 1.0
    assert ink[4, 6] == pytest.approx(0.5)  # two pixels from the centre, on the rim
    assert ink[4, 7] == 0.0
    left, top, right, bottom = touched
    assert not ink[:top].any()
    assert not ink[bottom:].any()
    assert not ink[:, :left].any()
    assert not ink[:, right:].any()


@given(st.lists(points, min_size=2, max_size=6), st.floats(0.5, 4.0))
def test_drawn_at_once_or_piece_by_piece_is_the_same(found: list[tuple[float, float]], radius: float) -> None:
    path = smooth(np.array(found) * (SIDE / 1000), 0.7)
    piecewise = np.zeros((SIDE, SIDE), np.float32)
    for start, end in pairwise(path):
        raster.stamp(piecewise, start, end, radius)
    np.testing.assert_allclose(raster.draw([path], radius * 2), piecewise, atol=1e-5)


@given(strokes, strokes)
def test_strokes_are_a_union(first: Points, second: Points) -> None:
    one, other = (smooth(stroke * (SIDE / 1000), 0.7) for stroke in (first, second))
    both = raster.draw([one, other], 2.0)
    np.testing.assert_array_equal(both, np.maximum(raster.draw([one], 2.0), raster.draw([other], 2.0)))


def test_ink_outside_the_frame_is_left_out() -> None:
    ink = np.zeros((8, 8), np.float32)
    area = raster.stamp(ink, np.array([-50.0, -50.0]), np.array([-40.0, -60.0]), 3.0)
    assert not ink.any()
    assert area[0] >= 0
    assert not raster.draw([np.array([[90.0, 90.0]])], 2.0).any()


@given(drawings)
def test_framed_ink_lies_within_the_box_and_the_frame(drawing: Drawing) -> None:
    framed = raster.framed(drawing)
    ink = framed.unit > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert not framed.empty
    # One pixel on either side is anti-aliasing.
    assert rows[-1] - rows[0] + 1 <= BOX + 2
    assert columns[-1] - columns[0] + 1 <= BOX + 2


def test_the_middle_of_the_ink_is_the_middle_of_the_frame() -> None:
    assert mass(raster.framed(seven())) == pytest.approx((16.0, 16.0), abs=0.5)


@given(st.floats(0.3, 1.2), st.floats(-200, 300), st.floats(-200, 100))
def test_size_and_place_on_the_canvas_do_not_matter(scale: float, right: float, down: float) -> None:
    here, there = raster.framed(seven()), raster.framed(moved(seven(), scale, (right, down)))
    assert np.abs(here.unit - there.unit).max() < 0.02


def test_a_dot_stays_a_dot_in_the_middle() -> None:
    framed = raster.framed(Drawing((np.array([[10.0, 990.0]]),), BOX_UNITS))
    assert not framed.empty
    assert (framed.array > 0).sum() <= 16
    assert mass(framed) == pytest.approx((16.0, 16.0), abs=0.01)


def test_no_strokes_are_no_ink() -> None:
    nothing = Drawing((), BOX_UNITS)
    assert raster.framed(nothing) == raster.preview(nothing) == BLANK


def test_the_preview_does_not_move_what_is_drawn() -> None:
    corner = raster.preview(Drawing((np.array([[0.0, 0.0], [200.0, 0.0]]),), BOX_UNITS)).unit
    assert corner[0, :6].min() > 0.9
    assert not corner[8:].any()


def test_a_wide_canvas_is_letterboxed() -> None:
    drawn = raster.preview(Drawing((np.array([[0.0, 250.0], [1000.0, 250.0]]),), (1000.0, 500.0))).unit
    assert drawn[15:17].min() > 0.4
    assert not drawn[:8].any()
    assert not drawn[24:].any()
