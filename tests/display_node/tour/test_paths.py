"""The camera of a tour, in closed form: how fast it goes and turns, and that it passes through nothing.

A move takes the eye and what it looks at along straight lines, at the rate of `glide`, 6x⁵ − 15x⁴ + 10x³ of a
move's time. Its first derivative is 30x²(1−x)², largest at ½: 1.875. Its second, 60x(1−x)(1−2x), is largest
at ½ ± √3/6: 10/√3 = 5.7735. So over a way d in T seconds the eye goes at most at 1.875 d/T.
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from display_node.form import Form
from display_node.render.camera import NEAR, Pose, Track, fit
from display_node.render.easing import ease, glide
from display_node.scene import CameraKey, Scene
from display_node.stages import stages
from tests.display_node.tour.told import ASPECTS, INSTANT, Told, tour
from tests.display_node.tour.toured import reading, toured
from weights.zoo import PLANS

FASTEST, HARDEST = 1.875, 10 / math.sqrt(3)
"""Of `glide`: the largest first and second derivative."""
TRAVEL = 3.0
"""What the eye may go in a second, as a part of the distance at which it looks from the further end."""
PUSH = 12.0
"""What its speed may change by in a second, as a part of the same."""
TURN = math.radians(180.0)
"""What the view may turn in a second: half way round, at its fastest instant."""
CLEARANCE = 2.0 * NEAR
"""Units from the eye to any box: nothing is cut open by the near plane, whose corners are furthest away."""
EVERY = 0.1
"""Seconds from instant to instant at which all boxes are looked for."""

Floats = np.ndarray


def moves(scene: Scene, aspect: float) -> list[tuple[CameraKey, Pose, Pose]]:
    """Each key with the pose that it leaves and the one that it goes to."""
    poses = [fit(key, aspect) for key in scene.camera]
    return list(zip(scene.camera[1:], poses, poses[1:], strict=False))


def way(start: Pose, end: Pose) -> tuple[Floats, Floats]:
    """The looks, from the eye to what it looks at, at both ends."""
    return np.subtract(start.target, start.eye), np.subtract(end.target, end.eye)


@cache
def tours() -> list[Told]:
    """Of the shipped network and of each of the zoo's, in both forms."""
    others = [Told(*reading(name), toured(name, form)) for name in PLANS for form in Form]
    return [*map(tour, Form), *others]


def test_the_derivatives_of_glide() -> None:
    x = np.linspace(0.0, 1.0, 2001)
    y = np.array([glide(float(part)) for part in x])
    speed, push = np.gradient(y, x), np.gradient(np.gradient(y, x), x)
    assert speed.max() == pytest.approx(FASTEST, abs=1e-3)
    assert np.abs(push).max() == pytest.approx(HARDEST, abs=2e-2)
    assert speed[[0, -1]] == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("aspect", ASPECTS.values(), ids=ASPECTS)
def test_the_eye_never_rushes(aspect: float) -> None:
    for told in tours():
        assert all(one.time + one.move <= two.time + 1e-6 for one, two in pairwise(told.scene.camera))
        for key, start, end in moves(told.scene, aspect):
            before, after = way(start, end)
            distance = max(float(np.linalg.norm(look)) for look in (before, after))
            length = math.dist(start.eye, end.eye)
            where = (told.network.layers[0].name, key.time)
            assert FASTEST * length / key.move <= TRAVEL * distance, where
            assert HARDEST * length / key.move**2 <= PUSH * distance, where
            # With the look at before + s (after − before), it turns by |before × after| / |look|² for each s.
            x = np.linspace(0.0, 1.0, 1001)
            s, rate = x**3 * (x * (6 * x - 15) + 10), 30 * x**2 * (1 - x) ** 2 / key.move
            looks = before + s[:, None] * (after - before)
            turn = np.linalg.norm(np.cross(before, after)) / (looks**2).sum(axis=1) * rate
            assert turn.max() <= TURN, (*where, math.degrees(turn.max()))


def test_a_view_that_is_cut_short_goes_on_smoothly() -> None:
    """The second key begins in the middle of the first one's move, a third before the first has settled."""
    keys = [
        CameraKey(time, move, (0.1 * turn, 0.3, 1.0), ((10.0 * turn, 0.0, 0.0), (10.0 * turn + 5, 9.0, 3.0)))
        for turn, (time, move) in enumerate(((0.0, 0.0), (1.0, 2.0), (2.0, 1.0), (2.5, 1.0), (4.0, 1.0)))
    ]
    track, poses = Track(keys, 1.6), [fit(key, 1.6) for key in keys]
    bounded(track, keys, poses, np.arange(0.0, 6.0, 1 / 500))
    assert track.pose(0.5) == poses[0]
    assert track.pose(3.75).eye == pytest.approx(poses[3].eye)
    assert track.pose(9.0) is track.pose(8.0), "the same object while it stands still"


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("aspect", ASPECTS.values(), ids=ASPECTS)
def test_the_eye_goes_where_the_formula_says(form: Form, aspect: float) -> None:
    keys = tour(form).scene.camera
    poses = [fit(key, aspect) for key in keys]
    bounded(Track(keys, aspect), list(keys), poses, np.arange(0.0, tour(form).scene.duration, 1 / 240))


def bounded(track: Track, keys: list[CameraKey], poses: list[Pose], times: Floats) -> None:
    """Neither place nor speed jumps: from instant to instant they change by what the moves allow."""
    eyes = np.array([track.pose(float(t)).eye for t in times])
    step = times[1] - times[0]
    speed, push = np.zeros(len(times) - 1), np.zeros(len(times) - 2)
    for key, start, end in zip(keys[1:], poses, poses[1:], strict=False):
        length = math.dist(start.eye, end.eye)
        begin, stop = key.time - 2 * step, key.time + key.move + 2 * step
        speed += (times[:-1] > begin) * (times[:-1] < stop) * FASTEST * length / key.move
        push += (times[:-2] > begin) * (times[:-2] < stop) * HARDEST * length / key.move**2
    assert (np.linalg.norm(np.diff(eyes, axis=0), axis=1) <= speed * step + 1e-9).all()
    assert (np.linalg.norm(np.diff(eyes, 2, axis=0), axis=1) <= push * step**2 * 1.001 + 1e-9).all()


@pytest.mark.parametrize("aspect", ASPECTS.values(), ids=ASPECTS)
def test_the_way_leads_through_no_block(aspect: float) -> None:
    """A straight way meets a block where the spans in which it is between each pair of faces have a part in
    common (the slab method of Kay and Kajiya, 1986)."""
    for told in tours():
        for stage in stages(told.network):
            (stands,) = [batch for batch in told.scene.batches if batch.name == stage.shown]
            born = float(stands.boxes["birth"].min())
            low, high = stage.low - CLEARANCE, stage.high + CLEARANCE
            for key, start, end in moves(told.scene, aspect):
                if born < key.time + key.move - INSTANT:
                    eye, ahead = np.array(start.eye), np.subtract(end.eye, start.eye)
                    ahead = np.where(np.abs(ahead) < 1e-9, 1e-9, ahead)
                    spans = np.sort([(low - eye) / ahead, (high - eye) / ahead], axis=0)
                    gone = glide((born - key.time) / key.move)
                    enter, leave = max(spans[0].max(), gone), min(spans[1].min(), 1.0)
                    assert enter > leave, (told.network.layers[0].name, stage.shown, key.time)


@pytest.mark.parametrize("form", Form)
def test_no_box_comes_too_near_the_eye(form: Form) -> None:
    """All boxes that stand or fly, each block of them as the box around it, at every tenth of a second."""
    scene = tour(form).scene
    tracks = {name: Track(scene.camera, aspect) for name, aspect in ASPECTS.items()}
    near = {}
    for t in np.arange(0.0, scene.duration, EVERY):
        low, high = around(scene, float(t))
        for name, track in tracks.items():
            eye = np.array(track.pose(float(t)).eye)
            away = np.linalg.norm(np.maximum(np.maximum(low - eye, eye - high), 0.0), axis=1).min()
            if away < CLEARANCE:
                near[name, round(float(t), 1)] = round(float(away), 2)
    assert not near


def around(scene: Scene, t: float) -> tuple[Floats, Floats]:
    """(n, 3) the lowest and highest corners of every block that is there at `t`: the twin of boxes.vert."""
    lows, highs = [np.zeros((0, 3))], [np.zeros((0, 3))]
    for batch in scene.batches:
        there = batch.boxes[(batch.boxes["birth"] <= t) & (t < batch.boxes["death"])]
        part = ease((t - there["birth"]) / there["flight"])[:, None]
        centre = there["start"] + (there["end"] - there["start"]) * part
        half = (there["size"] + (there["size_end"] - there["size"]) * part) / 2
        spread = (there["spread"] + (there["spread_end"] - there["spread"]) * part[:, 0])[:, None]
        lows.append(centre + batch.offsets.min(axis=0) * spread - half)
        highs.append(centre + batch.offsets.max(axis=0) * spread + half)
    return np.concatenate(lows), np.concatenate(highs)
