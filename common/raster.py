"""Strokes → ink. One formula serves the visitor's screen, the preview, the framed bitmap and training.

A stroke is the union of capsules (segments with round ends). A pixel's coverage is
``clip(radius + ½ − distance, 0, 1)``, its distance measured from the pixel's centre to the nearest
segment: anti-aliased over one pixel, and the union is a plain maximum, so nothing shows where
segments meet.

It lives in `common/` because three rooms need the very same pixels: the station, training, and the
wall when it renders a strokes file.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from common.bitmap import BLANK, BOX, SIDE, Bitmap, shift_to_centre
from common.strokes import Drawing, Points, smooth

NIB = 2.6
"""Width of the framed ink in pixels: the middle of MNIST's range at this size."""

SCREEN_NIB = 1 / 14
"""Width of the nib on the visitor's canvas, as a fraction of the canvas's shorter side."""

SMALLEST = 1 / 12
"""A drawing smaller than this part of its canvas is not enlarged further: a dot stays a dot."""

Coverage = npt.NDArray[np.float32]


def stamp(ink: Coverage, start: Points, end: Points, radius: float) -> tuple[int, int, int, int]:
    """Draw one capsule into `ink` (h, w), in place; returns the touched (left, top, right, bottom)."""
    height, width = ink.shape
    reach = radius + 1.0
    left = int(np.clip(np.floor(min(start[0], end[0]) - reach), 0, width))
    top = int(np.clip(np.floor(min(start[1], end[1]) - reach), 0, height))
    right = int(np.clip(np.ceil(max(start[0], end[0]) + reach), left, width))
    bottom = int(np.clip(np.ceil(max(start[1], end[1]) + reach), top, height))
    x = np.arange(left, right, dtype=np.float32) + np.float32(0.5)
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5)
    patch = ink[top:bottom, left:right]
    np.maximum(patch, _coverage(x, y, start, end, radius), out=patch)
    return left, top, right, bottom


def draw(paths: Sequence[Points], nib: float) -> Coverage:
    """(32, 32) coverage of dense paths (`smooth`ed with a step of at most 1), `nib` pixels wide.

    Every short segment only reaches a small window of pixels, so the cost grows with the length of
    the ink, not with length × 1024.
    """
    radius = nib / 2.0
    starts = np.concatenate([path[:-1] if len(path) > 1 else path for path in paths])
    ends = np.concatenate([path[1:] if len(path) > 1 else path for path in paths])
    half = int(np.ceil(radius + 1.0))
    offsets = np.arange(-half, half + 1)
    corner = np.floor((starts + ends) / 2.0).astype(np.int64)
    columns = corner[:, 0, None, None] + offsets[None, None, :]
    rows = corner[:, 1, None, None] + offsets[None, :, None]
    covered = _coverage(
        columns + 0.5, rows + 0.5, starts.T[:, :, None, None], ends.T[:, :, None, None], radius
    )
    rows, columns = np.broadcast_arrays(rows, columns)
    inside = (rows >= 0) & (rows < SIDE) & (columns >= 0) & (columns < SIDE)
    ink = np.zeros(SIDE * SIDE, np.float32)
    np.maximum.at(ink, (rows * SIDE + columns)[inside], covered[inside].astype(np.float32))
    return ink.reshape(SIDE, SIDE)


def _coverage(
    x: npt.NDArray[np.floating],
    y: npt.NDArray[np.floating],
    start: npt.NDArray[np.floating],
    end: npt.NDArray[np.floating],
    radius: float,
) -> npt.NDArray[np.floating]:
    """Coverage at pixel centres (x, y).

    Point to segment as in Ericson, Real-Time Collision Detection, section 5.1.2.
    """
    across, down = end[0] - start[0], end[1] - start[1]
    square = across * across + down * down
    along = ((x - start[0]) * across + (y - start[1]) * down) / np.maximum(square, 1e-12)
    along = np.clip(along, 0.0, 1.0)
    distance = np.hypot(x - start[0] - along * across, y - start[1] - along * down)
    covered: npt.NDArray[np.floating] = np.clip(radius + 0.5 - distance, 0.0, 1.0)
    return covered


def preview(drawing: Drawing) -> Bitmap:
    """The whole canvas as 32×32, unframed: its longer side fills the frame, centred."""
    if not drawing.strokes:
        return BLANK
    width, height = drawing.box
    scale = SIDE / max(width, height)
    shift = (SIDE - np.array([width, height]) * scale) / 2.0
    paths = [smooth(stroke * scale + shift, 0.7) for stroke in drawing.strokes]
    return Bitmap.of(draw(paths, max(SCREEN_NIB * min(width, height) * scale, 1.0)))


def framed(drawing: Drawing, nib: float = NIB) -> Bitmap:
    """The drawing framed as the training data is: what is submitted, and what is trained on.

    The strokes themselves are scaled, so that the nib is the same however large someone draws.
    """
    if not drawing.strokes:
        return BLANK
    points = np.concatenate(drawing.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), SMALLEST * min(drawing.box))
    scale = (BOX - nib) / extent
    paths = [smooth((stroke - low) * scale, 0.7) for stroke in drawing.strokes]
    mass = _mass(paths)
    reach = (high - low) * scale
    shift = [shift_to_centre(mass[axis], -nib / 2, reach[axis] + nib / 2) for axis in (0, 1)]
    return Bitmap.of(draw([path + shift for path in paths], nib))


def _mass(paths: Sequence[Points]) -> Points:
    """Centre of mass of the ink: the segments' middles, weighted by length (a dot weighs a little)."""
    middles = np.concatenate([(path[:-1] + path[1:]) / 2 if len(path) > 1 else path for path in paths])
    lengths = np.concatenate(
        [np.linalg.norm(np.diff(path, axis=0), axis=1) if len(path) > 1 else [1.0] for path in paths]
    )
    return np.asarray(np.average(middles, axis=0, weights=np.maximum(lengths, 1e-9)))
