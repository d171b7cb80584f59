"""Camera keys → where the eye is → a matrix. Pure; plain floats, since numpy is slow on four numbers."""

import bisect
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from display_node.render.easing import glide
from display_node.render.framing import foot, head, stance
from display_node.scene import CameraKey

FIELD = math.radians(34.0)
"""Vertical field of view."""
MARGIN = 1.10
NEAR, FAR = 1.0, 2000.0

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    eye: Vector
    target: Vector

    def toward(self, other: "Pose", part: float) -> "Pose":
        return Pose(_mix(self.eye, other.eye, part), _mix(self.target, other.target, part))

    def plus(self, start: "Pose", end: "Pose", part: float) -> "Pose":
        """Moved on by a part of the way from `start` to `end`."""
        eye = _along(self.eye, _sub(end.eye, start.eye), part)
        return Pose(eye, _along(self.target, _sub(end.target, start.target), part))


class Track:
    """A scene's camera for one aspect ratio (width / height): composed, never cropped.

    Each key adds a step from the pose of the key before to its own. The sum of them goes on smoothly where
    a key begins before the last has settled: nothing in it ever jumps, neither the eye nor its speed.
    """

    def __init__(self, keys: Sequence[CameraKey], aspect: float) -> None:
        self._times = [key.time for key in keys]
        self._moves = [key.move for key in keys]
        self._poses = [fit(key, aspect) for key in keys]
        self._before = [self._poses[0], *self._poses[:-1]]
        self._settled = list(accumulate((key.time + key.move for key in keys), max))

    def pose(self, t: float) -> Pose:
        """Where the eye is at `t`: the same object for as long as it stands still."""
        index = max(bisect.bisect_right(self._times, t) - 1, 0)
        first = bisect.bisect_right(self._settled, t, 0, index + 1)
        if first > index:
            return self._poses[index]
        pose = self._before[first]
        for step in range(first, index + 1):
            part = glide((t - self._times[step]) / self._moves[step]) if self._moves[step] > 0 else 1.0
            pose = pose.plus(self._before[step], self._poses[step], part)
        return pose


def fit(key: CameraKey, aspect: float) -> Pose:
    """The nearest pose along the key's direction from which all its points are in the free part of the view.

    Seen from an eye at x, a point at p with its depth n towards the viewer is inside when
    |p − x| ≤ wide × (distance − n). Over all points that bounds x from both sides, and the two bounds
    meet at the smallest distance: no search is needed.
    """
    back = _unit(stance(key.direction, aspect))
    right = _unit(_cross((0.0, 1.0, 0.0), back))
    up = _cross(back, right)
    tall = math.tan(FIELD / 2) * (1.0 - foot(aspect) - head(aspect)) / MARGIN
    wide = math.tan(FIELD / 2) * aspect / MARGIN
    depths = [_dot(point, back) for point in key.points]
    axes = [
        ([_dot(point, axis) for point in key.points], axis, reach)
        for axis, reach in ((right, wide), (up, tall))
    ]
    distance = max(depths) + 2 * NEAR
    for places, _, reach in axes:
        most = max(place + reach * depth for place, depth in zip(places, depths, strict=True))
        least = min(place - reach * depth for place, depth in zip(places, depths, strict=True))
        distance = max(distance, (most - least) / (2 * reach))
    base = (0.0, 0.0, 0.0)
    for places, axis, _ in axes:
        base = _along(base, axis, _balance(places, [distance - depth for depth in depths]))
    middle = (max(depths) + min(depths)) / 2
    return Pose(_along(base, back, distance), _along(base, back, middle))


def _balance(places: Sequence[float], depths: Sequence[float]) -> float:
    """Where to stand so that what is seen reaches as far to one side as to the other (bisection)."""
    low, high = min(places), max(places)
    for _ in range(40):
        middle = (low + high) / 2
        seen = [(place - middle) / depth for place, depth in zip(places, depths, strict=True)]
        low, high = (middle, high) if max(seen) + min(seen) > 0 else (low, middle)
    return (low + high) / 2


class FrameBlock:
    """Packs the `Frame` block of frame.glsl: a column-major matrix, the eye and time, then the view.

    A camera stands still most of the time, so what depends on the pose alone is kept until it moves.
    """

    def __init__(self) -> None:
        self._pose: Pose | None = None
        self._aspect = 0.0
        self._camera = b""
        self._fog = (0.0, 0.0)

    def pack(self, pose: Pose, aspect: float, t: float, fade: float) -> bytes:
        """96 bytes; `t` in seconds since the scene began, `fade` 0 black … 1 lit."""
        if pose is not self._pose or aspect != self._aspect:
            self._pose, self._aspect = pose, aspect
            self._camera = struct.pack("19f", *matrix(pose, aspect), *pose.eye)
            distance = math.dist(pose.eye, pose.target)
            self._fog = distance * 0.9, distance * 3.0
        return self._camera + _TAIL.pack(t, aspect, fade, *self._fog)


_TAIL = struct.Struct("5f")


def matrix(pose: Pose, aspect: float) -> list[float]:
    """World → clip, 16 numbers, column by column.

    The picture is lifted, so that what is looked at sits between the captions and the legend.
    """
    back = _unit(_sub(pose.eye, pose.target))
    right = _unit(_cross((0.0, 1.0, 0.0), back))
    up = _cross(back, right)
    flat = 1.0 / math.tan(FIELD / 2)
    deep = (FAR + NEAR) / (NEAR - FAR)
    ex, ey, ez = -_dot(right, pose.eye), -_dot(up, pose.eye), -_dot(back, pose.eye)
    sx, sy = flat / aspect, flat
    lift = foot(aspect) - head(aspect)
    # clip.y = sy·y_view − lift·z_view: the lens shift, in proportion to the depth it is divided by.
    columns: list[float] = []
    for i in range(3):
        columns += [sx * right[i], sy * up[i] - lift * back[i], deep * back[i], -back[i]]
    return [*columns, sx * ex, sy * ey - lift * ez, deep * ez + 2 * FAR * NEAR / (NEAR - FAR), -ez]


def _sub(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _unit(a: Vector) -> Vector:
    length = math.sqrt(_dot(a, a)) or 1.0
    return a[0] / length, a[1] / length, a[2] / length


def _along(a: Vector, direction: Vector, length: float) -> Vector:
    return a[0] + direction[0] * length, a[1] + direction[1] * length, a[2] + direction[2] * length


def _mix(a: Vector, b: Vector, part: float) -> Vector:
    return (
        a[0] + (b[0] - a[0]) * part,
        a[1] + (b[1] - a[1]) * part,
        a[2] + (b[2] - a[2]) * part,
    )
