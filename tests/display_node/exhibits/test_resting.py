"""The invitation's parts join without a seam, and the live drawing stands on the input block."""

import numpy as np
import pytest

from common.bitmap import SIDE
from display_node.attract.waves import PERIOD
from display_node.exhibit import find, names
from display_node.exhibits.invitation import LIFT
from display_node.exhibits.invitation import exhibit as invitation
from display_node.exhibits.listening import exhibit as listening
from display_node.probe import asleep
from display_node.render.camera import Track
from display_node.render.easing import ease, loudness
from display_node.render.lights import level
from display_node.scene import Scene
from tests.display_node.drawn import probe, shipped
from tests.display_node.invited import digits, part

MEGABYTES = 4.0
"""Of one part, at most, to be uploaded in the time of one frame."""


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


@pytest.mark.parametrize("t", [0.0, 1.0, 6.5, PERIOD, 3 * PERIOD - 0.01])
def test_every_cell_stands_once_at_any_time(t: float) -> None:
    numbers(part(3), t)


@pytest.mark.parametrize("number", [0, 4, 7])
def test_the_end_of_a_part_meets_the_beginning_of_the_next(number: int) -> None:
    here, there = part(number), part(number + 1)
    end, start = numbers(here, here.duration), numbers(there, 0.0)
    for name in start:
        np.testing.assert_array_equal(start[name], end[name])
    for one, other in zip(here.batches, there.batches, strict=True):
        assert one.boxes["gain"][0] == other.boxes["gain"][0], "a number is as bright as it was"
        assert level(one.lights, here.duration) == pytest.approx(level(other.lights, 0.0), abs=1e-6)
        lower = level(one.lights, here.duration) - level(one.lights, here.duration - 0.01)
        assert level(other.lights, 0.01) - level(other.lights, 0.0) == pytest.approx(lower, abs=1e-3)
    for aspect in (16 / 9, 9 / 16):
        before, after = (Track(scene.camera, aspect) for scene in (here, there))
        np.testing.assert_allclose(before.pose(here.duration).eye, after.pose(0.0).eye, atol=1e-6)
        np.testing.assert_allclose(before.pose(here.duration).target, after.pose(0.0).target, atol=1e-6)


def test_parts_differ_and_the_same_part_is_the_same() -> None:
    one, again, other = part(2), part(2), part(3)
    assert one.camera == again.camera != other.camera
    for a, b, c in zip(one.batches, again.batches, other.batches, strict=True):
        assert a.boxes.tobytes() == b.boxes.tobytes() != c.boxes.tobytes()


def test_the_invitation_shows_the_networks_own_numbers() -> None:
    for turn, shown in enumerate(digits(5)[1:], 1):
        for name, found in numbers(part(5), turn * PERIOD - 0.01).items():
            np.testing.assert_allclose(found, shown.activations[name].ravel(), rtol=1e-5)


def test_the_strongest_are_bright() -> None:
    for batch in part(5).batches:
        values, gain = batch.boxes["value_end"], float(batch.boxes["gain"][0])
        assert 0.5 < loudness(float(np.abs(values).max()), gain) <= 1.0


def test_the_line_comes_and_goes_and_moves() -> None:
    spoken = [caption for number in range(20) for caption in part(number).captions]
    assert all(0.0 <= caption.lift <= LIFT for caption in spoken)
    lifts = sorted(caption.lift for caption in spoken)
    assert np.diff(lifts).max() < LIFT / 10, "all the places between"
    shown = sum(caption.until - caption.time for caption in spoken)
    assert shown < 0.5 * 20 * part(0).duration


def test_a_part_is_no_large_upload() -> None:
    assert sum(batch.boxes.nbytes for batch in part(1).batches) < MEGABYTES * 1e6


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
