"""Shapes drawn by us, in `templates.toml`, → drawings that differ as people's hands do.

A shape is a line of text (see the file's head). Its points are moved a little, each on its own, and the curve
that the station draws along a pen's points is drawn along them, from corner to corner. The pen's speed is
varied too: a quick hand leaves fewer points.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from common.errors import DataError
from common.strokes import Drawing, Points, smooth

FILE = Path(__file__).with_name("templates.toml")
BOX = (100.0, 100.0)
"""Of the canvas that the shapes stand on; it does not bound them."""
LOOSE = 4.5
"""Greatest spread of a point, in parts of a hundred of the box."""
STEP = (3.0, 14.0)
"""Way between two points of the slowest and of the quickest hand, in the same unit."""

Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class Template:
    """`strokes`: (points (n, 2), corners (n,) true where the pen turns sharply)."""

    name: str
    strokes: tuple[tuple[Points, tuple[bool, ...]], ...]

    def drawn(self, random: Random, label: int | None = None) -> Drawing:
        """The shape by a new hand."""
        loose, step = random.uniform(1.0, LOOSE), random.uniform(*STEP)
        strokes = [
            _curve(points + random.normal(0.0, loose, points.shape), corners, step)
            for points, corners in self.strokes
        ]
        return Drawing(tuple(strokes), BOX, label)


@cache
def templates(section: str) -> tuple[Template, ...]:
    """All of one section of the file. Raises `DataError` naming the shape and the fault."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(parse(name, text) for name, text in document[section].items())


def parse(name: str, text: str) -> Template:
    """`"0,0 50,100! 90,5 | 10,50 90,50"` → two strokes, the first with a corner at 50,100."""
    strokes = []
    for stroke in text.split("|"):
        words = stroke.split()
        try:
            points = np.array([[float(n) for n in word.rstrip("!").split(",")] for word in words])
        except ValueError:
            points = np.empty((0, 0))
        if points.ndim != 2 or points.shape[1:] != (2,) or len(points) < 2:
            raise DataError(f"{FILE.name}, {name!r}: {stroke.strip()[:40]!r} must be two points x,y or more")
        strokes.append((points, tuple(word.endswith("!") for word in words)))
    return Template(name, tuple(strokes))


def _curve(points: Points, corners: tuple[bool, ...], step: float) -> Points:
    """(m, 2), `step` apart at most: a smooth curve from corner to corner, straight between neighbours."""
    inner = [i for i in range(1, len(points) - 1) if corners[i]]
    ends = [0, *inner, len(points) - 1]
    parts = [smooth(points[a : b + 1], step) for a, b in pairwise(ends)]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
