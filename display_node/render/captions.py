"""Captions: where the lines of one or two languages stand at the bottom of the screen."""

from collections.abc import Sequence
from functools import partial

from display_node.render.atlas import Atlas
from display_node.render.breaking import rows
from display_node.render.framing import FLOOR, LEADING, WIDEST, sizes, unit
from display_node.render.palette import SAND, Palette
from display_node.render.parting import parted
from display_node.render.text import Glyphs, gathered, line, width
from display_node.tiling import Gap

FADES = (0.35, 0.25)
"""Seconds in which a caption comes, and goes."""


def caption(
    atlas: Atlas,
    texts: Sequence[str],
    aspect: float,
    birth: float,
    death: float,
    palette: Palette = SAND,
    lift: float = 0.0,
    gaps: Sequence[Gap] = (),
) -> Glyphs:
    """Glyphs of these texts, one a language, stacked upwards from the floor and centred.

    They may carry markup (`display_node.markup`). `lift` raises them, in parts of the screen's height.
    No word stands in one of the `gaps`, from and to in parts of the screen's width, where it can stand aside.
    """
    lines = [
        (row, em)
        for text, em in zip(texts, sizes(len(texts), aspect), strict=False)
        for row in rows(text, WIDEST * aspect / em, partial(width, atlas))
    ]
    parts: list[Glyphs] = []
    y = FLOOR * unit(aspect) + lift
    for row, em in reversed(lines):
        ems = aspect / em
        hidden = [((low - 0.5) * ems, (high - 0.5) * ems) for low, high in gaps]
        for part, x in parted(row, hidden, WIDEST * ems, partial(width, atlas)):
            at = (2.0 * x / ems, 2.0 * (y + LEADING * em / 2) - 1.0, 0.0)
            runs = [(run, palette.ink(role)) for run, role in part]
            parts.append(line(atlas, runs, at, em, birth, death, fades=FADES))
        y += LEADING * em
    return gathered(parts)
