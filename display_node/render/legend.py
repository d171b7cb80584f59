"""The legend: at the top left, what each colour means. A swatch is a box, seen from the front."""

from collections.abc import Callable, Sequence

from display_node.markup import ROLES
from display_node.render.atlas import Atlas
from display_node.render.framing import CEILING, LEGEND, ROW, unit
from display_node.render.palette import Palette
from display_node.render.text import Glyphs, gathered, line, rectangle, width
from display_node.scene import FOREVER, Legend, Tint
from display_node.tiling import Gap

FADE = 0.4
"""Seconds."""
LIGHT = 0.82
"""Of the words: quieter than a caption, and still seven times as bright as the room."""
SWATCH = 0.78
"""Edge of a swatch, in ems."""
SUNKEN = 0.62
"""Edge of a negative one, as a part of that."""
SPACE = 0.45
"""Ems from a swatch to its word."""
APART = 1.5
"""Ems between two entries."""

Say = Callable[[str], Sequence[str]]
Place = tuple[str, float, float]


def legend(
    atlas: Atlas,
    wanted: Sequence[Legend],
    say: Say,
    aspect: float,
    duration: float,
    palette: Palette,
    gaps: Sequence[Gap] = (),
) -> Glyphs:
    """Glyphs of all legends. `say` gives a key's words in each language, none for one that is missing.

    No entry stands in one of the `gaps`, from and to in parts of the screen's width.
    """
    words = {role: "  ".join(say(f"legend.{role}")) for shown in wanted for role in shown.roles}
    if palette.hollow:  # no colour means anything; the sign of a weight is all there is to explain
        words = {role: words[role] if role == "filter" else "" for role in words}
    places = [_places(atlas, shown.roles, words, aspect, gaps) for shown in wanted]
    parts: list[Glyphs] = []
    for shown, placed in zip(wanted, places, strict=True):
        for place in placed:
            # An entry that is in the next legend too, at the same place, stays as it is.
            others = [other for other, there in zip(wanted, places, strict=True) if place in there]
            came = any(_meet(other, shown) for other in others)
            goes = any(_meet(shown, other) for other in others)
            death = shown.until if shown.until < duration else FOREVER
            fades = (0.0 if came else FADE, 0.0 if goes else FADE)
            parts += _entry(atlas, place, words[place[0]], aspect, palette, shown.time, death, fades)
    return gathered(parts)


def _places(
    atlas: Atlas, roles: Sequence[str], words: dict[str, str], aspect: float, gaps: Sequence[Gap]
) -> list[Place]:
    """Role, left end and middle of each entry, in rows if need be; parts of the screen's height."""
    em, margin = LEGEND * unit(aspect), CEILING * unit(aspect)
    x, y = margin, 1.0 - margin - em / 2
    placed: list[Place] = []
    for role in roles:
        if not words[role]:
            continue
        wide = em * (_swatches(role) + SPACE + width(atlas, words[role]))
        for low, high in gaps:
            if x < high * aspect + SPACE * em and x + wide > low * aspect - SPACE * em:
                x = high * aspect + SPACE * em
        if x + wide > aspect - margin and placed:
            x, y = margin, y - ROW * em
        placed.append((role, x, y))
        x += wide + APART * em
    return placed


def _swatches(role: str) -> float:
    """Ems: of weights, a positive and a negative one."""
    return SWATCH * (1.25 + SUNKEN) if role == "filter" else SWATCH


def _entry(
    atlas: Atlas,
    place: Place,
    word: str,
    aspect: float,
    palette: Palette,
    birth: float,
    death: float,
    fades: tuple[float, float],
) -> list[Glyphs]:
    role, x, y = place
    em = LEGEND * unit(aspect)
    tint = Tint(ROLES.index(role)) if role in ROLES else Tint.TEXT
    edge = SWATCH * em

    def square(left: float, side: float, colour: tuple[float, float, float]) -> Glyphs:
        return rectangle(left, y - side / 2, side, side, aspect, colour, birth, death, fades=fades)

    parts = [square(x, edge, palette.hue(tint))]
    if role == "filter":
        side, left = edge * SUNKEN, x + 1.25 * edge
        parts.append(square(left, side, palette.negative[tint]))
        parts.append(square(left + 0.22 * side, 0.56 * side, palette.room))
    left = x + em * (_swatches(role) + SPACE)
    at = (2.0 * (left + em * width(atlas, word) / 2) / aspect - 1.0, 2.0 * y - 1.0, 0.0)
    parts.append(line(atlas, [(word, palette.text)], at, em, birth, death, fades=fades, light=LIGHT))
    return parts


def _meet(first: Legend, second: Legend) -> bool:
    return abs(first.until - second.time) < 1e-3
