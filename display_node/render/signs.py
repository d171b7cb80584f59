"""Signs that sums need and Hangul fonts lack, drawn as distance fields to match the font's own plus."""

from dataclasses import dataclass

import freetype
import numpy as np
import numpy.typing as npt

MISSING = "−⊕"
REACH = 8
"""Pixels on either side of an outline over which FreeType's fields record the distance."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sign:
    """`field` (rows, columns) uint8, its top left corner at `left`, `top` from the pen; pixels, y up."""

    field: npt.NDArray[np.uint8]
    left: int
    top: int
    advance: float


def draw(face: freetype.Face, character: str) -> Sign:
    """One of `MISSING`, as large as the plus of `face` at its present size, and as heavy as its dash."""
    face.load_char("–", freetype.FT_LOAD_NO_HINTING)
    dash = face.glyph.outline.get_bbox()
    face.load_char("+", freetype.FT_LOAD_NO_HINTING)
    plus, advance = face.glyph.outline.get_bbox(), face.glyph.linearHoriAdvance / 65536
    half, heavy = (plus.xMax - plus.xMin) / 128, (dash.yMax - dash.yMin) / 128
    x, y = (plus.xMin + plus.xMax) / 128, (plus.yMin + plus.yMax) / 128
    if character == "⊕":
        x, advance, half = 1.3 * x, 1.3 * advance, 1.3 * half
    edge = half + REACH + 2
    left, top = int(np.floor(x - edge)), int(np.ceil(y + edge))
    columns = left + np.arange(int(2 * edge) + 2) + 0.5 - x
    rows = top - np.arange(int(2 * edge) + 2) - 0.5 - y
    across, up = np.meshgrid(columns, rows)
    inside = _bar(across, up, half, heavy)
    if character == "⊕":
        ring = heavy - np.abs(np.hypot(across, up) - half + heavy)
        inside = np.maximum(np.maximum(inside, _bar(up, across, half, heavy)), ring)
    field = np.clip(127.5 + inside * 127.5 / REACH, 0, 255).astype(np.uint8)
    return Sign(field, left, top, advance)


def _bar(along: Floats, beside: Floats, half: float, heavy: float) -> Floats:
    """Distance to the outline of a bar around the origin, positive inside."""
    x, y = np.abs(along) - half, np.abs(beside) - heavy
    outside = np.hypot(np.maximum(x, 0.0), np.maximum(y, 0.0))
    distance: Floats = -outside - np.minimum(np.maximum(x, y), 0.0)
    return distance
