"""A drawing as another hand might have drawn it: pure geometry on the strokes, before there are pixels.

Turning the *direction* of the pen smoothly along a stroke makes other hands than moving its points does:
tails curl or stretch, loops stay open, bowls flatten. In rehearsals over the writers it took a quarter
off the mistakes.
"""

import numpy as np

from common.strokes import Drawing, Points

TURN = 15.0
"""Degrees, each way, of the whole drawing."""
SLANT = 0.3
"""Sideways per unit of height, each way."""
STRETCH = (0.7, 1.3)
"""Width by height."""
BEND = 15.0
"""Degrees: greatest spread of the pen's change of direction at each of the `BENDS` along a stroke."""
GENTLE = 5.0
"""The same for shapes whose points were moved already: bent as far as a pen's, a ring becomes a U."""
BENDS = 4
APART = 0.03
"""Part of the extent: spread of where each of several strokes is put."""
RESIZE = (0.85, 1.15)
"""Each of several strokes by itself."""
TRIM = (0.08, 0.1)
"""Greatest part of a stroke's length left out at its start and at its end."""
SHAKE = 0.02
"""Part of the extent: greatest spread of the tremor."""
HURRY = 0.3
"""Part of the drawings whose pen was so quick that every second or third point is all there is."""
SKIP = 0.08
"""Part of the drawings with a stroke whose ink skips: a finger lost for a moment."""
GAP = (0.03, 0.08)
"""Part of that stroke's length that is missing."""

Random = np.random.Generator


def jittered(drawing: Drawing, random: Random, bend: float = BEND) -> Drawing:
    """The same digit by another hand; `drawing` stays as it is. `bend` in degrees."""
    extent = float(np.ptp(np.concatenate(drawing.strokes), axis=0).max())
    amount, shake = random.uniform(0.0, np.radians(bend)), random.uniform(0.0, SHAKE) * extent
    strokes = [_bent(_trimmed(stroke, random), amount, random) for stroke in drawing.strokes]
    if len(strokes) > 1:
        strokes = [_apart(stroke, APART * extent, random) for stroke in strokes]
    strokes = [stroke + _tremor(len(stroke), shake, random) for stroke in strokes]
    if random.random() < HURRY:
        strokes = [_hurried(stroke, int(random.integers(2, 4))) for stroke in strokes]
    if random.random() < SKIP:
        longest = max(range(len(strokes)), key=lambda index: len(strokes[index]))
        strokes[longest : longest + 1] = _skipping(strokes[longest], random)
    matrix = _matrix(random)
    return Drawing(tuple(stroke @ matrix.T for stroke in strokes), drawing.box, drawing.label)


def _matrix(random: Random) -> Points:
    """(2, 2): stretched, then slanted, then turned."""
    angle, slant = np.radians(random.uniform(-TURN, TURN)), random.uniform(-SLANT, SLANT)
    stretch = np.sqrt(random.uniform(*STRETCH))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(turn @ np.array([[1.0, slant], [0.0, 1.0]]) @ np.diag([stretch, 1.0 / stretch]))


def _trimmed(stroke: Points, random: Random) -> Points:
    """The pen set down a little later and lifted a little earlier, measured along the ink."""
    start, end = (random.uniform(0.0, part) for part in TRIM)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    first, last = at[-1] * start, at[-1] * (1.0 - end)
    kept = np.concatenate([[first], at[(at > first) & (at < last)], [last]])
    return np.stack([np.interp(kept, at, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _bent(stroke: Points, amount: float, random: Random) -> Points:
    """Each step of the pen turned by an angle that changes slowly along the stroke; its middle stays."""
    steps = np.diff(stroke, axis=0)
    lengths = np.hypot(*steps.T)
    if len(stroke) < 4 or not lengths.any():
        return stroke
    along = (np.cumsum(lengths) - lengths / 2.0) / lengths.sum()
    angle = np.interp(along, np.linspace(0.0, 1.0, BENDS), random.normal(0.0, amount, BENDS))
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.stack([steps[:, 0] * cos - steps[:, 1] * sin, steps[:, 0] * sin + steps[:, 1] * cos], axis=1)
    path = np.concatenate([np.zeros((1, 2)), np.cumsum(turned, axis=0)])
    return np.asarray(path - path.mean(axis=0) + stroke.mean(axis=0))


def _hurried(stroke: Points, every: int) -> Points:
    """Every so many points, and the last; a stroke of few points keeps them all."""
    return np.concatenate([stroke[:-1:every], stroke[-1:]]) if len(stroke) > 4 * every else stroke


def _skipping(stroke: Points, random: Random) -> list[Points]:
    """The stroke in two, with a gap between them somewhere in its middle half."""
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    middle, half = at[-1] * random.uniform(0.25, 0.75), at[-1] * random.uniform(*GAP) / 2.0
    ends = np.array([middle - half, middle + half])
    edge = np.stack([np.interp(ends, at, stroke[:, axis]) for axis in (0, 1)], axis=1)
    before, after = stroke[at < ends[0]], stroke[at > ends[1]]
    return [np.concatenate([before, edge[:1]]), np.concatenate([edge[1:], after])]


def _apart(stroke: Points, spread: float, random: Random) -> Points:
    middle = stroke.mean(axis=0)
    return np.asarray((stroke - middle) * random.uniform(*RESIZE) + middle + random.normal(0.0, spread, 2))


def _tremor(count: int, spread: float, random: Random) -> Points:
    """(count, 2): an unsteady hand, off by `spread` at a knot every five points, and in a line between."""
    knots = random.normal(0.0, spread, (count // 5 + 2, 2))
    at = np.linspace(0, len(knots) - 1, count)
    return np.stack([np.interp(at, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)], axis=1)
