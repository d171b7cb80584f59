"""The spot that is explained follows the drawing: checked against the picture itself, patch by patch."""

import numpy as np
import pytest

from common.bitmap import BLANK
from display_node.engines.scratch import Scratch
from display_node.network import Network, assemble
from display_node.probe import Probe, asleep
from display_node.samples import samples
from display_node.stages import Stage, stages
from display_node.tour.spot import Cell, negative, strongest
from tests.data import mnist_test
from tests.display_node.chains import chain
from tests.display_node.drawn import planned, planned_probe, probe, shipped


def first(network: Network) -> tuple[Stage, Stage]:
    """The first convolution, and the stage before it."""
    line_up = stages(network)
    target = next(stage for stage in line_up if stage.kind == "conv2d")
    return line_up[target.index - 1], target


def chosen(network: Network, reading: Probe) -> tuple[Cell, Cell | None]:
    source, target = first(network)
    assert target.layer is not None
    incoming, sums = reading.activations[source.shown], reading.activations[target.layer.name]
    spot = strongest(target, incoming, sums, reading.activations[target.shown])
    return spot, negative(target, incoming, sums, spot[0], avoid=spot)


def patch(network: Network, reading: Probe, cell: Cell) -> np.ndarray:
    """What the cell looks at, cut out of the picture without any padding: smaller if it reaches outside."""
    source, target = first(network)
    layer = target.layer
    assert layer is not None
    rows, columns = (
        slice(max(at * layer.stride - layer.padding, 0), at * layer.stride - layer.padding + layer.kernel)
        for at in cell[1:]
    )
    return reading.activations[source.shown][:, rows, columns]


def one_filter(weights: list[list[float]], bias: float) -> Network:
    """One 3×3 filter that steps by one, with padding; nothing that comes after it matters."""
    steps = [{"op": "conv2d", "name": "look", "padding": 1}, {"op": "relu"}, {"op": "flatten"}]
    tensors = {
        "look.weight": np.array(weights, np.float32).reshape(1, 1, 3, 3),
        "look.bias": np.array([bias], np.float32),
        "out.weight": np.zeros((10, 28 * 28), np.float32),
        "out.bias": np.zeros(10, np.float32),
    }
    return assemble((1, 28, 28), [*steps, {"op": "linear", "name": "out"}], tensors)


def test_real_drawings_are_explained_where_they_are_strongest() -> None:
    network, engine = shipped(), Scratch(shipped())
    _, target = first(network)
    assert target.layer is not None
    found = set()
    for bitmap in [*mnist_test(100), *samples(range(10))]:
        reading = engine.read(bitmap)
        values, sums = reading.activations[target.shown], reading.activations[target.layer.name]
        spot, other = chosen(network, reading)
        assert values[spot] == values[:, 1:, 1:].max(), "only the first row and column reach outside"
        assert values[spot] > 0
        look = patch(network, reading, spot)
        assert look.shape == (1, 3, 3)
        weight, bias = target.layer.weight, target.layer.bias
        assert weight is not None
        assert bias is not None
        assert values[spot] == pytest.approx((look * weight[spot[0]]).sum() + bias[spot[0]], abs=1e-5)
        assert other is not None
        assert other[0] == spot[0]
        assert sums[other] < 0 == values[other]
        assert patch(network, reading, other).any()
        found.add(spot)
    assert len(found) > 50, "another drawing, another spot"


@pytest.mark.parametrize("name", ["lenet5", "pooled"])
def test_other_networks(name: str) -> None:
    network, reading = planned(name), planned_probe(name)
    _, target = first(network)
    assert target.layer is not None
    spot, _ = chosen(network, reading)
    kernel = target.layer.kernel
    assert patch(network, reading, spot).shape == (1, kernel, kernel)
    assert patch(network, reading, spot).any()


def test_any_network_and_an_empty_drawing_have_a_spot() -> None:
    tried = 0
    for seed in range(80):
        network = chain(seed)
        if not any(layer.op == "conv2d" for layer in network.layers):
            continue
        for bitmap in (BLANK, probe().bitmap):
            reading = Scratch(network).read(bitmap)
            spot, other = chosen(network, reading)
            shape = first(network)[1].shape
            assert all(0 <= at < side for at, side in zip(spot, shape, strict=True))
            assert other is None or (other != spot and patch(network, reading, other).any())
        tried += 1
    assert tried > 20


def test_a_wall_that_has_read_nothing_has_a_spot() -> None:
    spot, other = chosen(shipped(), asleep(shipped()))
    assert spot == (0, 1, 1), "inside, where nothing needs to be said about padding"
    assert other is None


def test_a_filter_that_likes_emptiness_is_explained_where_there_is_ink() -> None:
    network = one_filter([[0, 0, 0], [0, -1, 0], [0, 0, 0]], bias=1.0)
    reading = Scratch(network).read(probe().bitmap)
    spot, _ = chosen(network, reading)
    assert patch(network, reading, spot).any()


def test_where_nothing_is_above_zero_the_largest_sum_is_taken() -> None:
    network = one_filter([[0, 0, 0], [0, -1, 0], [0, 0, 0]], bias=-1.0)
    reading = Scratch(network).read(probe().bitmap)
    spot, other = chosen(network, reading)
    assert patch(network, reading, spot).any()
    assert other is not None
    sums = reading.activations["look"]
    assert sums[spot] == -1.0
    assert sums[other] == pytest.approx(-2.0), "a pixel full of ink"


def test_a_stage_that_is_no_convolution_is_refused() -> None:
    line_up = stages(shipped())
    empty = np.zeros((1, 32, 32), np.float32)
    with pytest.raises(ValueError, match="input is no convolution"):
        strongest(line_up[0], empty, empty, empty)
