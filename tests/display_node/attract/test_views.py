"""The wandering view: slow, without a jump where parts join, outside the boxes, never the same twice."""

import numpy as np
import pytest

from display_node.attract.views import camera
from display_node.attract.waves import PERIOD
from display_node.network import Network
from display_node.render.camera import Track
from display_node.stages import stages
from tests.display_node.drawn import planned, shipped

PARTS = 20
STEP = 0.1
"""Seconds between two looks at the camera."""
SECONDS = 3 * PERIOD
ASPECTS = [16 / 9, 9 / 16, 21 / 9, 4 / 3]
APART = 4.0
"""Units that the eye keeps from every box, at least."""
NETWORKS = ["sandglass", "mlp", "lenet5", "pooled"]


def network(name: str) -> Network:
    return shipped() if name == "sandglass" else planned(name)


def path(name: str, aspect: float) -> np.ndarray:
    """(n, 2, 3): the eye and what it looks at through ten minutes, across all seams."""
    line_up = stages(network(name))
    poses = []
    for number in range(PARTS):
        track = Track(camera(line_up, 1, number, SECONDS), aspect)
        times = np.arange(0.0, SECONDS - STEP / 2, STEP)
        poses += [(pose.eye, pose.target) for pose in map(track.pose, times.tolist())]
    return np.array(poses)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_slow_and_smooth_across_the_seams(name: str, aspect: float) -> None:
    moving = path(name, aspect)
    reach = np.ptp(moving, axis=0).max()
    speed = np.linalg.norm(np.diff(moving, axis=0), axis=-1) / STEP
    change = np.linalg.norm(np.diff(moving, 2, axis=0), axis=-1) / STEP**2
    # smootherstep's own: at most 1.875 of a way in its time, and 5.8 of it in its time squared
    assert speed.max() < 2.0 * reach / SECONDS * np.sqrt(3)
    assert change.max() < 6.0 * reach / SECONDS**2 * np.sqrt(3)
    assert speed[:, 0].min() > 0.0, "it never stops"


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_eye_stays_out_of_the_boxes(name: str, aspect: float) -> None:
    eyes = path(name, aspect)[:, 0]
    for stage in stages(network(name)):
        outside = np.maximum(np.maximum(stage.low - eyes, eyes - stage.high), 0.0)
        assert np.linalg.norm(outside, axis=1).min() > APART, stage.shown


def test_no_view_comes_again() -> None:
    line_up = stages(shipped())
    poses = [Track(camera(line_up, 1, number, SECONDS), 16 / 9).pose(0.0) for number in range(1000)]
    eyes = np.array([pose.eye for pose in poses])
    gaps = np.linalg.norm(eyes[:, None] - eyes[None], axis=-1) + 1e9 * np.eye(len(eyes))
    assert gaps.min() > 1e-3
    within = [gaps[at, at + 1 : at + PARTS].min() for at in range(len(eyes) - 1)]
    assert min(within) > 2.0, "within ten minutes they are plainly apart"
