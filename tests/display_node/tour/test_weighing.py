"""Weighing: one row with its sum, then all; and the ten sums, each over its digit."""

import numpy as np
import pytest

from display_node.engines.scratch import Scratch
from display_node.exhibits.convolution import exhibit
from display_node.form import Form
from display_node.scene import Tint
from display_node.stages import Stage, stages
from display_node.tour.weighing import DIGIT_DOWN, DIGIT_EM
from tests.display_node.chains import chain
from tests.display_node.drawn import probe
from tests.display_node.exhibits.checks import check_arrivals, check_numbers
from tests.display_node.tour.toured import chapter, landed, named, number, reading, standing, toured, within

WEIGHED = {"": "linear1", "mlp": "linear2", "lenet5": "linear1"}
"""The chapter in which one row is told."""


def weighed(name: str) -> tuple[Stage, Stage]:
    line_up = stages(reading(name)[0])
    index = int(named(toured(name), "weighing.products").boxes["layer"][0])
    return line_up[index - 1], line_up[index]


@pytest.mark.parametrize("name", WEIGHED)
def test_the_row_of_the_largest_sum_is_told_and_adds_up(name: str) -> None:
    (network, seen), (source, target) = reading(name), weighed(name)
    assert target.layer is not None
    sums = seen.activations[target.layer.name]
    row = int(sums.argmax())
    told = named(toured(name), "weighing.products")
    assert told.values is not None
    assert told.boxes["cell"].tolist() == [row]
    assert told.values.shape == (1, len(source.centres))
    labels = [label for label in within(toured(name), WEIGHED[name]) if label.tint is not Tint.TEXT]
    assert [label.tint for label in labels] == [Tint.PRODUCT, Tint.WEIGHT, Tint.RESULT]
    products, bias, whole = (number(label.text) for label in labels)
    assert products + bias == pytest.approx(whole, abs=1e-9)
    assert whole == pytest.approx(float(sums[row]), abs=0.006)
    assert products == pytest.approx(told.values.astype(float).sum(), abs=0.0101)
    assert ("→ 0" in labels[2].text) == (sums[row] < 0 and target.shown != target.layer.name)
    assert network.layers[-1].name != target.layer.name, "the ten are told otherwise"


@pytest.mark.parametrize("name", WEIGHED)
def test_all_the_others_follow_once_it_is_told(name: str) -> None:
    _, target = weighed(name)
    slow, fast = (named(toured(name), f"{part}.weights").boxes for part in ("weighing", target.shown))
    rows = [*slow["cell"].tolist(), *fast["cell"].tolist()]
    assert sorted(rows) == sorted(2 * list(range(len(target.centres)))), "each row grows, then drops"
    assert fast["birth"].min() > slow["death"].max()
    assert slow["flight"].min() > fast["flight"].max()
    begin, end = chapter(toured(name), WEIGHED[name])
    assert begin < slow["birth"].min()
    assert fast["death"].max() <= end
    for label in within(toured(name), WEIGHED[name]):
        assert label.death <= fast["birth"].min() + 1e-3, "its numbers are gone before the rest comes"


@pytest.mark.parametrize("name", ["", "mlp", "lenet5", "pooled"])
def test_a_digit_stands_under_each_of_the_ten_sums(name: str) -> None:
    line_up = stages(reading(name)[0])
    arrivals = landed(toured(name), line_up[-1])
    digits = [one for one in toured(name).labels if one.height == DIGIT_EM]
    assert [one.text for one in sorted(digits, key=lambda one: one.at[0])] == list("0123456789")
    for one in digits:
        x, y, z = line_up[-1].centres[int(one.text)]
        np.testing.assert_allclose(one.at, (x, y - DIGIT_DOWN, z), atol=1e-4)
        assert one.birth == pytest.approx(arrivals[int(one.text)], abs=1e-3)


@pytest.mark.parametrize("form", list(Form))
def test_sums_that_are_only_laid_out_are_shown_too(form: Form) -> None:
    """A network may end in ten maps of one box each: they move, and nothing is weighed."""
    tried = 0
    for seed in range(40):
        network = chain(seed)
        line_up = stages(network)
        if line_up[-1].kind != "flatten":
            continue
        tried += 1
        seen = Scratch(network).read(probe().bitmap)
        scene = exhibit.build(network, seen, seed, form)
        check_numbers(network, seen, scene)
        check_arrivals(scene, line_up[-1])
        moved, stands = (
            named(scene, name).boxes for name in (f"{line_up[-1].shown}.carried", line_up[-1].shown)
        )
        gone = moved["death"][np.argsort(moved["cell"])]
        assert (gone >= standing(scene, line_up[-1].shown)["birth"]).all(), "never nothing in its place"
        assert (gone < stands["death"].min()).all()
    assert tried >= 5
