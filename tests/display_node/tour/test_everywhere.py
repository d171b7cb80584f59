"""The same filter everywhere: three slow stops, one of them below zero, and every cell of its map once."""

import numpy as np
import pytest

from display_node.figures import printed
from display_node.scene import Tint
from tests.display_node.tour.small import small, tour
from tests.display_node.tour.test_look import TOLD, spot
from tests.display_node.tour.toured import chapter, has, landed, named, standing, toured, within


def cells(name: str, part: str) -> np.ndarray:
    return np.asarray(named(toured(name), f"everywhere.{part}.weights").boxes["cell"])


@pytest.mark.parametrize("name", TOLD)
def test_every_cell_of_the_map_is_filled_once(name: str) -> None:
    found = spot(name)
    walked = np.concatenate([cells(name, part) for part in ("stops", "below", "all")])
    size = found.target.shape[1] * found.target.shape[2]
    whole = np.arange(found.channel * size, (found.channel + 1) * size)
    assert sorted([*walked.tolist(), found.box()]) == whole.tolist()


@pytest.mark.parametrize("name", TOLD)
def test_a_stop_beside_the_spot_one_far_from_it_and_one_below_zero(name: str) -> None:
    found = spot(name)
    sums = found.told.sums(found.target).ravel()
    places = [np.array(np.unravel_index(cell, found.target.shape))[1:] for cell in cells(name, "stops")]
    away = [int(np.abs(place - (found.row, found.column)).max()) for place in places]
    assert away[0] == 1
    assert away[1] >= 4
    (below,) = cells(name, "below")
    assert sums[below] < 0
    stands = standing(toured(name), found.target.shown)
    assert stands["value_end"][below] == 0


@pytest.mark.parametrize("name", TOLD)
def test_the_sums_at_the_stops_are_the_networks_own(name: str) -> None:
    found, scene = spot(name), toured(name)
    sums = found.told.sums(found.target).ravel()
    stops = [*cells(name, "stops").tolist(), *cells(name, "below").tolist()]
    texts = [label.text for label in within(scene, "everywhere") if label.tint is Tint.RESULT]
    assert texts == [*(printed(float(sums[cell])) for cell in stops), "0"]
    zero = next(label for label in within(scene, "everywhere") if label.text == "0")
    said = [label for label in within(scene, "everywhere") if label.at == zero.at]
    assert said[0].death == zero.birth, "what is below zero becomes it"
    born = landed(scene, found.target)
    for cell, label in zip(stops, within(scene, "everywhere"), strict=False):
        assert label.birth == pytest.approx(float(born[cell]), abs=1e-3), "as its box lights up"


def test_the_stops_come_before_the_rest_and_are_slower() -> None:
    scene = toured()
    stops, below, everything = (
        named(scene, f"everywhere.{part}.products").boxes for part in ("stops", "below", "all")
    )
    assert stops["death"].max() <= below["birth"].min()
    assert below["death"].max() <= everything["birth"].min()
    assert stops["flight"].min() > everything["flight"].max()
    begin, end = chapter(scene, "everywhere")
    assert begin < stops["birth"].min()
    assert everything["death"].max() <= end + 1e-3


def test_without_a_relu_nothing_is_said_of_zero() -> None:
    """And a sum below zero is a number like any other."""
    scene = tour(small(4, relu=False))
    assert not has(scene, "everywhere.below.weights")
    assert "tour.zero" not in {caption.key for caption in scene.captions}
    assert not any("→" in label.text or label.text == "0" for label in within(scene, "everywhere"))
    assert not any("→" in label.text for label in scene.labels)
