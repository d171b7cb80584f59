"""The invitation loops without a seam, and the live drawing stands on the input block."""

import numpy as np
import pytest

from common.bitmap import SIDE
from display_node.exhibit import find, names
from display_node.exhibits.invitation import PERIOD
from display_node.exhibits.invitation import exhibit as invitation
from display_node.exhibits.listening import exhibit as listening
from display_node.probe import asleep
from display_node.render.camera import Track
from display_node.render.easing import ease
from display_node.scene import Scene
from tests.display_node.drawn import engine, probe, shipped


def loop() -> Scene:
    other = engine().read(probe().canvas)
    return invitation.drift(shipped(), [probe(), other], 1)


def numbers(scene: Scene, t: float) -> dict[str, np.ndarray]:
    """What every cell shows at `t`; fails unless exactly one instance of each cell is alive."""
    shown = {}
    for batch in scene.batches:
        alive = batch.boxes[(batch.boxes["birth"] <= t) & (t < batch.boxes["death"])]
        alive = alive[np.argsort(alive["cell"], kind="stable")]
        assert alive["cell"].tolist() == list(range(len(alive))), f"{batch.name} at {t}"
        part = ease((t - alive["birth"]) / alive["flight"])
        shown[batch.name] = alive["value"] * (1 - part) + alive["value_end"] * part
    return shown


@pytest.mark.parametrize("t", [0.0, 1.0, 6.5, PERIOD, 2 * PERIOD - 0.01])
def test_every_cell_stands_once_at_any_time(t: float) -> None:
    numbers(loop(), t)


def test_the_end_of_the_loop_meets_its_beginning() -> None:
    scene = loop()
    start, end = numbers(scene, 0.0), numbers(scene, scene.duration - 1e-4)
    for name in start:
        np.testing.assert_allclose(start[name], end[name], atol=1e-4)
    track = Track(scene.camera, 16 / 9, scene.loop)
    np.testing.assert_allclose(track.pose(0.0).eye, track.pose(scene.duration).eye, atol=1e-6)


def test_the_invitation_shows_the_networks_own_numbers() -> None:
    shown = numbers(loop(), PERIOD - 0.01)
    for name, numbers_shown in shown.items():
        np.testing.assert_allclose(numbers_shown, probe().activations[name].ravel(), rtol=1e-5)


def test_a_sleeping_network_can_invite() -> None:
    scene = invitation.build(shipped(), asleep(shipped()), 1)
    assert all((batch.boxes["value_end"] == 0).all() for batch in scene.batches)


def test_the_live_block_has_a_box_for_every_pixel() -> None:
    (batch,) = listening.build(shipped(), probe(), 1).batches
    assert batch.live
    assert batch.offsets.shape == (SIDE * SIDE, 3)
    # The first offset is the top left pixel, the last the bottom right one.
    first, last = batch.offsets[0], batch.offsets[-1]
    assert first[0] < last[0]
    assert first[1] > last[1]


def test_exhibits_are_found_by_their_file() -> None:
    assert {"convolution", "invitation", "listening"} <= set(names())
    for name in names():
        assert find(name).name == name
