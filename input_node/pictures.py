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
from input_node import looks
from input_node.easel import beam, box, boxes, coarse, ease, rim, shade
from input_node.shapes import DUSK, FAINT, GLASS, INK, PAPER, QUIET, RAISED, ROOM, SAND, cut, mix
from input_node.sheet import REST, TALL, WIDE, Sheet, busy, cycle
from input_node.texts import kind
from input_node.typeface import centred, line

TURN = 9.0
"""Seconds in which the sand runs through."""


def draw(surface: pygame.Surface, area: pygame.Rect, chapter: str, t: float, bitmap: Bitmap) -> None:
    """The picture of `chapter`; sand, running, for one that we have no picture of."""
    _PICTURES.get(kind(chapter), _sand)(Sheet(surface, area), max(t, 0.0), bitmap, chapter)


def _drawing(sheet: Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """One small square after the other is looked at closely: it is a number."""
    values = coarse(bitmap, 16)
    grid = sheet.grid(5.0, 5.0, 9.2, 16, 16)
    boxes(sheet.surface, grid, values)
    places = busy(values)
    row, column = places[int(t / 0.9) * 7 % len(places)]
    value = float(values[row, column])
    near, close = grid.box(row, column), sheet.grid(16.5, 5.0, 6.4, 1, 1).box(0, 0)
    for corner in ((near.topright, close.topleft), (near.bottomright, close.bottomleft)):
        beam(sheet.surface, *corner, sheet.thick / 3, FAINT)
    rim(sheet.surface, near, max(1, sheet.thick // 2), SAND)
    box(sheet.surface, close, shade(value))
    rim(sheet.surface, close, sheet.thick, SAND)
    number = line(f"{value:.2f}", max(9, round(sheet.unit * 2.2)), ROOM if value > 0.5 else INK, True)
    centred(sheet.surface, number, *close.center)


def _flatten(sheet: Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """The boxes of a block fly into a row, one after the other."""
    values = coarse(bitmap, 4)
    block, row = sheet.grid(10.5, 3.1, 6.0, 4, 4), sheet.grid(10.5, 8.6, 20.0, 1, 16)
    done = cycle(t, 0.2, 20)
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


def _linear(sheet: Sheet, t: float, bitmap: Bitmap, chapter: str) -> None:
    """A row of weights drops onto the row of numbers; times each other and added up they are one box."""
    last = chapter == "sums"
    count, seconds = (10, 0.9) if last else (6, 1.7)
    values = coarse(bitmap, 4).ravel()
    numbers = sheet.grid(10.5, 4.4, 20.0, 1, 16)
    sums = sheet.grid(10.5, 7.9, 12.0 if last else 8.0, 1, count)
    done = cycle(t, seconds, count)
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
            sheet.weight(numbers.box(-2.6 * (1.0 - ease(part / 0.5)), index), weight)
    for index in range(count):
        strength = 0.6 if last else 0.3 + 0.5 * abs(math.sin(index * 1.9))  # ten that tell nothing
        box(sheet.surface, sums.box(0, index), shade(strength, GLASS) if index < turn else PAPER)
    if last:
        sheet.digits(sums, turn)


def _shares(sheet: Sheet, t: float, _: Bitmap, chapter: str) -> None:
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


def _why(sheet: Sheet, t: float, bitmap: Bitmap, _: str) -> None:
    """Backwards: from one box to a few, and from those to the ink that they saw."""
    values = coarse(bitmap, 16)
    grid, middle = sheet.grid(4.8, 5.0, 9.4, 16, 16), sheet.grid(14.0, 5.0, 4.4, 4, 4)
    answer = sheet.grid(19.2, 5.0, 2.4, 1, 1).box(0, 0)
    done = cycle(t, 0.25, 18)
    lit = [place for place in busy(values) if values[place] > 0.3][:12]
    seen = sorted({(row // 4, column // 4) for row, column in lit})
    boxes(sheet.surface, grid, values * np.float32(0.55))
    boxes(sheet.surface, middle, np.full((4, 4), 0.15, np.float32), GLASS)
    for row, column in seen:
        near = middle.box(row, column)
        part = ease(done / 3.0)
        if part > 0.0 and done < 5.0:
            beam(sheet.surface, answer.midleft, near.center, sheet.thick / 3, DUSK)
        box(sheet.surface, near, shade(0.15 + 0.75 * part, GLASS))
    for index, (row, column) in enumerate(lit):
        part = ease((done - 4.0 - 0.6 * index) / 2.5)
        place = grid.box(row, column)
        if 0.0 < part < 1.0:
            beam(sheet.surface, middle.box(row // 4, column // 4).center, place.center, sheet.thick / 3, DUSK)
        if part > 0.0:
            box(sheet.surface, place, mix(shade(0.55 * float(values[row, column])), SAND, part))
    box(sheet.surface, answer, SAND)


def _sand(sheet: Sheet, t: float, _: Bitmap, __: str) -> None:
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


_PICTURES: dict[str, Callable[[Sheet, float, Bitmap, str], None]] = {
    "drawing": _drawing,
    "look": looks.look,
    "everywhere": looks.convolution,
    "filters": looks.filters,
    "conv2d": looks.convolution,
    "max_pool2d": looks.pool,
    "avg_pool2d": looks.pool,
    "flatten": _flatten,
    "linear": _linear,
    "sums": _linear,
    "answer": _shares,
    "winner": _shares,
    "why": _why,
}
