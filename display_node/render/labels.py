"""Labels: text that stands, or flies, among the boxes."""

from collections.abc import Sequence

from display_node.render.atlas import Atlas
from display_node.render.palette import Palette
from display_node.render.text import Glyphs, gathered, line, width
from display_node.scene import Label, Point

FADE = 0.15
"""Seconds in which a label comes, and goes."""
NEAREST, FURTHEST = 1.0, 2.0
"""Ems by which a label is drawn in front of the face that it is printed on: more, the wider it is."""

Moment = tuple[int, int, int, int]


def labels(atlas: Atlas, wanted: Sequence[Label], palette: Palette) -> Glyphs:
    """Glyphs of all labels. Where one takes the place of another, neither fades: a number only changes."""
    born = {_moment(label.at, label.birth) for label in wanted}
    gone = {_moment(_last(label), label.death) for label in wanted}
    parts: list[Glyphs] = []
    for label in wanted:
        follows = _moment(label.at, label.birth) in gone
        followed = _moment(_last(label), label.death) in born
        pull = min(max(0.6 * width(atlas, label.text), NEAREST), FURTHEST)
        glyphs = line(
            atlas,
            [(label.text, palette.hue(label.tint))],
            label.at,
            label.height,
            label.birth,
            label.death,
            fades=(0.0 if follows else FADE, 0.0 if followed else FADE),
            to=label.to,
            flight=label.flight,
            light=label.light,
            pull=pull,
        )
        parts.append(glyphs)
    return gathered(parts)


def _last(label: Label) -> Point:
    """Where a label that has finished its flight is at its death."""
    return label.to or label.at


def _moment(place: Point, time: float) -> Moment:
    """A place and a time, to a hundredth of a unit and a millisecond."""
    x, y, z = (round(100 * part) for part in place)
    return x, y, z, round(1000 * time)
