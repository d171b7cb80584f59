"""Pictures of chapters that look at a drawing patch by patch."""

import math

import numpy as np

from common.bitmap import Bitmap
from input_node.easel import Grid, Values, beam, box, boxes, coarse, ease, rim, shade
from input_node.shapes import DUSK, FAINT, GLASS, INK, PAPER, ROOM, SAND
from input_node.sheet import Sheet, busy, cycle
from input_node.texts import kind

FILTERS = ((0, 1), (1, 0), (1, 1), (0, -1), (-1, 0), (1, -1))
"""Down and right: where each of a few filters wants the drawing to grow darker."""


def look(sheet: Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """One patch, closely: weights fall on its nine boxes one by one, and all of it becomes one box."""
    values = coarse(bitmap, 16)
    places = [(row, column) for row, column in busy(values) if 0 < row < 15 and 0 < column < 15]
    row, column = places[0] if places else (8, 8)
    source = sheet.grid(4.9, 5.0, 9.2, 16, 16)
    close, result = sheet.grid(13.4, 5.0, 6.0, 3, 3), sheet.grid(19.5, 5.0, 2.4, 1, 1).box(0, 0)
    boxes(sheet.surface, source, values)
    near, whole = source.box(row - 1, column - 1, 3, 3), close.box(0, 0, 3, 3)
    for corner in ((near.topright, whole.topleft), (near.bottomright, whole.bottomleft)):
        beam(sheet.surface, *corner, sheet.thick / 3, FAINT)
    rim(sheet.surface, near, max(1, sheet.thick // 2), SAND)
    done = cycle(t, 0.45, 14)
    added = ease((done - 10.0) / 3.0)
    for index in range(9):
        down, right = divmod(index, 3)
        value = float(values[row + down - 1, column + right - 1])
        box(sheet.surface, close.box(down, right), shade(value * 0.5))
        fallen = ease(done - index)
        if fallen > 0.0:
            sheet.weight(close.box(down - 0.7 * (1.0 - fallen), right), math.sin(index * 2.4 + 0.8))
        if 0.0 < added < 1.0:
            beam(sheet.surface, close.box(down, right).center, result.midleft, sheet.thick / 3, DUSK)
    rim(sheet.surface, whole, max(1, sheet.thick // 2), SAND)
    box(sheet.surface, result, shade(0.9 * added, GLASS))


def convolution(sheet: Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """A patch of 3×3 goes over the boxes, each stop becomes a box. Later layers look at several maps."""
    first = chapter in ("conv2d1", "everywhere")
    side, full = (16, INK) if first else (8, GLASS)
    values, small = coarse(bitmap, side), coarse(bitmap, side // 2)
    done = cycle(t, 0.13 if first else 0.4, small.size)
    size, sheets = (9.2, (0.0,)) if first else (7.6, (1.8, 0.9, 0.0))
    for depth in sheets:
        source = sheet.grid(5.0 + depth, 5.0 + sheets[0] / 2 - depth, size, side, side)
        whole = source.box(0, 0, side, side)
        sheet.surface.fill(ROOM, whole.inflate(4 * source.gap, 4 * source.gap))
        boxes(sheet.surface, source, values * np.float32(1.0 - depth / 3), full)
    _march(sheet, source, sheet.grid(17.0, 5.0, 6.4, side // 2, side // 2), 3, small, done)


def filters(sheet: Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """Several filters, each beside what it finds: another part of the same drawing."""
    values = coarse(bitmap, 16)
    done = cycle(t, 0.35, 12)
    source = sheet.grid(4.3, 5.0, 8.6, 16, 16)
    boxes(sheet.surface, source, values)
    for index, direction in enumerate(FILTERS):
        down, right = divmod(index, 2)
        x, y = 10.5 + 5.7 * right, 1.75 + 3.25 * down
        nine, found = sheet.grid(x, y, 2.1, 3, 3), sheet.grid(x + 2.75, y, 2.9, 8, 8)
        for place in range(9):
            above, left = divmod(place, 3)
            towards = direction[0] * (above - 1) + direction[1] * (left - 1)
            box(sheet.surface, nine.box(above, left), PAPER)
            if towards:
                sheet.weight(nine.box(above, left), math.copysign(1.0, towards))
        small = _found(values, direction)
        shown = np.where(np.arange(8)[:, None] < (done - 1.0), small, np.float32(0.0))
        boxes(sheet.surface, found, shown, GLASS)


def _found(values: Values, direction: tuple[int, int]) -> Values:
    """(8, 8) from (16, 16): how much darker the drawing is one box further in this direction."""
    further = np.roll(values, (-direction[0], -direction[1]), (0, 1))
    more: Values = np.maximum(further - values, np.float32(0.0))
    return np.asarray(more.reshape(8, 2, 8, 2).max(axis=(1, 3)), np.float32)


def pool(sheet: Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """Windows of 2×2, none seen twice, become a box each: their largest, or their average."""
    values = coarse(bitmap, 8)
    windows = values.reshape(4, 2, 4, 2).swapaxes(1, 2).reshape(4, 4, 4)
    largest = kind(chapter) == "max_pool2d"
    small = windows.max(axis=2) if largest else windows.mean(axis=2, dtype=np.float32)
    done = cycle(t, 0.6, small.size)
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


def _march(sheet: Sheet, source: Grid, target: Grid, patch: int, small: Values, done: float) -> None:
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
