"""What visitors draw that is no digit: letters, hearts, scribbles, two digits at once, half of one, a dot.

Shapes and letters are templates; scribbles are drawn by rule. `measured` draws other shapes, other letters
and other kinds of scribble than `training`: its share of doubt says what to expect of what nobody foresaw.
Left out of both is what looks like a digit to people too: O, I, l, S, Z, b, q, g, ㄱ, ㄹ, ㅇ, ㅋ, ㅗ.
"""

from collections.abc import Callable, Sequence

import numpy as np

from common.strokes import Drawing, Points
from weights.templates import BOX, LOOSE, Random, Template, templates

NONE = 10
"""The label of no digit: the network's eleventh sum, which is always zero (see `display_node.doubt`)."""
APART = (112.0, 150.0)
"""From digit to digit of a number of two, in the templates' unit: they nearly touch, or stand well apart."""

Strokes = list[Points]


def training(count: int, seed: int) -> list[Drawing]:
    """`count` of each shape and letter, eight times as many of each kind of scribble."""
    random = np.random.default_rng([seed, 2])
    shapes = [*templates("shapes"), *templates("letters")]
    drawn = [shape.drawn(random, NONE) for shape in shapes for _ in range(count)]
    return drawn + _scribbled(SCRIBBLES, 8 * count, random)


def measured(count: int, seed: int) -> list[Drawing]:
    """The same of shapes, letters and scribbles that training never meets."""
    random = np.random.default_rng([seed, 3])
    drawn = [shape.drawn(random, NONE) for shape in templates("measured") for _ in range(count)]
    return drawn + _scribbled(OTHER_SCRIBBLES, 4 * count, random)


def _scribbled(kinds: Sequence[Callable[[Random], Strokes]], count: int, random: Random) -> list[Drawing]:
    return [Drawing(tuple(kind(random)), BOX, NONE) for kind in kinds for _ in range(count)]


def wandering(random: Random) -> Strokes:
    """The pen goes here and there; under seven places it might be a digit."""
    return [random.uniform(0, 100, (random.integers(7, 16), 2))]


def zigzag(random: Random) -> Strokes:
    """Up and down across the canvas, or filled so densely that it is a blot."""
    turns = random.integers(5, 20)
    along = np.linspace(0, 100, turns) + random.normal(0, LOOSE, turns)
    across = np.where(np.arange(turns) % 2, random.uniform(0, 25, turns), random.uniform(75, 100, turns))
    return [np.stack([along, across] if random.random() < 0.5 else [across, along], axis=1)]


def polygon(random: Random) -> Strokes:
    """Closed, with three to six corners; not so regular that it might be a zero."""
    corners = random.integers(3, 7)
    angle = 2 * np.pi * (np.arange(corners) + random.uniform(-0.25, 0.25, corners)) / corners
    ends = (random.uniform(25, 60, corners) * np.stack([np.cos(angle), np.sin(angle)])).T
    sides = zip(ends, np.roll(ends, -1, axis=0), strict=True)
    return [np.concatenate([np.linspace(start, end, 8) for start, end in sides])]


def spiral(random: Random) -> Strokes:
    """Two turns at least: one turn is a zero, and with a tail a six or a nine."""
    turns = random.uniform(2.0, 5.0)
    t = np.linspace(0.15, 1.0, int(16 * turns))
    angle = random.choice([-1, 1]) * 2 * np.pi * turns * t + random.uniform(0, 2 * np.pi)
    return [50 + 50 * np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1)]


def rays(random: Random) -> Strokes:
    """Lines through one middle, as of a sun or a star."""
    angles = np.arange(n := random.integers(3, 8)) * np.pi / n + random.normal(0, 0.1, n)
    ends = [50 * np.array([np.cos(angle), np.sin(angle)]) for angle in angles]
    return [np.stack([50 - end, 50 + end * random.uniform(0.7, 1.0)]) for end in ends]


def sticks(random: Random) -> Strokes:
    """Straight lines at random."""
    return [random.uniform(0, 100, (2, 2)) for _ in range(random.integers(4, 9))]


def dots(random: Random) -> Strokes:
    """Nearly nothing: a dot or a few, as of a finger that slipped."""
    middles = random.uniform(10, 90, (random.integers(1, 7), 2))
    return [middle + random.normal(0, 0.8, (3, 2)) for middle in middles]


def number(random: Random) -> Strokes:
    """Two digits side by side: the wall reads one."""
    left, right = (_one(templates("digits"), random).drawn(random).strokes for _ in range(2))
    shift = np.array([random.uniform(*APART), 0.0])
    return [*left, *(stroke + shift for stroke in right)]


def turned(random: Random) -> Strokes:
    """A digit lying on its side, but for 0, 1 and 8, which do so in other scripts or hearts."""
    digits = [t for t in templates("digits") if t.name[0] in "2345679"]
    side = random.choice([-1, 1])
    return [
        stroke[:, ::-1] * np.array([side, -side]) for stroke in _one(digits, random).drawn(random).strokes
    ]


def struck_out(random: Random) -> Strokes:
    """A digit that was thought better of: a line or two, or a zigzag, all over it."""
    digit = _one(templates("digits"), random).drawn(random).strokes
    if random.random() < 0.5:
        return [*digit, *([stroke * 0.9 + 5 for stroke in zigzag(random)])]
    falling, rising = np.array([[-10, 5], [110, 95]]), np.array([[-10, 95], [110, 5]])
    lines = [line + random.normal(0, 2 * LOOSE, (2, 2)) for line in (falling, rising)]
    return [*digit, *lines]


def invented(random: Random) -> Strokes:
    """A sign of no script: three to five lines, hooks and arcs, by lot."""
    strokes = []
    for _ in range(random.integers(3, 6)):
        turn, size = random.uniform(0, 2 * np.pi), random.uniform(20, 50)
        bend = random.choice([0.0, 0.0, 1.5, 3.0, 5.0]) * random.choice([-1, 1])
        angle = turn + bend * np.linspace(-0.5, 0.5, 12)
        steps = np.stack([np.cos(angle), np.sin(angle)], axis=1) * size / 6
        strokes.append(random.uniform(15, 85, 2) + np.cumsum(steps, axis=0) - steps.sum(axis=0) / 2)
    return strokes


def syllable(random: Random) -> Strokes:
    """A syllable of Hangul: a consonant, and a vowel behind or below it."""
    consonant = _one(templates("consonants"), random).drawn(random).strokes
    vowel = _one(templates("vowels"), random)
    below = vowel.name.startswith("below")
    size = np.array([1.0, 0.55]) if below else np.array([0.55, 1.0])
    shift = np.array([0.0, 55.0]) if below else np.array([55.0, 0.0])
    rest = vowel.drawn(random).strokes
    return [*(stroke * size for stroke in consonant), *(stroke * size + shift for stroke in rest)]


def _one(shapes: Sequence[Template], random: Random) -> Template:
    return shapes[int(random.integers(len(shapes)))]


def half_a_ring(random: Random) -> Strokes:
    """A zero that was given up halfway, or a curve by itself."""
    begin = random.uniform(0, 2 * np.pi)
    angle = begin + np.linspace(0, random.uniform(0.8, 1.15) * np.pi, 12)
    return [50 + np.stack([random.uniform(25, 50) * np.cos(angle), 50 * np.sin(angle)], axis=1)]


def half_a_four(random: Random) -> Strokes:
    """Its angle without the stem."""
    return [np.array([[35, 0], [12, 60], [88, 60]]) + random.normal(0, LOOSE, (3, 2))]


def loops(random: Random) -> Strokes:
    """A row of loops, as one tries out a pen."""
    turns = random.integers(3, 7)
    t = np.linspace(0, 2 * np.pi * turns, 14 * turns)
    x = t * random.uniform(3, 6) + random.uniform(12, 20) * np.sin(t)
    return [np.stack([x, 25 * np.cos(t)], axis=1)]


def cloud(random: Random) -> Strokes:
    """A closed outline of bumps."""
    angle = np.linspace(0, 2 * np.pi, 60)
    radius = 35 + random.uniform(8, 15) * np.abs(np.sin(random.integers(3, 6) * angle))
    wide = random.uniform(1.0, 1.5)
    return [50 + np.stack([wide * radius * np.cos(angle), radius * np.sin(angle)], axis=1)]


def fence(random: Random) -> Strokes:
    """Posts and a rail."""
    at = np.linspace(5, 95, random.integers(4, 7))
    posts = [np.array([[x, random.uniform(0, 15)], [x, random.uniform(85, 100)]]) for x in at]
    return [*posts, np.array([[0.0, 50.0], [100.0, 50.0]])]


def tangle(random: Random) -> Strokes:
    """A long line that never leaves its middle."""
    steps = np.cumsum(random.normal(0, 14, (random.integers(25, 60), 2)), axis=0)
    return [50 + steps - steps.mean(axis=0)]


def mesh(random: Random) -> Strokes:
    """Hatched both ways."""
    at = np.linspace(5, 95, random.integers(3, 6))
    lines = [[[x, 0], [x, 100]] for x in at] + [[[0, y], [100, y]] for y in at]
    return [np.array(line) + random.normal(0, LOOSE, (2, 2)) for line in lines]


SCRIBBLES = (
    wandering, zigzag, polygon, spiral, rays, sticks, dots, number, turned, struck_out, invented, syllable,
    half_a_ring, half_a_four,
)  # fmt: skip
OTHER_SCRIBBLES = (loops, cloud, fence, tangle, mesh)
