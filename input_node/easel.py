"""What the chapters' pictures are made of: grids of little boxes, beams, easing, the visitor's pixels."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pygame

from common.bitmap import SIDE, Bitmap
from input_node.shapes import INK, RAISED, Colour, frame, mix, rounded

SHADES = 16
"""Steps between empty and ink: few enough that every box of a colour comes from the cache."""

Values = npt.NDArray[np.float32]
Point = tuple[float, float]


def shade(value: float, full: Colour = INK) -> Colour:
    """A value in 0…1 as a box's colour."""
    return mix(RAISED, full, round(min(max(value, 0.0), 1.0) * SHADES) / SHADES)


def coarse(bitmap: Bitmap, side: int) -> Values:
    """(side, side): the drawing in larger pixels, brightened, since thin lines fade when averaged."""
    step = SIDE // side
    means = bitmap.unit.reshape(side, step, side, step).mean(axis=(1, 3), dtype=np.float32)
    brightened: Values = np.minimum(means * np.float32(1.0 + 0.25 * (step - 1)), np.float32(1.0))
    return brightened


def ease(part: float) -> float:
    """Smoothstep: still at both ends; clamped to 0…1."""
    part = min(max(part, 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


@dataclass(frozen=True, slots=True)
class Grid:
    """Boxes on whole pixels, so that all are equally large. `pitch`: pixels from one to the next."""

    left: int
    top: int
    pitch: int
    rows: int
    columns: int

    @classmethod
    def around(cls, x: float, y: float, size: float, rows: int, columns: int) -> "Grid":
        """In the middle of (x, y); the longer side takes at most `size` pixels."""
        pitch = max(int(size / max(rows, columns)), 2)
        return cls(round(x - pitch * columns / 2), round(y - pitch * rows / 2), pitch, rows, columns)

    @property
    def gap(self) -> int:
        return max(1, self.pitch // 8)

    def box(self, row: float, column: float, rows: int = 1, columns: int = 1) -> pygame.Rect:
        """The pixels of a box, or of a patch of them."""
        side, gap = self.pitch, self.gap
        left, top = self.left + round(column * side), self.top + round(row * side)
        return pygame.Rect(left, top, columns * side - gap, rows * side - gap)


def box(surface: pygame.Surface, area: pygame.Rect, colour: Colour) -> None:
    if area.width > 0 and area.height > 0:
        side = min(area.size)
        surface.blit(rounded(area.width, area.height, side * 0.16 if side > 5 else 0.0, colour), area)


def rim(surface: pygame.Surface, area: pygame.Rect, thick: int, colour: Colour) -> None:
    """Around `area`, outside it."""
    whole = area.inflate(2 * thick, 2 * thick)
    surface.blit(frame(whole.width, whole.height, thick * 1.8, thick, colour), whole)


def boxes(surface: pygame.Surface, grid: Grid, values: Values, full: Colour = INK) -> None:
    """`values` (rows, columns) in 0…1."""
    for (row, column), value in np.ndenumerate(values):
        box(surface, grid.box(row, column), shade(float(value), full))


def beam(surface: pygame.Surface, start: Point, end: Point, thick: float, colour: Colour) -> None:
    """A line with soft edges: several thin ones, half a pixel apart."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = max(math.hypot(across, down), 1e-6)
    count = max(1, round(thick * 2) - 1)
    for index in range(count):
        aside = (index - (count - 1) / 2) / 2 / length
        x, y = -down * aside, across * aside
        pygame.draw.aaline(surface, colour, (start[0] + x, start[1] + y), (end[0] + x, end[1] + y))
