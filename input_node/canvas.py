"""The canvas: a pen's strokes as ink, at any resolution, drawn along while they grow.

One way of drawing serves growing, redrawing after a resize and the 32×32 preview: the canvas
remembers how far along the strokes it is, and goes on from there. So a drawing looks the same however
often the window changed, and an endless one can be redrawn a part per frame.
"""

from itertools import pairwise

import numpy as np

from common.raster import SCREEN_NIB, Coverage, stamp
from common.strokes import Points, curve
from input_node.pen import BOX, Pen

Area = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels of the canvas."""


class Canvas:
    """`ink` is (side, side) float32 coverage, 0 = paper, 1 = ink."""

    def __init__(self, side: int) -> None:
        self.resize(side)

    def resize(self, side: int) -> None:
        """Begin again with `side` pixels; the next `update` draws everything."""
        self.side = side
        self._scale = side / BOX
        self._radius = max(SCREEN_NIB * side, 1.0) / 2.0
        # Chords this long leave less than 1/100 pixel between them and the curve in handwriting.
        self._step = max(0.7, self._radius / 6.0)
        self._erasures = -1
        self._wipe()

    def update(self, pen: Pen, limit: int | None = None) -> Area | None:
        """Draw what is new, at most `limit` of the pen's points; returns the pixels that changed."""
        dirty: Area | None = None
        if pen.erasures != self._erasures:
            self._erasures = pen.erasures
            self._wipe()
            dirty = (0, 0, self.side, self.side)
        drawn = 0
        while drawn != limit and (path := self._next(pen)) is not None:
            drawn += 1
            for start, end in pairwise(path):
                dirty = _union(dirty, stamp(self.ink, start, end, self._radius))
        return dirty

    def behind(self, pen: Pen) -> bool:
        """Whether ink is still to be drawn."""
        if pen.erasures != self._erasures or self._stroke < len(pen.strokes) - 1:
            return True
        if self._stroke == len(pen.strokes):
            return False
        return not pen.inking or self._point < len(pen.strokes[self._stroke])

    def _wipe(self) -> None:
        self.ink: Coverage = np.zeros((self.side, self.side), np.float32)
        self._stroke = self._point = 0

    def _next(self, pen: Pen) -> Points | None:
        """The next piece of path, in pixels: as `strokes.smooth`, but a point at a time.

        Ink runs up to the midpoint before the newest point, because the next one bends what follows;
        the rest is drawn when the stroke ends.
        """
        if self._stroke >= len(pen.strokes):
            return None
        points, index = pen.strokes[self._stroke], self._point
        if index < len(points):
            self._point += 1
            recent = np.array(points[max(index - 2, 0) : index + 1]) * self._scale
            if index == 0:
                return np.concatenate([recent, recent])
            if index == 1:
                return np.stack([recent[0], (recent[0] + recent[1]) / 2.0])
            start, end = (recent[0] + recent[1]) / 2.0, (recent[1] + recent[2]) / 2.0
            return np.concatenate([start[None], curve(start, recent[1], end, self._step)])
        if pen.inking and self._stroke == len(pen.strokes) - 1:
            return None
        self._stroke, self._point = self._stroke + 1, 0
        last = np.array(points[-2:]) * self._scale
        return np.stack([last.mean(axis=0), last[-1]])


def _union(one: Area | None, other: Area) -> Area:
    if one is None:
        return other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
