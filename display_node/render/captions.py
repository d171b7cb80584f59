"""Captions: where the lines of one or two languages stand at the bottom of the screen."""

from collections.abc import Sequence

import numpy as np

from display_node.render.atlas import Atlas
from display_node.render.palette import SAND, Palette
from display_node.render.text import GLYPH, Glyphs, line, width

EM = (0.040, 0.031)
"""Size of the first and of the second language, as parts of the screen's height.

A capital is 0.72 em high: the first one's is 1/35 of the screen, legible from three metres.
"""
ALONE = 0.046
"""Size of a language that has the screen for itself."""
LEADING = 1.32
WIDEST = 0.92
"""Part of the screen's width that a line may take before it is broken."""
FLOOR = 0.036
"""Free space below the last line, as a part of the screen's height."""
FADES = (0.35, 0.25)
"""Seconds in which a caption comes, and goes."""


def caption(
    atlas: Atlas,
    texts: Sequence[str],
    aspect: float,
    birth: float,
    death: float,
    palette: Palette = SAND,
) -> Glyphs:
    """Glyphs of these texts, one a language, stacked upwards from the floor and centred."""
    sizes = EM if len(texts) > 1 else (ALONE,)
    rows: list[tuple[str, float]] = []
    for text, em in zip(texts, sizes, strict=False):
        rows += [(row, em) for row in _fit(atlas, text, WIDEST * aspect / em)]
    parts = [np.zeros(0, GLYPH)]
    y = FLOOR
    for row, em in reversed(rows):
        middle = y + LEADING * em / 2
        at = (0.0, 2.0 * middle - 1.0, 0.0)
        parts.append(line(atlas, row, at, em, palette.text, birth, death, fades=FADES))
        y += LEADING * em
    return np.concatenate(parts)


def _fit(atlas: Atlas, text: str, widest: float) -> list[str]:
    """The text's own lines where they fit, else its words broken anew; `widest` in ems."""
    rows = text.split("\n")
    if all(width(atlas, row) <= widest for row in rows):
        return rows
    broken = [""]
    for word in text.split():
        longer = f"{broken[-1]} {word}".strip()
        if broken[-1] and width(atlas, longer) > widest:
            broken.append(word)
        else:
            broken[-1] = longer
    return broken
