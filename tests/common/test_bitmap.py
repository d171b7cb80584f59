"""Bitmaps, and bare pixels framed as the training data is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitmap import BLANK, SIDE, Bitmap, frame


def block(left: int, top: int, right: int, bottom: int, ink: int = 255) -> Bitmap:
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top:bottom, left:right] = ink
    return Bitmap.of(image)


def extent(bitmap: Bitmap) -> tuple[int, int]:
    """Width and height of what is at least half covered."""
    ink = bitmap.array >= 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)


def mass(bitmap: Bitmap) -> tuple[float, float]:
    image, at = bitmap.unit, np.arange(SIDE) + 0.5
    return float(image.sum(axis=0) @ at / image.sum()), float(image.sum(axis=1) @ at / image.sum())


def test_a_bitmap_is_32_by_32() -> None:
    with pytest.raises(ValueError, match="not 1023"):
        Bitmap(bytes(1023))
    with pytest.raises(ValueError, match="28"):
        Bitmap.of(np.zeros((28, 28)))


def test_coverage_is_clipped_and_rounded() -> None:
    row = np.zeros((SIDE, SIDE))
    row[0, :4] = (-1.0, 0.5, 1.0, 7.0)
    assert list(Bitmap.of(row).pixels[:4]) == [0, 128, 255, 255]


@given(st.binary(min_size=1024, max_size=1024))
def test_bytes_and_numbers_are_the_same_picture(pixels: bytes) -> None:
    bitmap = Bitmap(pixels)
    assert Bitmap.of(bitmap.array) == Bitmap.of(bitmap.unit) == bitmap
    assert not bitmap.array.flags.writeable


def test_faint_is_empty() -> None:
    assert BLANK.empty
    assert block(0, 0, 32, 32, ink=31).empty
    assert not block(3, 3, 4, 4, ink=32).empty


@pytest.mark.parametrize("drawn", [(0, 0, 32, 32), (2, 1, 9, 31), (0, 10, 32, 14), (20, 20, 28, 30)])
def test_ink_fills_a_box_of_20_and_lies_in_the_middle(drawn: tuple[int, int, int, int]) -> None:
    if drawn == (0, 0, 32, 32):
        drawn = (1, 1, 31, 31)  # all ink would be paper
    framed = frame(block(*drawn))
    assert max(extent(framed)) == pytest.approx(20, abs=1)
    assert mass(framed) == pytest.approx((16.0, 16.0), abs=0.3)


def test_the_aspect_is_kept() -> None:
    wide, high = extent(frame(block(4, 2, 12, 26)))
    assert wide / high == pytest.approx(8 / 24, abs=0.08)


@given(st.integers(0, 20), st.integers(0, 8))
def test_where_it_was_drawn_does_not_matter(right: int, down: int) -> None:
    here, there = frame(block(0, 0, 12, 24)), frame(block(right, down, right + 12, down + 24))
    assert np.abs(here.unit - there.unit).max() < 0.02


def test_dark_ink_on_light_paper_is_turned_over() -> None:
    drawn = block(6, 4, 14, 28)
    paper = Bitmap.of(255 - drawn.array)
    assert frame(paper) == frame(drawn)


def test_paper_without_ink_is_empty() -> None:
    assert frame(BLANK) == BLANK
    assert frame(block(0, 0, 32, 32)).empty
    assert frame(block(0, 0, 32, 32, ink=230)).empty


@given(st.binary(min_size=1024, max_size=1024))
def test_any_noise_can_be_framed(pixels: bytes) -> None:
    assert len(frame(Bitmap(pixels)).pixels) == 1024


def test_a_stray_dot_stays_small() -> None:
    image = np.zeros((SIDE, SIDE), np.float32)
    image[3:5, 4:6] = 1.0
    assert (frame(Bitmap.of(image)).unit > 0.2).sum() < 60
