"""Colours, and shapes with soft edges: pygame's own rounded corners are jagged."""

from functools import lru_cache

import numpy as np
import pygame

Colour = tuple[int, int, int]

ROOM: Colour = (11, 10, 9)
PAPER: Colour = (27, 25, 22)
RAISED: Colour = (42, 38, 34)
INK: Colour = (252, 245, 232)
QUIET: Colour = (158, 148, 134)
FAINT: Colour = (74, 69, 62)
SAND: Colour = (232, 180, 90)
DUSK: Colour = (128, 101, 58)
"""Sand in the shade: shares that did not win."""


def mix(start: Colour, end: Colour, part: float) -> Colour:
    """`start` at 0, `end` at 1."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
    return red, green, blue


@lru_cache(maxsize=256)
def rounded(width: int, height: int, radius: float, colour: Colour) -> pygame.Surface:
    """A filled rectangle with round corners, anti-aliased over one pixel.

    Distance to a rounded box: https://iquilezles.org/articles/distfunctions2d/
    """
    radius = min(radius, width / 2, height / 2)
    x = np.abs(np.arange(width) + 0.5 - width / 2)[:, None] - (width / 2 - radius)
    y = np.abs(np.arange(height) + 0.5 - height / 2)[None, :] - (height / 2 - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius
    surface = pygame.Surface((width, height), pygame.SRCALPHA)
    surface.fill(colour)
    pixels = pygame.surfarray.pixels_alpha(surface)
    pixels[:] = np.clip(0.5 - outside, 0, 1) * 255 + 0.5
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
