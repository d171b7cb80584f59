"""Ways of writing digits that the data sets hold few of, drawn by rule: shapes ours, proportions by lot.

Most of the world writes a 1 with a flag, many with a foot too, and crosses the 7 to tell it from that 1;
some slash the 0. Without these, a flagged 1 was read as 7 about every third time. Plain sevens are among
them, so that the network sees what makes the difference: the flag climbs, the bar of a 7 does not.
"""

from collections.abc import Callable, Sequence

import numpy as np

from common.strokes import Drawing, Points

BOX = (100.0, 100.0)
"""Of the canvas that the shapes are drawn on; their jitter comes later, as that of every pen drawing."""

Random = np.random.Generator
Strokes = list[Points]


def flagged_one(random: Random) -> Strokes:
    """The flag climbs at 35° to 70° and is at most as long as three fifths of the stem."""
    angle, length = np.radians(random.uniform(35, 70)), random.uniform(20, 60)
    top = np.array([55.0, 0.0])
    flag = top + length * np.array([-np.cos(angle), np.sin(angle)])
    return [np.stack([flag, top, [random.uniform(50, 60), 100.0]])]


def footed_one(random: Random) -> Strokes:
    stem = flagged_one(random)[0]
    end = stem[-1]
    left, right = random.uniform(15, 40, 2)
    foot = np.array([[end[0] - left, 100.0], [end[0] + right, 100.0 + random.uniform(-4, 4)]])
    return [stem, foot]


def plain_seven(random: Random) -> Strokes:
    """Its bar is level to within 6°; sometimes with a hook at its beginning."""
    width = random.uniform(55, 80)
    start = (85 - width, width * np.tan(np.radians(random.uniform(-6, 6))))
    hook = (start[0] + random.uniform(-4, 4), start[1] + random.uniform(10, 25))
    seven = np.array([hook, start, (85.0, 0.0), (random.uniform(25, 65), 100.0)])
    return [seven if random.random() < 0.3 else seven[1:]]


def crossed_seven(random: Random) -> Strokes:
    seven = plain_seven(random)[0]
    corner, end = seven[-2:]
    middle = corner + (end - corner) * random.uniform(0.35, 0.65)
    half = np.array([random.uniform(12, 30), random.uniform(-6, 6)])
    return [seven, np.stack([middle - half, middle + half])]


def slashed_zero(random: Random) -> Strokes:
    """A ring and a stroke through it from the upper right to the lower left, inside it or beyond."""
    around = np.radians(np.linspace(-90, 270 + random.uniform(-10, 20), 28))
    width = random.uniform(28, 45)
    ring = np.stack([50 + width * np.cos(around), 50 + 50 * np.sin(around)], axis=1)
    reach, angle = random.uniform(0.6, 1.15), np.radians(random.uniform(35, 65))
    end = reach * np.array([width * np.cos(angle), -50 * np.sin(angle)])
    return [ring, np.stack([50 + end, 50 - end])]


SHAPES: Sequence[tuple[int, Callable[[Random], Strokes]]] = (
    (1, flagged_one),
    (1, footed_one),
    (7, plain_seven),
    (7, crossed_seven),
    (0, slashed_zero),
)


def drawings(count: int, seed: int) -> list[Drawing]:
    """`count` of each shape, labelled; the same for the same seed."""
    random = np.random.default_rng(seed)
    return [Drawing(tuple(shape(random)), BOX, digit) for digit, shape in SHAPES for _ in range(count)]
