"""The pieces of the screen that hold no ink: message, bitmap, bars, sign, buttons. Drawing only."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pygame

from common.bitmap import SIDE, Bitmap
from common.verdict import judge
from common.wire import Answer
from input_node.saying import Said
from input_node.shapes import DUSK, FAINT, INK, PAPER, QUIET, RAISED, ROOM, SAND, Colour, mix, rounded
from input_node.typeface import Paragraph, centred, fit, line, write

CLOSE = mix(DUSK, SAND, 0.6)
"""The runner-up, where it may as well be the answer."""
SECOND = 0.66
"""Size of the second language, of the first one's."""
ONE_LINE = 32
"""Characters of details in two languages that share a line."""
LEGIBLE = 12
"""Pixels of the smallest text: rather one language that can be read than two that cannot."""


def message(surface: pygame.Surface, area: pygame.Rect, size: int, said: Said) -> None:
    """A title and a detail in each language; what is answered stands large before them."""
    text = area.copy()
    if said.large:
        x, tall = area.left, min(area.height, round(area.width * 0.34))
        for index, mark in enumerate(said.large):
            colour = QUIET if mark == "?" else CLOSE if index else SAND
            picture = line(mark, round(tall * (0.7 if len(said.large) > 1 else 1.0)), colour, True)
            surface.blit(picture, (x, area.centery - picture.get_height() // 2))
            x += picture.get_width() + tall // 12
        x += tall // 9
        text = pygame.Rect(x, area.top, area.right - x, area.height)
    paragraphs = []
    for index, words in enumerate(said.title):
        scale = SECOND if index else 1.0
        colour = QUIET if index else INK
        paragraphs.append(Paragraph(words, round(size * scale), colour, not index, 0.5))
    details = tuple(dict.fromkeys(said.detail))  # bare numbers are the same in every language
    joined = "  ·  ".join(details)
    for index, words in enumerate((joined,) if len(joined) <= ONE_LINE else details):
        colour = QUIET if index else SAND
        paragraphs.append(Paragraph(words, round(size * 0.62), colour, False, 0.2 if index else 0.5, 1))
    write(surface, paragraphs, text)


def veil(surface: pygame.Surface, area: pygame.Rect, part: float) -> None:
    """Cover what was drawn: not at all at 1, wholly at 0. In the smallest windows there is no room for it."""
    if part < 1.0 and min(area.size) > 0:
        cover = pygame.Surface(area.size)
        cover.fill(ROOM)
        cover.set_alpha(round(255 * (1.0 - part)))
        surface.blit(cover, area)


def sight(surface: pygame.Surface, area: pygame.Rect, bitmap: Bitmap) -> None:
    """The 32×32 as the network gets it, every pixel to be seen."""
    cell = area.width // SIDE
    shade = bitmap.unit.T[:, :, None]
    low, high = np.array(RAISED, np.float32), np.array(INK, np.float32)
    small = pygame.surfarray.make_surface((low + (high - low) * shade + 0.5).astype(np.uint8))
    surface.blit(pygame.transform.scale(small, (cell * SIDE, cell * SIDE)), area)
    if cell >= 3:
        thick = max(1, cell // 8)
        for index in range(SIDE + 1):
            at = index * cell - thick // 2
            surface.fill(ROOM, (area.left + at, area.top, thick, area.height))
            surface.fill(ROOM, (area.left, area.top + at, area.width, thick))


def caption(surface: pygame.Surface, area: pygame.Rect, words: tuple[str, ...], size: int) -> None:
    both = [Paragraph(text, size, QUIET, False, 0.0, 1) for text in words]
    if fit(both, area.width, area.height)[0].size < LEGIBLE:
        both = [Paragraph(words[0], size, QUIET, False, 0.0, 2)]
    write(surface, both, area, centre=True, middle=False)


def bars(
    surface: pygame.Surface, area: pygame.Rect, answer: Answer | None, grown: float, wave: float
) -> None:
    """Ten shares of one. `grown` 0…1: how far they have risen; `wave` > 0: seconds of waiting.

    None has won if the wall is not sure that it is a digit; a second one stands out if it may be either.
    """
    found = judge(answer.probabilities, answer.sure) if answer else None
    either = found.second if found and found.kind == "unsure" else None
    pitch = area.width / 10
    width = max(4, min(round(pitch * 0.62), area.height // 10))
    label = max(12, min(round(pitch * 0.8), round(area.height * 0.17)))
    track = area.height - round(label * 1.5)
    for digit in range(10):
        middle = area.left + (digit + 0.5) * pitch
        left = round(middle - width / 2)
        won = answer is not None and answer.sure and digit == answer.digit
        surface.blit(rounded(width, track, width / 2, PAPER), (left, area.top))
        share = answer.probabilities[digit] * grown if answer else 0.0
        if wave:
            share = 0.16 + 0.1 * math.sin(wave * 3.2 - digit * 0.55)
        tall = min(round(track * share), track)
        lost = CLOSE if digit == either else DUSK
        colour: Colour = SAND if won else lost if answer else mix(PAPER, DUSK, 0.85)
        # Like sand in a glass: the lower slice of the full tube, so that its height is the share.
        tube = rounded(width, track, width / 2, colour)
        surface.blit(tube, (left, area.top + track - tall), (0, track - tall, width, tall))
        name = line(str(digit), label, INK if won or digit == either else QUIET, won)
        centred(surface, name, middle, area.bottom - label * 0.55)


def sign(surface: pygame.Surface, area: pygame.Rect, words: tuple[str, ...], fraction: float | None) -> None:
    """A small dot and a text; `fraction` of the wall's tour draws a thin line under them."""
    dot = max(6, area.height // 3)
    rail = max(2, area.height // 12) if fraction is not None else 0
    colour = QUIET if fraction is None else SAND
    surface.blit(rounded(dot, dot, dot / 2, colour), (area.left, area.centery - rail - dot // 2))
    room = pygame.Rect(area.left + dot * 2, area.top, area.width - dot * 2, area.height - rail * 2)
    both = Paragraph("  ·  ".join(words), round(area.height * 0.72), QUIET, False, 0, 1)
    legible = fit([both], room.width, room.height)[0].size >= max(LEGIBLE, both.size * SECOND)
    write(surface, [both if legible else replace(both, text=words[0])], room)
    if fraction is not None:
        surface.fill(RAISED, (area.left, area.bottom - rail, area.width, rail))
        surface.fill(SAND, (area.left, area.bottom - rail, round(area.width * fraction), rail))


def progress(surface: pygame.Surface, area: pygame.Rect, shown: float, ticks: tuple[float, ...]) -> None:
    """The tour as a row of chapters that fill with sand, as far as it is known where they begin; then "?"."""
    mark = line("?", round(area.height * 0.95), SAND, True)
    width = area.width - round(mark.get_width() * 1.8)
    centred(surface, mark, area.right - mark.get_width() * 0.6, area.centery)
    tall = max(4, round(area.height * 0.3))
    top, gap = area.centery - tall // 2, max(2, tall // 3)
    edges = [0, *(round(tick * width) for tick in sorted(ticks)), width + gap]
    filled = round(shown * width)
    for left, right in pairwise(edges):
        long = right - gap - left
        if long < 2:
            continue
        surface.blit(rounded(long, tall, tall / 2, RAISED), (area.left + left, top))
        full = min(filled - left, long)
        if full > 0:
            surface.blit(rounded(long, tall, tall / 2, SAND), (area.left + left, top), (0, 0, full, tall))
    knob = tall * 2
    x = min(max(filled - knob // 2, 0), width - knob)
    surface.blit(rounded(knob, knob, knob / 2, INK), (area.left + x, area.centery - knob // 2))


def button(
    surface: pygame.Surface,
    area: pygame.Rect,
    words: tuple[str, ...],
    *,
    main: bool,
    enabled: bool,
    pressed: bool,
) -> None:
    """The main one is sand; one that cannot do anything now is only an outline of itself."""
    fill = SAND if main else RAISED
    ink = ROOM if main else INK
    if not enabled:
        fill, ink = (mix(PAPER, SAND, 0.1), mix(PAPER, SAND, 0.5)) if main else (PAPER, FAINT)
    elif pressed:
        fill = mix(fill, INK, 0.35 if main else 0.2)
    radius = area.height * 0.32
    surface.blit(rounded(area.width, area.height, radius, fill), area)
    inner = area.inflate(-round(area.height * 0.4), -round(area.height * 0.12))
    size = round(area.height * 0.38)
    second = mix(ink, fill, 0.3)
    paragraphs = [
        Paragraph(text, round(size * (0.72 if index else 1)), second if index else ink, not index, 0.0, 1)
        for index, text in enumerate(words)
    ]
    write(surface, paragraphs, inner, centre=True)
