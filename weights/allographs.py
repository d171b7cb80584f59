"""Digits in all the ways in which people write them, drawn by us (`templates.toml`) and varied.

The data sets hold what their few writers did. Most of the world writes a 1 with a flag, many with a foot,
and crosses the 7 to tell it from that 1; fours are open or closed, zeros slashed, nines curled like a g.
"""

import numpy as np

from common.strokes import Drawing
from weights.templates import templates


def drawings(count: int, seed: int) -> list[Drawing]:
    """`count` of each shape, labelled; the same for the same seed. Their jitter comes later, as the pens'."""
    random = np.random.default_rng([seed, 1])
    return [t.drawn(random, int(t.name[0])) for t in templates("digits") for _ in range(count)]
