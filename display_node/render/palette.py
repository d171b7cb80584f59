"""The colours. A theme is one `Palette`; scenes only name a `Tint`.

`sand`: drawing, weight, product, result and answer each keep one colour through the whole show. Weights
tell their sign by amber and blue, a pair that every common colour blindness keeps apart, and by form:
a negative box is drawn smaller. `classic` is the original's black and white: the form alone tells.
Linear factors of light, not sRGB-corrected: the room is dark.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from common.errors import ConfigError
from display_node.markup import ROLES
from display_node.scene import Tint

CONTRAST = 7.0
"""Of text on the room, at least (WCAG 2.2, success criterion 1.4.6)."""

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """`positive` and `negative` by a box's `Tint`, `text` for captions, `room` the background.

    `maps` are the hues of a result by the map that it comes from, the first to the last; the first is
    RESULT's own. `night` is for numbers on bright boxes. A box that holds zero has the colours `unlit` and
    `outline`; `faces` is the light on a side, from above and on the front. Where all colours are alike,
    `hollow` negative boxes show their outline only. `glow` is the part of the light that spreads.
    """

    positive: tuple[Colour, ...]
    negative: tuple[Colour, ...]
    maps: tuple[Colour, ...]
    text: Colour
    night: Colour
    room: Colour
    unlit: Colour
    outline: Colour
    faces: Colour
    glow: float
    hollow: bool

    def hue(self, tint: float) -> Colour:
        """Of a positive number; of RESULT with a fraction, the map's hue. Twin of `hue` in boxes.vert."""
        kind = int(tint)
        if kind in (Tint.TEXT, Tint.NIGHT):
            return self.text if kind == Tint.TEXT else self.room
        if kind != Tint.RESULT:
            return self.positive[kind]
        place = (tint - kind) * (len(self.maps) - 1)
        first, second = list(pairwise(self.maps))[int(place)]
        part = place % 1.0
        red, green, blue = (a + (b - a) * part for a, b in zip(first, second, strict=True))
        return red, green, blue

    def ink(self, role: str | None) -> Colour:
        """Of a word in a caption that names a thing, light enough to be read; None is the text's own."""
        return _legible(self.text if role is None else self.positive[ROLES.index(role)], self.room)


@cache
def _legible(colour: Colour, room: Colour) -> Colour:
    """The colour, as much lighter as it must be."""
    while contrast(colour, room) < CONTRAST:
        red, green, blue = (part + (1.0 - part) * 0.05 for part in colour)
        colour = red, green, blue
    return colour


def contrast(light: Colour, dark: Colour) -> float:
    """1…21, as WCAG 2.2 defines it."""
    return (_luminance(light) + 0.05) / (_luminance(dark) + 0.05)


def _luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour, 0…1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


SAND = Palette(
    positive=(
        (1.00, 0.98, 0.94),  # drawing: paper white
        (1.00, 0.57, 0.15),  # weight: amber
        (1.00, 0.78, 0.48),  # product: amber on its way to white
        (0.42, 0.88, 0.80),  # result: sea glass
        (1.00, 0.85, 0.38),  # answer: gold
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
        (0.42, 0.88, 0.80),  # sea glass
        (0.36, 0.82, 0.66),  # jade
        (0.54, 0.88, 0.64),  # fern
        (0.74, 0.84, 0.74),  # lichen
        (0.84, 0.68, 0.86),  # mallow
    ),
    text=(0.85, 0.84, 0.81),
    night=(0.03, 0.03, 0.04),
    room=(0.0, 0.0, 0.0),
    unlit=(0.018, 0.019, 0.023),
    outline=(0.20, 0.205, 0.22),
    faces=(0.56, 1.00, 0.84),
    glow=0.55,
    hollow=False,
)

_WHITE = (1.0, 1.0, 1.0)
CLASSIC = Palette(
    positive=(_WHITE,) * 5,
    negative=(_WHITE,) * 5,
    maps=(_WHITE,) * 5,
    text=(0.92, 0.92, 0.92),
    night=(0.0, 0.0, 0.0),
    room=(0.0, 0.0, 0.0),
    unlit=(0.0, 0.0, 0.0),
    outline=(0.50, 0.50, 0.50),
    faces=(0.92, 1.00, 0.96),
    glow=0.12,
    hollow=True,
)

_THEMES = {"sand": SAND, "classic": CLASSIC}


def themes() -> tuple[str, ...]:
    """Their names, the usual one first."""
    return tuple(_THEMES)


def find_theme(name: str) -> Palette:
    """`ConfigError` lists what there is."""
    if name not in _THEMES:
        raise ConfigError(f"no theme {name!r}; there are {', '.join(_THEMES)}")
    return _THEMES[name]
