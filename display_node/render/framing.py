"""How the screen is divided: captions at the foot, the legend at the head, the picture in what is left.

Text is measured in the shorter side of the screen, so that it is as large on an upright screen as on a
wide one. Pure functions of the aspect ratio (width / height); what they give are parts of the height.
"""

from display_node.scene import Point

ALONE = 0.046
"""Size of a language that has the screen for itself: an em, as a part of the shorter side."""
PAIR = (0.040, 0.031)
"""Sizes of two languages. A capital of the first is 1/35 of the screen, legible from three metres."""
LEADING = 1.28
FLOOR = 0.040
"""Free space below the last line, for the tour's progress."""
WIDEST = 0.92
"""Part of the screen's width that a line may take before it is broken."""
LONGEST = 23.0
"""Ems that are always free for a line: 40 characters. Narrow screens get smaller text, not more lines."""
PROGRESS = 0.014
"""From the bottom of the screen to the tour's progress."""
LEGEND = 0.026
"""An em of the legend."""
CEILING = 0.032
"""Free space above the legend, and to the left of it."""
ROW = 1.5
"""Ems from one row of the legend to the next."""


UPRIGHT = 9 / 16
"""Aspect of a screen on its side, for which a view from the left becomes one from above altogether."""
ASIDE = 0.5
"""Sideways, as a part of what is towards the viewer, from which a view is one from the left or right."""


def stance(direction: Point, aspect: float) -> Point:
    """From where to look on this screen. On an upright one, data flows downwards, not to the right."""
    x, y, z = direction
    upright = min(max((1.0 - aspect) / (1.0 - UPRIGHT), 0.0), 1.0)
    if abs(x) < ASIDE * z or not upright:
        return direction
    return x * (1.0 - 0.6 * upright), y + 0.8 * upright, z


SOFT = 0.03
"""Half of the way from the dark behind the captions to the light."""


def unit(aspect: float) -> float:
    """The screen's shorter side."""
    return min(1.0, aspect)


def sizes(languages: int, aspect: float) -> tuple[float, ...]:
    """An em of each language."""
    most = WIDEST * aspect / LONGEST
    return tuple(min(em * unit(aspect), most) for em in (PAIR if languages > 1 else (ALONE,)))


def foot(aspect: float) -> float:
    """What two lines in each of two languages need."""
    return FLOOR * unit(aspect) + 2 * LEADING * sum(sizes(2, aspect))


def head(aspect: float) -> float:
    """What the legend needs: a row, or two where the screen is narrow."""
    rows = 1 if aspect > 1.0 else 2
    return (CEILING + rows * ROW * LEGEND) * unit(aspect)


def scrim(aspect: float) -> tuple[float, float, float, float]:
    """Where the picture falls into the dark: dark below the first, lit from the second to the third, …"""
    low, high, soft = foot(aspect), 1.0 - head(aspect), SOFT * unit(aspect)
    return low - soft, low + soft, high - soft / 2, high + soft / 2
