"""The pen: contacts on the glass → strokes. No screen, no clock; positions and times are handed in.

The first contact owns the drawing until it lifts. All others (a palm, a second finger, a friend) are
ignored meanwhile, because SDL tells no palm from a fingertip.
"""

import math

import numpy as np

from common.strokes import MAX_POINTS, Drawing

BOX = 1000.0
"""Side of the square canvas in its own units, however many pixels it has on a screen."""

NEAREST = 1.0
"""Units between two kept points: below that it is the hand's tremble or the digitiser's noise."""

STUCK_AFTER = 3.0
"""Seconds without an event after which another contact may take the pen over.

Drivers lose lifts, and a lost lift must not block a station for good. But a finger that merely rests
sends nothing either, so silence alone takes nothing away: the owner goes on as soon as it moves,
unless somebody else has put a finger down in the meantime.
"""

Contact = int | str
"""A finger's id, or the name of a pointer that has none."""

Position = tuple[float, float]


class Pen:
    """Strokes of one drawing, in canvas units. `revision` rises with every change of the ink."""

    def __init__(self) -> None:
        self.strokes: list[list[Position]] = []
        self.revision = 0
        self.erasures = 0
        """Rises whenever ink went away, so that whoever draws along knows to start again."""
        self.inking = False
        """Whether the last stroke is still being drawn."""
        self.owner: Contact | None = None
        self._heard = 0.0
        self._count = 0

    def down(self, contact: Contact, position: Position, now: float) -> bool:
        """A contact begins; False if it is ignored because another one owns the pen."""
        if self.busy(contact, now):
            return False
        self.lift()
        self.owner, self._heard = contact, now
        self._ink(position)
        return True

    def move(self, contact: Contact, position: Position, now: float) -> None:
        if contact == self.owner:
            self._heard = now
            self._ink(position)

    def up(self, contact: Contact, position: Position, now: float) -> None:
        if contact == self.owner:
            self.move(contact, position, now)
            self.lift()

    def lift(self) -> None:
        """End the stroke, whoever draws it: the window lost its pointers, or the canvas its visitor."""
        self.owner = None
        self._end()

    def busy(self, contact: Contact, now: float) -> bool:
        """Whether `contact` has to be ignored because another one is drawing."""
        return self.owner not in (None, contact) and now - self._heard < STUCK_AFTER

    def undo(self) -> None:
        """Take back the last stroke, also one that is being drawn."""
        self.lift()
        if self.strokes:
            self._count -= len(self.strokes.pop())
            self._erased()

    def clear(self) -> None:
        self.lift()
        if self.strokes:
            self.strokes = []
            self._count = 0
            self._erased()

    @property
    def drawing(self) -> Drawing:
        strokes = tuple(np.array(stroke, dtype=np.float64) for stroke in self.strokes)
        return Drawing(strokes, (BOX, BOX))

    def _ink(self, position: Position) -> None:
        # Kept to a hundredth, as the file keeps it: a replayed drawing is the very same drawing.
        x, y = (round(float(value), 2) for value in position)
        if not (math.isfinite(x) and math.isfinite(y)):
            return
        inside = 0.0 <= x <= BOX and 0.0 <= y <= BOX
        if inside or self.inking:
            self._add((min(max(x, 0.0), BOX), min(max(y, 0.0), BOX)))
        if not inside:  # like paper: ink ends at the edge, and begins anew where the pen comes back
            self._end()

    def _add(self, point: Position) -> None:
        if self._count >= MAX_POINTS:
            return
        if not self.inking:
            self.strokes.append([])
            self.inking = True
        elif math.dist(self.strokes[-1][-1], point) < NEAREST:
            return
        self.strokes[-1].append(point)
        self._count += 1
        self.revision += 1

    def _end(self) -> None:
        if self.inking:
            self.inking = False
            self.revision += 1  # the last half segment may be drawn now

    def _erased(self) -> None:
        self.erasures += 1
        self.revision += 1
