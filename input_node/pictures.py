"""A small picture for each kind of chapter: what the wall does there, with the visitor's own drawing.

Pure pictures of an idea, not of the network's numbers, which are the wall's to show; and none gives the
answer away. Each is drawn for any size at `t` seconds since the chapter began, and goes round for ever.
As on the wall the drawing is white, a filter amber, and what comes of it sea glass.
"""

import math
from collections.abc import Callable

import numpy as np
import pygame

from common.bitmap import Bitmap
from input_node.easel import Grid, Values, beam, box, boxes, coarse, ease, rim, shade
from input_node.layout import PICTURE
from input_node.shapes import DUSK, FAINT, GLASS, INK, PAPER, QUIET, RAISED, ROOM, SAND, cut, mix
from input_node.texts import kind
from input_node.typeface import centred, line

TALL = 10.0
WIDE = TALL * PICTURE
"""The pictures' own units: as large as they can be in the room that they have."""
REST = 1.6
"""Seconds that a finished picture stays before it begins again."""
TURN = 9.0
"""Seconds in which the sand runs through."""


class _Sheet:
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


def draw(surface: pygame.Surface, area: pygame.Rect, chapter: str, t: float, bitmap: Bitmap) -> None:
    """The picture of `chapter`; sand, running, for one that we have no picture of."""
    _PICTURES.get(kind(chapter), _sand)(_Sheet(surface, area), max(t, 0.0), bitmap, chapter)


def _drawing(sheet: _Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """One small square after the other is looked at closely: it is a number."""
    values = coarse(bitmap, 16)
    grid = sheet.grid(5.0, 5.0, 9.2, 16, 16)
    boxes(sheet.surface, grid, values)
    row, column = _visited(values, int(t / 0.9))
    value = float(values[row, column])
    near, close = grid.box(row, column), sheet.grid(16.5, 5.0, 6.4, 1, 1).box(0, 0)
    for corner in ((near.topright, close.topleft), (near.bottomright, close.bottomleft)):
        beam(sheet.surface, *corner, sheet.thick / 3, FAINT)
    rim(sheet.surface, near, max(1, sheet.thick // 2), SAND)
    box(sheet.surface, close, shade(value))
    rim(sheet.surface, close, sheet.thick, SAND)
    number = line(f"{value:.2f}", max(9, round(sheet.unit * 2.2)), ROOM if value > 0.5 else INK, True)
    centred(sheet.surface, number, *close.center)


def _visited(values: Values, step: int) -> tuple[int, int]:
    """A square at the edge of the ink, the next with each step: there neighbours differ most."""
    around = np.abs(np.diff(values, axis=1, append=0.0)) + np.abs(np.diff(values, axis=0, append=0.0))
    order = np.argsort(-around, axis=None, kind="stable")[:24]
    row, column = divmod(int(order[step * 7 % len(order)]), values.shape[1])
    return row, column


def _convolution(sheet: _Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """A patch of 3×3 goes over the boxes, each stop becomes a box. Later layers look at several maps."""
    first = chapter == "conv2d1"
    side, full = (16, INK) if first else (8, GLASS)
    values, small = coarse(bitmap, side), coarse(bitmap, side // 2)
    done = _round(t, 0.13 if first else 0.4, small.size)
    size, sheets = (9.2, (0.0,)) if first else (7.6, (1.8, 0.9, 0.0))
    for depth in sheets:
        source = sheet.grid(5.0 + depth, 5.0 + sheets[0] / 2 - depth, size, side, side)
        whole = source.box(0, 0, side, side)
        sheet.surface.fill(ROOM, whole.inflate(4 * source.gap, 4 * source.gap))
        boxes(sheet.surface, source, values * np.float32(1.0 - depth / 3), full)
    _march(sheet, source, sheet.grid(17.0, 5.0, 6.4, side // 2, side // 2), 3, small, done)


def _pool(sheet: _Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """Windows of 2×2, none seen twice, become a box each: their largest, or their average."""
    values = coarse(bitmap, 8)
    windows = values.reshape(4, 2, 4, 2).swapaxes(1, 2).reshape(4, 4, 4)
    largest = kind(chapter) == "max_pool2d"
    small = windows.max(axis=2) if largest else windows.mean(axis=2, dtype=np.float32)
    done = _round(t, 0.6, small.size)
    source = sheet.grid(5.0, 5.0, 9.4, 8, 8)
    boxes(sheet.surface, source, values, GLASS)
    if largest:  # those that go on, so far
        for stop in range(min(int(done) + 1, small.size)):
            row, column = divmod(stop, 4)
            down, right = divmod(int(windows[row, column].argmax()), 2)
            if small[row, column] > 0.0:
                place = source.box(row * 2 + down, column * 2 + right)
                rim(sheet.surface, place.inflate(-sheet.thick, -sheet.thick), max(1, sheet.thick // 2), INK)
    _march(sheet, source, sheet.grid(17.0, 5.0, 5.0, 4, 4), 2, small, done)


def _march(sheet: _Sheet, source: Grid, target: Grid, patch: int, small: Values, done: float) -> None:
    """`target` is filled with `small` as far as it is `done`, in stops; the patch stands at the next."""
    stops = small.size
    shown = np.where(np.arange(stops).reshape(small.shape) < done, small, np.float32(0.0))
    boxes(sheet.surface, target, shown, GLASS)
    if done >= stops:
        return
    row, column = divmod(int(done), target.columns)
    top, left = (min(2 * at, source.rows - patch) for at in (row, column))
    seen, cell = source.box(top, left, patch, patch), target.box(row, column)
    for start, end in ((seen.topright, cell.topleft), (seen.bottomright, cell.bottomleft)):
        beam(sheet.surface, start, end, sheet.thick / 3, DUSK)
    rim(sheet.surface, seen, sheet.thick, SAND)
    rim(sheet.surface, cell, max(1, sheet.thick // 2), SAND)


def _flatten(sheet: _Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """The boxes of a block fly into a row, one after the other."""
    values = coarse(bitmap, 4)
    block, row = sheet.grid(10.5, 3.1, 6.0, 4, 4), sheet.grid(10.5, 8.6, 20.0, 1, 16)
    done = _round(t, 0.2, 20)
    for index, value in enumerate(values.ravel().tolist()):
        start, end = block.box(*divmod(index, 4)), row.box(0, index)
        box(sheet.surface, end, PAPER)
        box(sheet.surface, start, PAPER)
        part = ease((done - index) / 4.0)
        x, y, side = ((1 - part) * a + part * b for a, b in zip(
            (*start.center, start.width), (*end.center, end.width), strict=True))  # fmt: skip
        place = pygame.Rect(0, 0, round(side), round(side))
        place.center = round(x), round(y)
        box(sheet.surface, place, shade(value, GLASS))


def _linear(sheet: _Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """A row of weights drops onto the row of numbers; times each other and added up they are one box."""
    last = chapter == "sums"
    count, seconds = (10, 0.9) if last else (6, 1.7)
    values = coarse(bitmap, 4).ravel()
    numbers = sheet.grid(10.5, 4.4, 20.0, 1, 16)
    sums = sheet.grid(10.5, 7.9, 12.0 if last else 8.0, 1, count)
    done = _round(t, seconds, count)
    turn, part = int(done), done % 1.0
    if turn < count:
        goal = sums.box(0, turn)
        for index in range(0, 16, 3):
            if part > 0.55:
                beam(sheet.surface, numbers.box(0, index).midbottom, goal.midtop, sheet.thick / 3, DUSK)
    for index, value in enumerate(values.tolist()):
        box(sheet.surface, numbers.box(0, index), shade(value, GLASS))
        weight = math.sin(index * 2.4 + turn * 1.7 + (3.0 if last else 0.0))
        if turn < count:
            _weight(sheet, numbers.box(-2.6 * (1.0 - ease(part / 0.5)), index), weight)
    for index in range(count):
        strength = 0.6 if last else 0.3 + 0.5 * abs(math.sin(index * 1.9))  # ten that tell nothing
        box(sheet.surface, sums.box(0, index), shade(strength, GLASS) if index < turn else PAPER)
    if last:
        sheet.digits(sums, turn)


def _weight(sheet: _Sheet, place: pygame.Rect, weight: float) -> None:
    """Larger ones larger; negative ones hollow."""
    side = max(3, round(place.width * (0.3 + 0.4 * abs(weight))))
    inner = pygame.Rect(0, 0, side, side)
    inner.center = place.center
    if weight > 0:
        box(sheet.surface, inner, SAND)
    else:
        thick = max(1, sheet.thick // 2)
        rim(sheet.surface, inner.inflate(-2 * thick, -2 * thick), thick, SAND)


def _shares(sheet: _Sheet, t: float, _: Bitmap, chapter: str) -> None:
    """Ten boxes grow into bars, all of a height: who wins is not said yet. Then the winner is looked for."""
    row = sheet.grid(10.5, 7.4, 18.0, 1, 10)
    for digit in range(10):
        place = row.box(0, digit)
        risen = ease((t - 0.24 * digit) / 1.1) if chapter == "answer" else 1.0
        tall = risen * sheet.unit * (4.6 + 0.3 * math.sin(t * 2.0 - digit * 0.6))
        bar = pygame.Rect(place.left, round(place.bottom - place.height * 0.5 - tall), place.width, 0)
        bar.height = place.bottom - bar.top
        box(sheet.surface, bar, mix(RAISED, GLASS, 0.75))
        if chapter == "winner" and digit == int(t / 0.3) % 10:
            rim(sheet.surface, bar, sheet.thick, SAND)
    sheet.digits(row)


def _sand(sheet: _Sheet, t: float, _: Bitmap, __: str) -> None:
    """A sandglass, turned over whenever it has run through."""
    through = (t % (TURN + REST)) / TURN
    tall, wide = round(9.4 * sheet.unit), round(6.0 * sheet.unit)
    # -1 at the top, 1 at the bottom; half the glass' width at each height, in pixels
    y = (np.arange(tall) + 0.5) / tall * 2.0 - 1.0
    waist = sheet.unit * 0.16 + (wide / 2 - sheet.thick) * np.sin(np.abs(y) * np.pi / 2) ** 1.6
    aside = np.abs(np.arange(wide) + 0.5 - wide / 2)[:, None]
    inside = np.clip(waist[None, :] - sheet.thick - aside + 0.5, 0.0, 1.0)
    edge = np.clip(waist[None, :] - aside + 0.5, 0.0, 1.0) - inside
    fallen = min(through, 1.0)
    above = (y < 0.0) & (y > -0.82 + 0.8 * fallen**0.7)
    heap = y[None, :] > 0.95 - 0.75 * fallen**0.6 + 0.25 * (1.0 - fallen) * aside / max(wide, 1)
    grain = (aside < max(sheet.unit * 0.14, 1.0)) & (y[None, :] > -0.05) & (fallen < 1.0)
    sand = inside * np.maximum(above[None, :], (heap | grain) & (y[None, :] < 0.97))
    x, top = sheet.at(WIDE / 2, TALL / 2)
    place = round(x - wide / 2), round(top - tall / 2)
    sheet.surface.blit(cut(sand, SAND), place)
    sheet.surface.blit(cut(np.maximum(edge, 0.0), QUIET), place)
    for low in (0, 1):
        plate = pygame.Rect(place[0], place[1] + low * (tall - 2 * sheet.thick), wide, 2 * sheet.thick)
        box(sheet.surface, plate, QUIET)


def _round(t: float, seconds: float, steps: int) -> float:
    """Steps done, `seconds` each; all of them through the rest that follows; then from the beginning."""
    return min(t % (seconds * steps + REST) / seconds, float(steps))


_PICTURES: dict[str, Callable[[_Sheet, float, Bitmap, str], None]] = {
    "drawing": _drawing,
    "conv2d": _convolution,
    "max_pool2d": _pool,
    "avg_pool2d": _pool,
    "flatten": _flatten,
    "linear": _linear,
    "sums": _linear,
    "answer": _shares,
    "winner": _shares,
}
