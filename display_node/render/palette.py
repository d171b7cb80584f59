"""The colours. A theme is one `Palette`; scenes only name a `Tint`.

Drawing, weight, product, result and answer each keep one colour through the whole show. Weights tell
their sign by amber and blue, a pair that every common colour blindness keeps apart, and by form:
a negative box is drawn smaller. Linear factors of light, not sRGB-corrected: the room is dark.
"""

from dataclasses import dataclass
from itertools import pairwise

from display_node.scene import Tint

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """`positive` and `negative` by `Tint`, `text` for captions, `room` the background.

    `maps` are the hues of a result by the map that it comes from, the first to the last; the first is
    RESULT's own.
    """

    positive: tuple[Colour, ...]
    negative: tuple[Colour, ...]
    maps: tuple[Colour, ...]
    text: Colour
    room: Colour

    def hue(self, tint: float) -> Colour:
        """Of a positive number; of RESULT with a fraction, the map's hue. Twin of `hue` in boxes.vert."""
        kind = int(tint)
        if kind != Tint.RESULT:
            return self.positive[kind]
        place = (tint - kind) * (len(self.maps) - 1)
        first, second = list(pairwise(self.maps))[int(place)]
        part = place % 1.0
        red, green, blue = (a + (b - a) * part for a, b in zip(first, second, strict=True))
        return red, green, blue


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
    # Into green and past it. Those who don't see red take a yellow green for amber, and a lilac for blue.
    maps=(
        (0.56, 0.90, 0.84),  # sea glass
        (0.36, 0.82, 0.66),  # jade
        (0.54, 0.88, 0.64),  # fern
        (0.74, 0.84, 0.74),  # lichen
        (0.84, 0.68, 0.86),  # mallow
    ),
    text=(0.96, 0.95, 0.92),
    room=(0.0, 0.0, 0.0),
)
