"""Numbers on boxes: how large they are, where they lie, and when they are dark on light."""

import math

from display_node.figures import printed
from display_node.scene import FOREVER, Label, Point, Tint

EM = 0.28
"""Size of a number on a box, as a part of the boxes' pitch: four characters fit on a face."""
LIT = 0.42
"""Strength, 0…1, from which a box is so bright that its number is dark."""
FAINT = 0.5
"""Light of a number that says nothing: zero."""


def on_box(
    value: float, at: Point, em: float, birth: float, death: float = FOREVER, *, lit: bool = True
) -> Label:
    """A number of the drawing, 0…1, on its box; `lit` false where the box is dimmed."""
    dark = lit and value > LIT
    light = 1.0 if lit and value > 0 else FAINT
    return Label(short(value), at, em, birth, Tint.NIGHT if dark else Tint.TEXT, death, light=light)


def short(value: float) -> str:
    """As `printed`, but nothing is just 0."""
    return "0" if value == 0 else printed(value)


def signed(value: float) -> str:
    """With its sign and a space, as the next term of a sum: + 0.31, − 0.31."""
    text = printed(abs(value))
    return f"{'−' if value < 0 and math.copysign(1.0, value) < 0 else '+'} {text}"
