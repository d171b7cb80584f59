"""One small look: nine pairs, one lit at a time; their products, the bias and the sum; then it flies home."""

from itertools import pairwise

import numpy as np
import pytest

from display_node.figures import printed
from display_node.scene import FOREVER, Batch, Scene, Tint
from display_node.stages import stages
from display_node.tour import first
from display_node.tour.first import First
from display_node.tour.material import Material
from tests.display_node.drawn import planned, planned_probe
from tests.display_node.tour.toured import chapter, named, number, reading, toured, within

TOLD = ("", "lenet5", "pooled")


def spot(name: str) -> First:
    network, probe = reading(name)
    found = first.explained(Material(network, probe, tuple(stages(network)), 1))
    assert found is not None
    return found


def lit(batch: Batch, t: float) -> np.ndarray:
    """(k²,) which boxes are lit, in the kernel's order."""
    alive = batch.boxes[(batch.boxes["birth"] <= t) & (t < batch.boxes["death"])]
    places = np.lexsort((alive["end"][:, 0].round(3), -alive["end"][:, 1].round(3)))
    return np.asarray(alive["gain"][places] == batch.boxes["gain"].max())


def turns(scene: Scene) -> list[float]:
    """When each product is told."""
    births = sorted({float(birth) for birth in named(scene, "look.pixels").boxes["birth"]})
    return births[1:]  # the first is when they are pointed at


@pytest.mark.parametrize("name", TOLD)
def test_the_pixels_and_weights_are_those_of_the_patch(name: str) -> None:
    found, scene = spot(name), toured(name)
    count = len(found.kernel)
    np.testing.assert_array_equal(named(scene, "look.filter").boxes["value"][:count], found.kernel)
    np.testing.assert_array_equal(named(scene, "look.pixels").boxes["value"][:count], found.patch())
    weights = [label.text for label in within(scene, "look") if label.text.startswith("×")]
    assert set(weights) == {f"×{printed(float(weight))}" for weight in found.kernel}


@pytest.mark.parametrize("name", TOLD)
def test_one_pair_is_lit_at_a_time(name: str) -> None:
    found, scene = spot(name), toured(name)
    starts = turns(scene)
    count = len(found.kernel)
    assert len(starts) in (count, count + 1)
    for index, start in enumerate(starts[:count]):
        for batch in ("look.pixels", "look.filter"):
            light = lit(named(scene, batch), start + 0.02)
            assert np.flatnonzero(light).tolist() == [index], batch
    assert lit(named(scene, "look.pixels"), starts[0] - 0.02).all(), "all of them, before the first is told"


@pytest.mark.parametrize("name", TOLD)
def test_what_is_written_adds_up_and_is_the_box(name: str) -> None:
    found, scene = spot(name), toured(name)
    labels = within(scene, "look")
    products = [number(label.text) for label in labels if label.tint is Tint.PRODUCT and label.to]
    partial = [number(label.text) for label in labels if label.tint is Tint.PRODUCT and not label.to]
    np.testing.assert_allclose(products, found.patch() * found.kernel, atol=0.0101)
    np.testing.assert_allclose(partial, np.cumsum(products), atol=1e-9)
    (bias,) = [label for label in labels if label.tint is Tint.WEIGHT]
    (whole,) = [label for label in labels if label.tint is Tint.RESULT]
    assert number(bias.text) == pytest.approx(found.bias, abs=0.0101)
    assert partial[-1] + number(bias.text) == pytest.approx(number(whole.text), abs=1e-9)
    assert whole.text.startswith(f"= {printed(found.sum())}")
    assert ("→ 0" in whole.text) == (found.rectified and found.sum() < 0)
    assert labels.index(bias) < labels.index(whole)


def test_a_partial_sum_makes_way_for_the_next() -> None:
    sums = [one for one in within(toured(), "look") if one.tint is Tint.PRODUCT and not one.to]
    assert all(one.death == pytest.approx(other.birth) for one, other in pairwise(sums))
    assert len({one.at for one in sums}) == 1


def test_each_product_falls_from_its_box_into_the_sum() -> None:
    found, scene = spot(""), toured()
    falling = [label for label in within(scene, "look") if label.to]
    pixels = named(scene, "look.pixels").boxes["start"][: len(found.kernel)]
    np.testing.assert_allclose([label.at[:2] for label in falling], pixels[:, :2], atol=1e-4)
    (target,) = {label.to for label in falling}
    sums = {one.at for one in within(scene, "look") if one.tint is Tint.PRODUCT and not one.to}
    assert sums == {target}


@pytest.mark.parametrize("name", TOLD)
def test_the_result_flies_home_and_the_eye_with_it(name: str) -> None:
    found, scene = spot(name), toured(name)
    (result,) = named(scene, "look.result").boxes
    np.testing.assert_allclose(result["end"], found.target.centres[found.box()])
    assert result["value"] == found.told.shown(found.target).ravel()[found.box()]
    (key,) = [key for key in scene.camera if key.time == pytest.approx(float(result["birth"]), abs=1e-4)]
    assert key.move == pytest.approx(float(result["flight"]))
    begin, end = chapter(scene, "look")
    assert begin < result["birth"] < result["death"] <= end + 1e-3
    for batch in ("look.pixels", "look.filter", "look.slate"):
        last = named(scene, batch).boxes["death"].max()
        assert last == pytest.approx(float(result["birth"]), abs=1e-3)


def test_nothing_of_it_is_left_in_the_next_chapter() -> None:
    _, end = chapter(toured(), "look")
    assert all(label.death <= end for label in within(toured(), "look"))
    assert all(FOREVER not in named(toured(), f"look.{part}").boxes["death"] for part in ("pixels", "filter"))


@pytest.mark.parametrize("name", ["mlp"])
def test_a_network_without_a_first_convolution_has_no_spot(name: str) -> None:
    network = planned(name)
    assert first.explained(Material(network, planned_probe(name), tuple(stages(network)), 1)) is None
    row, column = first.inked(Material(network, planned_probe(name), tuple(stages(network)), 1))
    picture = planned_probe(name).activations["input"][0]
    assert picture[row, column] == picture.max()
