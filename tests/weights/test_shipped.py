"""The promise: how well the shipped file reads digits that it was never trained on."""

import pytest

from display_node.network import SHIPPED, load
from tests.weights.conftest import need
from weights import sources
from weights.card import MEASURED
from weights.evaluate import digits, measure
from weights.zoo import ORIGINAL

NEEDS = {
    "mnist": (sources.TEST_IMAGES, sources.TEST_LABELS),
    "pens": (sources.PENS,),
    "legacy": (sources.PENS,),
}


def test_it_is_the_originals_network() -> None:
    network = load(SHIPPED)
    assert network.parameters == 41_098
    assert [layer.name for layer in network.layers] == ORIGINAL.names()
    assert [layer.op for layer in network.layers] == [step["op"] for step in ORIGINAL.steps]
    assert {(layer.kernel, layer.stride, layer.padding) for layer in network.layers[:8:2]} == {(3, 2, 1)}


@pytest.mark.parametrize(
    ("name", "count", "least"), [("mnist", 10_000, 0.992), ("pens", 1_497, 0.985), ("legacy", 1_497, 0.98)]
)
def test_it_reads_what_it_never_saw_and_its_card_says_how_much(name: str, count: int, least: float) -> None:
    need(*NEEDS[name])
    result = measure(load(SHIPPED), digits(name))
    assert result.count == count
    assert result.accuracy >= least
    told = f"| {MEASURED[name]} | {count:,} | {result.accuracy:.2%} |"
    assert told in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")
