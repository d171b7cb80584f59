"""What every chapter's picture is drawn on, and what several of them draw. Units, not pixels."""

import numpy as np
import pygame

from input_node.easel import Grid, Values, box, rim
from input_node.layout import PICTURE
from input_node.shapes import INK, QUIET, SAND
from input_node.typeface import centred, line

TALL = 10.0
WIDE = TALL * PICTURE
"""The pictures' own units: as large as they can be in the room that they have."""
REST = 1.6
"""Seconds that a finished picture stays before it begins again."""


class Sheet:
    """Where a picture lies on the surface: units → pixels."""

    def __init__(self, surface: pygame.Surface, area: pygame.Rect) -> None:
        self.surface = surface
        self.unit = min(area.width / WIDE, area.height / TALL)
        self._left = area.centerx - self.unit * WIDE / 2
        self._top = area.centery - self.unit * TALL / 2
        self.thick = max(2, round(self.unit * 0.2))

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self.unit, self._top + y * self.unit

    def grid(self, x: float, y: float, size: float, rows: int, columns: int) -> Grid:
        return Grid.around(*self.at(x, y), size * self.unit, rows, columns)

    def digits(self, grid: Grid, lit: int = 10) -> None:
        """0…9 under a row of ten; the first `lit` of them bright."""
        for digit in range(10):
            place = grid.box(0, digit, grid.rows)
            name = line(str(digit), max(9, round(self.unit * 1.25)), INK if digit < lit else QUIET, False)
            centred(self.surface, name, place.centerx, place.bottom + self.unit)

    def weight(self, place: pygame.Rect, weight: float) -> None:
        """Larger ones larger; negative ones hollow."""
        side = max(3, round(place.width * (0.3 + 0.4 * abs(weight))))
        inner = pygame.Rect(0, 0, side, side)
        inner.center = place.center
        if weight > 0:
            box(self.surface, inner, SAND)
        else:
            thick = max(1, self.thick // 2)
            rim(self.surface, inner.inflate(-2 * thick, -2 * thick), thick, SAND)


def cycle(t: float, seconds: float, steps: int) -> float:
    """Steps done, `seconds` each; all of them through the rest that follows; then from the beginning."""
    return min(t % (seconds * steps + REST) / seconds, float(steps))


def busy(values: Values) -> list[tuple[int, int]]:
    """Squares at the edge of the ink, those first whose neighbours differ most."""
    around = np.abs(np.diff(values, axis=1, append=0.0)) + np.abs(np.diff(values, axis=0, append=0.0))
    order = np.argsort(-around, axis=None, kind="stable")[:24]
    return [divmod(int(place), values.shape[1]) for place in order]
