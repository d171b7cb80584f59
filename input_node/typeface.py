"""Text: the font, found once, and paragraphs that are made to fit the room that they have."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import pygame

from common import fonts
from input_node.shapes import Colour

SMALLEST = 9
"""Pixels; below that nothing is readable, and the text is clipped instead."""
LEADING = 1.24
"""Baseline to baseline, in sizes."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`size` in pixels; `above`: space before it, in sizes, unless it comes first."""

    text: str
    size: int
    colour: Colour
    bold: bool = False
    above: float = 0.35
    most_lines: int = 2


@lru_cache(maxsize=96)
def font(size: int, bold: bool = False) -> pygame.font.Font:
    path = fonts.latin()
    if path and bold:
        heavier = path.with_name(path.name.replace("RoundR.", "RoundB.").replace("SquareR.", "SquareB."))
        path = heavier if heavier.is_file() else path
    return pygame.font.Font(str(path) if path else None, size)


@lru_cache(maxsize=256)
def line(text: str, size: int, colour: Colour, bold: bool = False) -> pygame.Surface:
    return font(size, bold).render(text, True, colour)


def wrap(text: str, size: int, bold: bool, width: int) -> list[str]:
    """Lines of whole words no wider than `width` pixels; one word that is wider stays alone.

    A no-break space keeps two words together.
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font(size, bold).size(longer)[0] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fit(paragraphs: Sequence[Paragraph], width: int, height: int) -> list[Paragraph]:
    """All of them made smaller together until they fit."""
    scale = 1.0
    while True:
        scaled = [replace(p, size=max(SMALLEST, round(p.size * scale))) for p in paragraphs]
        if _fits(scaled, width, height) or all(p.size == SMALLEST for p in scaled):
            return scaled
        scale *= 0.95


def write(
    surface: pygame.Surface,
    paragraphs: Sequence[Paragraph],
    area: pygame.Rect,
    *,
    centre: bool = False,
    middle: bool = True,
) -> None:
    """Fit the paragraphs into `area` and draw them: left or centred, from the top or in the middle."""
    fitted = fit(paragraphs, area.width, area.height)
    y = float(area.top) + (max(area.height - _height(fitted, area.width), 0) / 2 if middle else 0)
    for index, p in enumerate(fitted):
        y += p.above * p.size if index else 0
        for text in wrap(p.text, p.size, p.bold, area.width):
            picture = line(text, p.size, p.colour, p.bold)
            x = area.left + (area.width - picture.get_width()) / 2 if centre else area.left
            place = pygame.Rect(round(x), round(y + (LEADING * p.size - picture.get_height()) / 2), 0, 0)
            surface.blit(picture, place)
            y += LEADING * p.size


def centred(surface: pygame.Surface, picture: pygame.Surface, x: float, y: float) -> None:
    """Blit with the middle at (x, y)."""
    surface.blit(picture, (round(x - picture.get_width() / 2), round(y - picture.get_height() / 2)))


def _fits(paragraphs: Sequence[Paragraph], width: int, height: int) -> bool:
    for p in paragraphs:
        lines = wrap(p.text, p.size, p.bold, width)
        if len(lines) > p.most_lines or any(font(p.size, p.bold).size(text)[0] > width for text in lines):
            return False
    return _height(paragraphs, width) <= height


def _height(paragraphs: Sequence[Paragraph], width: int) -> float:
    total = 0.0
    for index, p in enumerate(paragraphs):
        total += p.above * p.size if index else 0
        total += len(wrap(p.text, p.size, p.bold, width)) * LEADING * p.size
    return total
