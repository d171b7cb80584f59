"""Looks at looks: one partial result for each map; they meet, add up with the bias, and become one box."""

import numpy as np
import pytest

from display_node.probe import asleep
from display_node.scene import Scene, Tint
from display_node.sound.cues import DENSEST, between
from display_node.stages import stages
from display_node.tour import deeper
from display_node.tour.deeper import MOST, PART, SLOT
from display_node.tour.material import Material
from tests.display_node.drawn import planned
from tests.display_node.exhibits.checks import check_numbers, check_time, check_views
from tests.display_node.tour.small import read, small, tour
from tests.display_node.tour.toured import chapter, has, named, number, reading, standing, toured, within

COUNTS = [2, 3, 5, 7, 8, 13, 16, 35, 36]


@pytest.mark.parametrize("maps", COUNTS)
def test_the_partial_results_stand_apart_in_front_of_the_block(maps: int) -> None:
    source = stages(small(maps))[1]
    slots, beside = deeper._slots(source)
    assert slots.shape == (maps, 3)
    assert (slots[:, 2] > source.high[2]).all()
    apart = np.abs(slots[:, None, :2] - slots[None, :, :2])
    apart[np.arange(maps), np.arange(maps)] = 99.0
    clear = (apart[..., 0] >= SLOT[0] - 1e-3) | (apart[..., 1] >= SLOT[1] - 1e-3)
    assert clear.all()
    assert min(SLOT) > PART
    columns = len(set(slots[:, 0].round(3)))
    rows = len(set(slots[:, 1].round(3)))
    assert columns - 1 <= rows <= columns, "about a square"
    assert (columns * rows - maps) < columns, "no row is empty"
    # The sum stands beside all of them, seen from the middle of those that there are.
    reach = slots[:, 0].max() - slots[:, 0].mean()
    assert beside > reach + PART


@pytest.mark.parametrize("maps", COUNTS)
def test_any_number_of_maps_is_told_in_its_own_numbers(maps: int) -> None:
    network = small(maps)
    scene, probe = tour(network), read(network)
    check_numbers(network, probe, scene)
    check_time(network, scene)
    check_views(scene, network)
    check_written(scene)
    parts = between(scene.cues, *chapter(scene, "conv2d2"))["time"]
    assert max(np.searchsorted(parts, parts + 1.0) - np.arange(len(parts))) <= DENSEST


def check_written(scene: Scene) -> None:
    """What is written: the parts and the bias add up, as printed, to the sum."""
    labels = within(scene, "conv2d2")
    small_ones = [one for one in labels if one.tint is Tint.PRODUCT and not one.to and one.height <= 1.25]
    parts = [number(one.text) for one in small_ones]
    (added,) = [one for one in labels if one.tint is Tint.PRODUCT and one.height > 1.25]
    (bias,) = [one for one in labels if one.tint is Tint.WEIGHT]
    (whole,) = [one for one in labels if one.tint is Tint.RESULT]
    batch = named(scene, "deeper.products")
    assert batch.values is not None
    np.testing.assert_allclose(parts, batch.values.astype(float).sum(axis=1), atol=0.0101)
    assert sum(parts) == pytest.approx(number(added.text), abs=1e-9)
    assert number(added.text) + number(bias.text) == pytest.approx(number(whole.text), abs=1e-9)
    order = [added.birth, bias.birth, whole.birth]
    assert order == sorted(order)
    assert len({one.at for one in (added, bias, whole)}) == 3


def test_the_shipped_network_tells_its_sixteen() -> None:
    network, probe = reading()
    check_written(toured())
    target = stages(network)[2]
    cell = int(probe.activations[target.shown].argmax())
    result = named(toured(), "deeper.result").boxes
    np.testing.assert_allclose(result["end"][0], target.centres[cell])
    assert result["value"][0] == probe.activations[target.shown].max()
    parts = named(toured(), "deeper.parts").boxes
    stand, join = (half[np.lexsort(half["start"].T)] for half in (parts[:16], parts[16:]))
    np.testing.assert_array_equal(stand["start"], join["start"])
    np.testing.assert_array_equal(stand["value"], join["value"])
    assert (stand["death"] == join["birth"][0]).all()
    assert np.ptp(join["end"], axis=0).max() == 0, "they meet in one place"


def test_the_filter_is_as_deep_as_the_block_and_sinks_onto_what_it_multiplies() -> None:
    network, probe = reading()
    source, target = stages(network)[1:3]
    assert target.layer is not None
    assert target.layer.weight is not None
    filter_ = named(toured(), "deeper.filter")
    assert filter_.values is not None
    channel = int(np.unravel_index(probe.activations[target.shown].argmax(), target.shape)[0])
    np.testing.assert_array_equal(filter_.values[0], target.layer.weight[channel].ravel())
    (flight,) = filter_.boxes
    boxes = flight["end"] + filter_.offsets
    inside = (boxes >= source.low - 2).all(axis=1) & (boxes <= source.high + 2).all(axis=1)
    assert inside.all()
    assert flight["start"][2] > flight["end"][2], "from the front"


@pytest.mark.parametrize(
    ("name", "fit"), [("", True), ("teacher", True), ("lenet5", False), ("mlp", False), ("pooled", False)]
)
def test_where_one_convolution_looks_at_several_maps_it_can_be_told(name: str, fit: bool) -> None:
    first, second = stages(reading(name)[0])[1:3]
    assert deeper.fits(first, second) is fit
    assert has(toured(name), "deeper.parts") is fit


@pytest.mark.parametrize(("maps", "fit"), [(1, False), (2, True), (MOST, True), (MOST + 1, False)])
def test_one_map_has_no_parts_and_too_many_cannot_be_read(maps: int, fit: bool) -> None:
    drawing, first, second = stages(small(maps))[:3]
    assert deeper.fits(first, second) is fit
    assert not deeper.fits(drawing, first)


def test_where_nothing_is_above_zero_the_nearest_to_it_is_told() -> None:
    network = small(3, bias=-40.0)
    scene, probe = tour(network), read(network)
    target = stages(network)[2]
    assert not probe.activations[target.shown].any()
    (whole,) = [one for one in within(scene, "conv2d2") if one.tint is Tint.RESULT]
    assert number(whole.text) == pytest.approx(probe.activations["second"].max(), abs=0.006)
    assert whole.text.endswith("→ 0")
    assert not standing(scene, target.shown)["value_end"].any()


def test_a_network_that_has_read_nothing_can_be_told() -> None:
    network = planned("sandglass")
    line_up = tuple(stages(network))
    told = Material(network, asleep(network), line_up, 1)
    assert deeper._strongest(told, line_up[2]) == (0, 0, 0)
