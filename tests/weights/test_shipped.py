"""The promise: how well the shipped files read what they were never trained on, and how well they doubt."""

import pytest

from display_node.network import SHIPPED, load
from display_node.samples import DRAWINGS
from tests.weights.conftest import need
from weights import sources
from weights.card import MEASURED
from weights.evaluate import digits, measure
from weights.zoo import ORIGINAL, PLANS

NEEDS = {
    "mnist": (sources.TEST_IMAGES, sources.TEST_LABELS),
    "pens": (sources.PENS,),
    "legacy": (sources.PENS,),
    "none": (),
}


def test_it_is_the_originals_network() -> None:
    network = load(SHIPPED)
    assert network.parameters == 41_098
    assert [layer.name for layer in network.layers] == ORIGINAL.names()
    assert [layer.op for layer in network.layers] == [step["op"] for step in ORIGINAL.steps]
    assert {(layer.kernel, layer.stride, layer.padding) for layer in network.layers[:8:2]} == {(3, 2, 1)}


@pytest.mark.parametrize(
    ("name", "count", "right"),
    [("mnist", 10_000, 0.995), ("pens", 1_497, 0.986), ("legacy", 1_497, 0.987), ("none", 820, 0.97)],
)
def test_it_reads_what_it_never_saw_and_its_card_says_how_much(name: str, count: int, right: float) -> None:
    """The goals are 99.7 % of MNIST and 99.5 % of the pens: CHANGELOG.md says what was tried."""
    need(*NEEDS[name])
    result = measure(load(SHIPPED), digits(name))
    assert result.count == count
    assert result.accuracy >= right
    if result.calibration_error is not None:
        assert result.calibration_error <= 0.01
        assert result.doubted <= 0.01
    told = f"| {MEASURED[name]} | {count:,} | {result.accuracy:.2%} | {result.doubted:.2%} |"
    assert told in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize("plan", [name for name, plan in PLANS.items() if plan.ships])
def test_every_network_of_the_zoo_ships_and_reads_our_drawings(plan: str) -> None:
    path = SHIPPED.with_name(f"{plan}.safetensors")
    network = load(path)
    assert [layer.name for layer in network.layers] == PLANS[plan].names()
    drawn = measure(network, digits(str(DRAWINGS)))
    assert drawn.accuracy > 0.9
    assert drawn.doubted < 0.1
    assert path.with_suffix(".md").is_file()


def test_our_own_drawings_are_all_read_and_none_is_doubted() -> None:
    result = measure(load(SHIPPED), digits(str(DRAWINGS)))
    assert (result.accuracy, result.doubted) == (1.0, 0.0)
