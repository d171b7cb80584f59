"""The colours. A theme is one `Palette`; scenes only name a `Tint`.

Drawing, weight, product, result and answer each keep one colour through the whole show. Weights tell
their sign by amber and blue, a pair that every common colour blindness keeps apart, and by form:
a negative box is drawn smaller. Linear factors of light, not sRGB-corrected: the room is dark.
"""

from dataclasses import dataclass

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """`positive` and `negative` by `Tint`, `text` for captions, `room` the background."""

    positive: tuple[Colour, ...]
    negative: tuple[Colour, ...]
    text: Colour
    room: Colour


SAND = Palette(
    positive=(
        (1.00, 0.98, 0.94),  # drawing: paper white
        (1.00, 0.62, 0.20),  # weight: amber
        (1.00, 0.78, 0.48),  # product: amber on its way to white
        (0.56, 0.90, 0.84),  # result: sea glass
        (1.00, 0.80, 0.34),  # answer: gold
    ),
    negative=(
        (0.40, 0.60, 1.00),
        (0.27, 0.52, 1.00),
        (0.40, 0.62, 1.00),
        (0.45, 0.60, 0.95),
        (0.40, 0.60, 1.00),
    ),
    text=(0.96, 0.95, 0.92),
    room=(0.0, 0.0, 0.0),
)
