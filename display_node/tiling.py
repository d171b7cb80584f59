"""Which part of a picture one screen shows: all of it, or a tile that makes one picture with its neighbours.

Pixels are counted from the lower left corner of the whole, as OpenGL does; tiles from the upper left, as
people do. What the frames of the screens hide is part of the whole: what passes behind it goes on straight.
"""

import re
from dataclasses import dataclass

from common.errors import ConfigError

Size = tuple[int, int]
Gap = tuple[float, float]

MOST = 16
"""Screens in a row, or in a column."""
WIDEST = 2000
"""Pixels that the frames of two screens may hide."""


@dataclass(frozen=True, slots=True)
class Portion:
    """`size` pixels (width, height) of a picture of `whole`; `corner` is their lower left one.

    `gaps` are the upright stripes of the whole that nobody sees: from and to, in parts of its width.
    """

    whole: Size
    corner: Size
    size: Size
    gaps: tuple[Gap, ...] = ()

    @property
    def aspect(self) -> float:
        """Width / height of the whole, for which everything is composed."""
        return self.whole[0] / self.whole[1]

    def around(self, margin: int, grid: int) -> tuple[Size, Size]:
        """Corner and size of what must be drawn to know `margin` pixels more on each side.

        In whole cells of a `grid` that begins at the whole's corner, and in none beyond the whole.
        """
        low = [max(corner - margin, 0) // grid for corner in self.corner]
        ends = zip(self.corner, self.size, self.whole, strict=True)
        high = [-(-min(corner + size + margin, whole) // grid) for corner, size, whole in ends]
        return (low[0] * grid, low[1] * grid), ((high[0] - low[0]) * grid, (high[1] - low[1]) * grid)


def alone(size: Size) -> Portion:
    """A screen that shows everything."""
    return Portion(size, (0, 0), size)


@dataclass(frozen=True, slots=True)
class Tile:
    """One of `columns` × `rows` screens of the same size, each `gap` pixels (across, down) from the next."""

    columns: int = 1
    rows: int = 1
    column: int = 0
    row: int = 0
    gap: Size = (0, 0)

    def portion(self, size: Size) -> Portion:
        """What this screen shows, if its picture has `size`."""
        (wide, high), (across, down) = size, self.gap
        whole = self.columns * wide + (self.columns - 1) * across, self.rows * high + (self.rows - 1) * down
        corner = self.column * (wide + across), (self.rows - 1 - self.row) * (high + down)
        ends = [column * (wide + across) for column in range(1, self.columns)] if across else []
        return Portion(whole, corner, size, tuple(((x - across) / whole[0], x / whole[0]) for x in ends))


def parse_tile(tile: str, bezel: str) -> Tile:
    """Of `COLUMNSxROWS:COLUMN,ROW`, nothing for a screen alone, and `PIXELS` or `ACROSSxDOWN`.

    Raises `ConfigError`, which says what is wrong with which.
    """
    across, down = _gap(bezel)
    if not tile:
        return Tile()
    found = re.fullmatch(r"(\d{1,3})x(\d{1,3}):(\d{1,3}),(\d{1,3})", tile, re.ASCII | re.IGNORECASE)
    if found is None:
        raise ConfigError(
            f"tile {tile!r} must be COLUMNSxROWS:COLUMN,ROW, such as 2x1:0,0 for the left of two"
        )
    columns, rows, column, row = map(int, found.groups())
    if not (1 <= columns <= MOST and 1 <= rows <= MOST):
        raise ConfigError(f"tile {tile!r} must have between 1 and {MOST} columns and rows")
    if column >= columns or row >= rows:
        raise ConfigError(
            f"tile {tile!r}: columns go from 0 to {columns - 1}, rows from 0, the top one, to {rows - 1}"
        )
    return Tile(columns, rows, column, row, (across, down))


def _gap(text: str) -> Size:
    """One number is for both directions: a frame is as wide on all sides."""
    found = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise ConfigError(f"bezel {text!r} must be PIXELS or ACROSSxDOWN, such as 48 or 48x60")
    gap = int(found[1]), int(found[2] or found[1])
    if max(gap) > WIDEST:
        raise ConfigError(f"bezel {text!r} must be at most {WIDEST} pixels")
    return gap
