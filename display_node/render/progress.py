"""How far the tour is: a thin row at the very bottom, a segment a chapter, as long as it lasts."""

from collections.abc import Iterator
from itertools import pairwise

from display_node.render.framing import PROGRESS, WIDEST, unit
from display_node.render.palette import Palette
from display_node.render.text import Glyphs, gathered, rectangle
from display_node.scene import FOREVER, Scene

THICK = 0.0042
"""Height of a segment, as a part of the screen's shorter side."""
APART = 0.006
"""Between two of them."""
FADE = 0.4
"""Seconds."""
AHEAD, PAST, PRESENT = 0.11, 0.20, 0.72
"""Light of a segment; that of past and present ones falls on top of the one that all have."""


def progress(scene: Scene, aspect: float, palette: Palette) -> Glyphs:
    """Nothing for a scene that has no chapters, or never ends."""
    parts: list[Glyphs] = []
    for begin, end, left, wide in segments(scene, aspect):
        for light, birth, death in ((AHEAD, -FADE, FOREVER), (PAST, end, FOREVER), (PRESENT, begin, end)):
            parts.append(
                rectangle(
                    left, PROGRESS * unit(aspect), wide, THICK * unit(aspect), aspect, palette.text,
                    birth, death, fades=(FADE, FADE), light=light,
                )
            )  # fmt: skip
    return gathered(parts)


def segments(scene: Scene, aspect: float) -> Iterator[tuple[float, float, float, float]]:
    """Begin and end of each chapter, s, and its segment's left end and width, in parts of the height."""
    if not scene.chapters:
        return
    starts = [chapter.start for chapter in scene.chapters]
    apart = APART * unit(aspect)
    free = WIDEST * aspect - apart * (len(starts) - 1)
    left = (1.0 - WIDEST) / 2 * aspect
    for begin, end in pairwise([*starts, scene.duration]):
        wide = free * (end - begin) / (scene.duration - starts[0])
        # The last chapter is the present one for as long as the wall rests on its end.
        yield begin, end if end < scene.duration else FOREVER, left, wide
        left += wide + apart
