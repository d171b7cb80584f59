"""What is said to have mattered did matter: taken away, the answer goes; and it holds for any network."""

import numpy as np
import pytest

from common.bitmap import BLANK, Bitmap
from display_node import scratch
from display_node.attribution import depended
from display_node.doubt import softmax
from display_node.engines.scratch import Scratch
from display_node.network import SHIPPED, Network, load
from display_node.probe import Probe, asleep
from display_node.samples import samples
from display_node.stages import stages
from tests.data import mnist_test
from tests.display_node.chains import chain
from tests.display_node.drawn import probe, shipped

FIFTH = 0.2


def without(values: np.ndarray, score: np.ndarray) -> np.ndarray:
    """`values` less the fifth of its numbers above zero where `score` is highest."""
    alight = np.flatnonzero(values.ravel() > 0)
    gone = alight[np.argsort(-score.ravel()[alight], kind="stable")[: round(FIFTH * len(alight))]]
    left = values.copy()
    left.ravel()[gone] = 0
    return left


def continued(network: Network, name: str, values: np.ndarray, winner: int) -> float:
    """The winner's share if the layer `name` had put out `values`."""
    names = [layer.name for layer in network.layers]
    tensor = scratch.from_numpy(values[None])
    for layer in network.layers[names.index(name) + 1 :]:
        if layer.op == "relu":
            tensor = tensor.relu()
        elif layer.op == "flatten":
            tensor = tensor.flatten(1)
        else:
            given = {part: scratch.tensor(getattr(layer, part)) for part in ("weight", "bias")}
            if layer.op == "conv2d":
                given |= {"stride": layer.stride, "padding": layer.padding}
            run = scratch.nn.functional.conv2d if layer.op == "conv2d" else scratch.nn.functional.linear
            tensor = run(tensor, **given)
    return float(softmax(tensor.numpy()[0], network.temperature)[winner])


def test_without_the_ink_that_lights_up_the_answer_goes() -> None:
    engine, random = Scratch(shipped()), np.random.default_rng(1)
    lost = {"by attribution": 0.0, "at random": 0.0, "by attribution, the least": 0.0}
    for bitmap in mnist_test(200):
        reading = engine.read(bitmap)
        score = depended(shipped(), reading)["input"][0]
        orders = (score, random.random(score.shape), -score)
        for order, kind in zip(orders, lost, strict=True):
            left = engine.read(Bitmap.of(without(bitmap.array, order)))
            lost[kind] += float(reading.probabilities.max() - left.probabilities[reading.digit]) / 200
    ratio = lost["by attribution"] / lost["at random"]
    said = f"share lost with a fifth of the ink: {lost}; {ratio:.1f} times as much as at random"
    print(said)
    assert ratio > 2.5, said
    assert lost["by attribution, the least"] < lost["at random"] / 4, said


def test_without_the_boxes_that_light_up_the_answer_goes() -> None:
    network, random = shipped(), np.random.default_rng(2)
    engine = Scratch(network)
    readings = [engine.read(bitmap) for bitmap in mnist_test(40)]
    for stage in stages(network)[1:-1]:
        most, any_ = 0.0, 0.0
        for reading in readings:
            values = reading.activations[stage.shown]
            share = float(reading.probabilities.max())
            score = depended(network, reading)[stage.shown]
            most += share - continued(network, stage.shown, without(values, score), reading.digit)
            order = random.random(values.shape)
            any_ += share - continued(network, stage.shown, without(values, order), reading.digit)
        said = f"{stage.shown}: {most / 40:.3f} of share lost, {any_ / 40:.3f} at random"
        print(said)
        assert most > 3 * any_, said


def sound(network: Network, reading: Probe) -> None:
    found = depended(network, reading)
    assert list(found) == [stage.shown for stage in stages(network)]
    for name, values in found.items():
        assert values.shape == reading.activations[name].shape
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        assert values.min() >= 0
        assert values.max() in (0.0, 1.0)
    assert not found["input"][reading.activations["input"] == 0].any(), "only ink lights up"


@pytest.mark.parametrize("name", ["mlp", "lenet5", "pooled"])
def test_the_other_networks_that_come_with_it(name: str) -> None:
    network = load(SHIPPED.with_name(f"{name}.safetensors"))
    for bitmap in samples(range(10)):
        reading = Scratch(network).read(bitmap)
        sound(network, reading)
        found = depended(network, reading)
        assert found["input"].max() == 1
        assert np.flatnonzero(found[stages(network)[-1].shown]).tolist() == [reading.digit]


def test_any_network_and_an_empty_drawing() -> None:
    for seed in range(60):
        network = chain(seed)
        for bitmap in (BLANK, probe().bitmap):
            sound(network, Scratch(network).read(bitmap))
    sound(shipped(), asleep(shipped()))
    assert not depended(shipped(), Scratch(shipped()).read(BLANK))["input"].any()


def test_in_the_last_hidden_line_it_is_the_products_that_the_winner_adds_up() -> None:
    last = shipped().layers[-1]
    assert last.weight is not None
    line = stages(shipped())[-2].shown
    products = last.weight[probe().digit] * probe().activations[line]
    expected = np.maximum(products, 0) / products.max()
    np.testing.assert_allclose(depended(shipped(), probe())[line], expected, atol=1e-6)


def test_the_same_drawing_depends_on_the_same() -> None:
    first, second = depended(shipped(), probe()), depended(shipped(), probe())
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
