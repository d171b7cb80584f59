"""Sixteen looks: all the other maps at once; three of them are held up beside their filters, and put back."""

import numpy as np
import pytest

from display_node.stages import stages
from display_node.tour.filters import HELD
from tests.display_node.tour.small import read, small, tour
from tests.display_node.tour.test_look import TOLD, spot
from tests.display_node.tour.toured import chapter, has, named, standing, toured


@pytest.mark.parametrize("name", TOLD)
def test_the_other_filters_fill_what_the_one_left(name: str) -> None:
    found = spot(name)
    channels = np.unravel_index(named(toured(name), "filters.weights").boxes["cell"], found.target.shape)[0]
    assert set(channels.tolist()) == set(range(found.target.shape[0])) - {found.channel}


@pytest.mark.parametrize("name", TOLD)
def test_the_three_that_found_most_are_held_up_the_strongest_in_the_middle(name: str) -> None:
    found, scene = spot(name), toured(name)
    maps = found.told.shown(found.target)
    aside = np.abs(maps - np.median(maps, axis=(1, 2), keepdims=True)).sum(axis=(1, 2))
    held = named(scene, "filters.held.maps")
    assert held.values is not None
    at = np.argsort(held.boxes["end"][:HELD, 0])
    chosen = [
        int(np.flatnonzero((maps.reshape(len(maps), -1) == row).all(axis=1))[0]) for row in held.values[at]
    ]
    assert chosen[1] == int(aside.argmax())
    assert sorted(aside[chosen])[::-1] == sorted(aside)[::-1][:HELD]
    layer = found.target.layer
    assert layer is not None
    assert layer.weight is not None
    filters = named(scene, "filters.held.filters")
    assert filters.values is not None
    np.testing.assert_array_equal(filters.values[at], layer.weight[chosen].reshape(HELD, -1))
    below = filters.boxes["end"][:HELD][at] - held.boxes["end"][:HELD][at]
    assert (below[:, 1] < 0).all(), "each under its map"
    np.testing.assert_allclose(below[:, 0], 0, atol=1e-5)


@pytest.mark.parametrize("name", TOLD)
def test_what_is_held_up_comes_from_the_block_and_goes_back(name: str) -> None:
    held = named(toured(name), "filters.held.maps").boxes
    out, back = held[:HELD], held[HELD:]
    np.testing.assert_array_equal(out["start"], back["end"])
    np.testing.assert_array_equal(out["end"], back["start"])
    np.testing.assert_array_equal(out["death"], back["birth"])
    np.testing.assert_allclose(back["death"], back["birth"] + back["flight"], atol=1e-4)
    block = standing(toured(name), spot(name).target.shown)["end"]
    assert block.min(axis=0)[2] - 1e-3 <= out["start"][:, 2].min()
    assert out["end"][:, 2].min() > block.max(axis=0)[2], "in front of the block"
    begin, end = chapter(toured(name), "filters")
    assert begin < out["birth"].min() < back["death"].max() <= end + 1e-3


def test_held_maps_stand_beside_each_other() -> None:
    held = named(toured(), "filters.held.maps")
    width = np.ptp(held.offsets[:, 0])
    assert np.diff(np.sort(held.boxes["end"][:HELD, 0])).min() > 1.1 * width


@pytest.mark.parametrize("maps", [1, 2, 3, 4])
def test_fewer_than_three_maps_are_not_held_up(maps: int) -> None:
    network = small(maps)
    scene = tour(network)
    assert has(scene, "filters.held.maps") == (maps >= HELD)
    first = stages(network)[1]
    shown = standing(scene, first.shown)["value_end"]
    np.testing.assert_array_equal(shown, read(network).activations[first.shown].ravel())
