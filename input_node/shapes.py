"""Colours, and shapes with soft edges: pygame's own rounded corners are jagged."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pygame

Colour = tuple[int, int, int]
Distance = npt.NDArray[np.float64]

ROOM: Colour = (11, 10, 9)
PAPER: Colour = (27, 25, 22)
RAISED: Colour = (42, 38, 34)
INK: Colour = (252, 245, 232)
QUIET: Colour = (158, 148, 134)
FAINT: Colour = (74, 69, 62)
SAND: Colour = (232, 180, 90)
DUSK: Colour = (128, 101, 58)
"""Sand in the shade: shares that did not win."""
GLASS: Colour = (140, 205, 193)
"""What the network makes of a drawing, in pictures: sea glass here as on the wall."""


def mix(start: Colour, end: Colour, part: float) -> Colour:
    """`start` at 0, `end` at 1."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
    return red, green, blue


@lru_cache(maxsize=512)
def rounded(width: int, height: int, radius: float, colour: Colour) -> pygame.Surface:
    """A filled rectangle with round corners, anti-aliased over one pixel.

    Distance to a rounded box: https://iquilezles.org/articles/distfunctions2d/
    """
    return cut(0.5 - _outside(width, height, radius), colour)


@lru_cache(maxsize=64)
def frame(width: int, height: int, radius: float, thick: int, colour: Colour) -> pygame.Surface:
    """The rim of the same, `thick` pixels wide."""
    outside = _outside(width, height, radius)
    return cut(np.minimum(0.5 - outside, 0.5 + outside + thick), colour)


def _outside(width: int, height: int, radius: float) -> Distance:
    """(width, height) pixels from the rim, negative inside."""
    radius = min(radius, width / 2, height / 2)
    x = np.abs(np.arange(width) + 0.5 - width / 2)[:, None] - (width / 2 - radius)
    y = np.abs(np.arange(height) + 0.5 - height / 2)[None, :] - (height / 2 - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius
    return np.asarray(outside, np.float64)


def cut(coverage: Distance, colour: Colour) -> pygame.Surface:
    """A surface of one colour where `coverage`, (width, height), is 1, and none where it is 0."""
    surface = pygame.Surface(coverage.shape, pygame.SRCALPHA)
    surface.fill(colour)
    pixels = pygame.surfarray.pixels_alpha(surface)
    pixels[:] = np.clip(coverage, 0, 1) * 255 + 0.5
    del pixels  # it locks the surface
    return surface


@lru_cache(maxsize=8)
def corners(radius: int, colour: Colour) -> pygame.Surface:
    """What lies outside a round corner, for all four at once: (2·radius)² pixels, clear in the middle."""
    surface = pygame.Surface((2 * radius, 2 * radius), pygame.SRCALPHA)
    surface.fill((*colour, 255))
    hole = pygame.surfarray.pixels_alpha(surface)
    hole[:] = 255 - pygame.surfarray.array_alpha(rounded(2 * radius, 2 * radius, radius, colour))
    del hole
    return surface


def round_off(surface: pygame.Surface, area: pygame.Rect, radius: int) -> None:
    """Cut the four corners of `area` round, down to the room behind."""
    piece = corners(radius, ROOM)
    for right in (0, 1):
        for low in (0, 1):
            place = (area.right - radius if right else area.left, area.bottom - radius if low else area.top)
            surface.blit(piece, place, (right * radius, low * radius, radius, radius))
