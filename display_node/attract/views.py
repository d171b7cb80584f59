"""From where the invitation is seen: in closed form from a part's number, and never quite the same again.

On its way to each view the camera sets out for the next before it has settled: it slows down, as one who
breathes, and never stops. A part knows the ways that are not yet over when it begins, so parts join smoothly.
"""

import math
from collections.abc import Sequence

import numpy as np

from display_node.scene import CameraKey, Point
from display_node.stages import Stage

TURN, TILT, NEAR, ASIDE, HIGH = (math.sqrt(n) % 1 for n in (5, 2, 3, 7, 11))
"""Steps from view to view of what varies, as parts of its range: irrational, so that no two views agree."""
LOOKS: tuple[tuple[float, float, tuple[float, float], tuple[float, float]], ...] = (
    (0.00, 0.60, (48.0, 68.0), (12.0, 26.0)),
    (0.00, 0.14, (44.0, 60.0), (8.0, 20.0)),
    (0.00, 1.00, (48.0, 66.0), (15.0, 28.0)),
    (0.60, 1.00, (20.0, 48.0), (18.0, 34.0)),
    (0.00, 0.29, (46.0, 64.0), (12.0, 26.0)),
    (0.14, 1.00, (38.0, 60.0), (15.0, 30.0)),
    (0.00, 0.00, (34.0, 56.0), (4.0, 16.0)),
    (0.29, 0.72, (34.0, 58.0), (14.0, 30.0)),
)
"""What of the stages is looked at, from … to, as parts of them all; degrees to the left, degrees above.

The drawing itself is seen past the block in front of it from further left than 45° only.
"""
OVERLAP = 1.5
"""Duration of a way, in parts of the invitation: less than 2, so that no more than two ways overlap."""
WIDEST = 48.0
"""Units to either side: the ends of a longer line may leave the picture, else all would become small."""
ROOM, ABOVE = 0.16, 0.4
"""Free space around or on one side of what is looked at, and over it, as parts of its size, at most.

So it stands off centre, now here, now there; and lower, when no line is under it.
"""


def camera(line_up: Sequence[Stage], seed: int, number: int, seconds: float) -> tuple[CameraKey, ...]:
    """On to the view of part `number`, and then to that of the next."""
    move = OVERLAP * seconds
    begins = ((-seconds - move, number - 1), (-seconds, number), (0.0, number + 1))
    return tuple(CameraKey(begin, move, *view(line_up, seed, index)) for begin, index in begins)


def view(line_up: Sequence[Stage], seed: int, number: int) -> tuple[Point, tuple[Point, ...]]:
    """The direction and the points of the view number `number`, to which the part before it leads."""
    first, last, left, above = LOOKS[number % len(LOOKS)]
    turn, tilt, near, aside, high = (
        (0.5 + (seed + number) * step) % 1.0 for step in (TURN, TILT, NEAR, ASIDE, HIGH)
    )
    azimuth = math.radians(left[0] + (left[1] - left[0]) * turn)
    elevation = math.radians(above[0] + (above[1] - above[0]) * tilt)
    direction = (
        -math.sin(azimuth) * math.cos(elevation),
        math.sin(elevation),
        math.cos(azimuth) * math.cos(elevation),
    )
    top = len(line_up) - 1
    seen = line_up[int(first * top) : math.ceil(last * top) + 1]
    corners = np.array([corner for stage in seen for corner in stage.corners()])
    corners[:, 0] = np.clip(corners[:, 0], -WIDEST, WIDEST)
    size = np.ptp(corners, axis=0)
    shift = size * np.array((0.0, ABOVE * high, ROOM * (2 * aside - 1)))
    around = np.median(corners, axis=0) + (corners - np.median(corners, axis=0)) * (1.0 + ROOM * near)
    points = np.concatenate([around, around + shift])
    return direction, tuple((float(x), float(y), float(z)) for x, y, z in points)
