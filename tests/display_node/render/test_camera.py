"""Every view holds what it is meant to show, in any shape of screen."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.exhibit import find, names
from display_node.render.camera import FrameBlock, Track, fit, matrix
from display_node.render.framing import foot, head
from display_node.scene import CameraKey
from tests.display_node.drawn import probe, shipped

ASPECTS = [16 / 9, 9 / 16, 21 / 9, 4 / 3, 1.0]
coordinate = st.floats(-300, 300)


def clip(key: CameraKey, aspect: float) -> np.ndarray:
    """(n, 2): the key's points on screen, −1…1, once the camera has arrived."""
    camera = np.array(matrix(fit(key, aspect), aspect)).reshape(4, 4).T
    points = np.array([(*point, 1.0) for point in key.points]) @ camera.T
    assert (points[:, 3] > 0).all(), "behind the viewer"
    return points[:, :2] / points[:, 3:]


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("name", names())
def test_views_are_composed_not_cropped(name: str, aspect: float) -> None:
    scene = find(name).build(shipped(), probe(), 1)
    for key in scene.camera:
        seen = clip(key, aspect)
        assert np.abs(seen[:, 0]).max() <= 1.0
        low, high = 2 * foot(aspect) - 1, 1 - 2 * head(aspect)
        assert seen[:, 1].max() <= high, "reaches into the legend"
        assert seen[:, 1].min() >= low, "reaches into the captions"
        # And no further away than it must be.
        middle, reach = (low + high) / 2, (high - low) / 2
        free = np.abs(np.stack([seen[:, 0], (seen[:, 1] - middle) / reach])).max()
        assert free == pytest.approx(1 / 1.10, abs=0.01)


@given(
    st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=2, max_size=12, unique=True),
    st.tuples(st.floats(-2, 2), st.floats(-1, 1), st.floats(0.3, 2)),
    st.floats(0.4, 3.0),
)
def test_any_points_fit(
    points: list[tuple[float, float, float]], direction: tuple[float, float, float], aspect: float
) -> None:
    key = CameraKey(0.0, 1.0, direction, tuple(points))
    if np.ptp(np.array(points), axis=0).max() > 1.0:
        seen = clip(key, aspect)
        assert np.abs(seen[:, 0]).max() <= 1.0
        assert seen[:, 1].min() >= 2 * foot(aspect) - 1 - 1e-6
        assert seen[:, 1].max() <= 1 - 2 * head(aspect) + 1e-6


def test_the_camera_never_jumps() -> None:
    scene = find("convolution").build(shipped(), probe(), 1)
    track = Track(scene.camera, 16 / 9)
    times = np.arange(0.0, scene.duration, 1 / 60)
    eyes = np.array([track.pose(t).eye for t in times])
    size = np.ptp(eyes, axis=0).max()
    assert np.linalg.norm(np.diff(eyes, axis=0), axis=1).max() < size / 20


def test_what_is_kept_of_a_still_camera_is_what_would_be_computed() -> None:
    near, far = (
        fit(CameraKey(0.0, 0.0, (-1.0, 0.5, z), ((0.0, 0.0, 0.0), (9.0, 9.0, 9.0))), 1.6) for z in (1, 2)
    )
    block = FrameBlock()
    for pose, aspect, t in (
        (near, 1.6, 0.0),
        (near, 1.6, 1.0),
        (near, 0.6, 1.0),
        (far, 0.6, 1.0),
        (near, 0.6, 2.0),
    ):
        packed = struct.unpack("24f", block.pack(pose, aspect, t, 0.5))
        assert packed == struct.unpack("24f", FrameBlock().pack(pose, aspect, t, 0.5))
        np.testing.assert_allclose(packed[:16], matrix(pose, aspect), rtol=1e-6)
        np.testing.assert_allclose(packed[16:22], (*pose.eye, t, aspect, 0.5), rtol=1e-6)
