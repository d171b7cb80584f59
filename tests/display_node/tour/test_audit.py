"""Every number that a tour prints is the network's own, and what is added up before the visitor is right.

Labels are found in the compiled scene by when and where they stand, and read as a visitor reads them: all
arithmetic is on the decimals that are printed. A number that no check asks for is an error.
"""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from display_node.engines.scratch import Scratch
from display_node.exhibits.convolution import exhibit
from display_node.form import Form
from display_node.network import SHIPPED, Network, load
from display_node.probe import Probe
from display_node.scene import Label, Tint
from display_node.stages import Stage
from display_node.tour.naming import QUIET
from tests.data import mnist_test
from tests.display_node.drawn import engine, shipped
from tests.display_node.tour.ending import shares, ten_sums, winner
from tests.display_node.tour.ledger import PLACE, Reader, near, nearest, number, padded, result, rounded
from tests.display_node.tour.told import INSTANT, VERDICTS, Told, answered, batch, chapter_of, has

COUNTS = {
    "tour.drawing": "1,024", "tour.look": "9", "tour.filters": "16", "tour.deeper": "16",
    "tour.deeper_rest": "32", "tour.row": "128", "tour.weigh": "128", "tour.weigh_rest": "128",
}  # fmt: skip
"""Boxes, weights or filters that a caption about the shipped network counts."""


def audit(told: Told, form: Form) -> None:
    """All chapters that this tour has."""
    reader = Reader(told)
    drawing(reader)
    if has(told.scene, "look.result"):
        everywhere(reader, look(reader))
    if has(told.scene, "deeper.result"):
        deeper(reader)
    if has(told.scene, "weighing.products"):
        weighing(reader)
    ten_sums(reader, form)
    shares(reader)
    winner(reader)
    blocks(reader)
    reader.nothing_left()


def blocks(reader: Reader) -> None:
    """Under each block its own sizes."""
    chapters = [chapter.name for chapter in reader.scene.chapters]
    for label in [
        label for name in chapters for label in reader.take(name, lambda label: label.light == QUIET)
    ]:
        stage = min(
            reader.line_up, key=lambda stage: abs(float((stage.low + stage.high)[2]) / 2 - label.at[2])
        )
        assert label.text == " × ".join(str(size) for size in stage.shape if size > 1)
        assert label.at[1] < stage.low[1]


def drawing(reader: Reader) -> None:
    stage, picture = reader.line_up[0], reader.values(reader.line_up[0])[0]
    labels = reader.take("drawing", lambda label: True)
    for label in labels:
        row, column = where(stage, label)
        assert number(label.text) == rounded(picture[row, column])
        assert (label.text == "0") == (picture[row, column] == 0)
    assert len({where(stage, label) for label in labels}) == len(labels)


def where(stage: Stage, label: Label) -> tuple[int, int]:
    """Row and column of the drawing over which a label stands; outside of it they go on."""
    _, rows, columns = stage.shape
    x, y = (at / pitch for at, pitch in zip(label.at[:2], stage.pitch[:2], strict=True))
    return round((rows - 1) / 2 - y), round(x + (columns - 1) / 2)


def look(reader: Reader) -> int:
    """Nine pixels, nine weights, nine products, their running sums, the bias, the sum, the ReLU, the box."""
    source, target = reader.line_up[:2]
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    flown = batch(reader.scene, "look.result").boxes[0]
    cell = nearest(target.centres, flown["end"])
    channel, row, column = (int(at) for at in np.unravel_index(cell, target.shape))
    patch = padded(reader.values(source), target, row, column).ravel()
    weights = layer.weight[channel].ravel()
    bias = 0.0 if layer.bias is None else float(layer.bias[channel])

    def turn(label: Label) -> int:
        y, x = where(source, label)
        y, x = y - row * layer.stride + layer.padding, x - column * layer.stride + layer.padding
        assert 0 <= y < layer.kernel, label
        assert 0 <= x < layer.kernel, label
        return y * layer.kernel + x

    factors = reader.take("look", lambda label: label.text.startswith("×"))
    pixels = reader.take("look", lambda label: label.tint in (Tint.TEXT, Tint.NIGHT))
    for labels, numbers in ((pixels, patch), (factors, weights)):
        assert {turn(label) for label in labels} == set(range(len(numbers)))
        assert all(number(label.text) == rounded(numbers[turn(label)]) for label in labels)
    products = reader.take("look", lambda label: label.tint is Tint.PRODUCT and label.to is not None)
    assert [turn(label) for label in products] == list(range(len(patch))), "told in order, each once"
    running = reader.take("look", lambda label: label.tint is Tint.PRODUCT)
    total = Decimal(0)
    for index, (product, added) in enumerate(zip(products, running, strict=True)):
        pixel, weight, term = rounded(patch[index]), rounded(weights[index]), number(product.text)
        # Each factor is printed to within 0.005, the product to less than 0.01 of its true value.
        bound = PLACE + Decimal("0.005") * (abs(pixel) + abs(weight)) + Decimal("0.000025")
        assert abs(term - pixel * weight) < bound
        assert near(product.text, float(patch[index]) * float(weights[index]))
        total += term
        assert number(added.text) == total
        assert added.at == product.to
        assert added.birth >= product.birth + product.flight - INSTANT
    told = reader.one("look", lambda label: label.tint is Tint.WEIGHT)
    assert near(told.text, bias)
    whole = reader.one("look", lambda label: label.tint is Tint.RESULT)
    rectified = target.shown != layer.name
    result(whole.text, (total, number(told.text)), reader.sums(target).ravel()[cell], rectified)
    assert flown["value"] == reader.values(target).ravel()[cell]
    return cell


def everywhere(reader: Reader, spot: int) -> None:
    """At each stop the sum of the box that lights up at that moment; what is below zero becomes zero."""
    target = reader.line_up[1]
    assert target.layer is not None
    size = target.shape[1] * target.shape[2]
    stands = batch(reader.scene, target.shown).boxes
    births = stands["birth"][np.argsort(stands["cell"])]
    labels = reader.take("everywhere", lambda label: True)
    stops = [label for label in labels if label.text != "0"]
    assert len(stops) >= 2
    for label in stops:
        height = np.abs(target.centres[:, 1] - label.at[1]) + np.abs(target.centres[:, 2] - label.at[2])
        (cell,) = np.flatnonzero((np.abs(births - label.birth) < INSTANT) & (height < 0.1))
        total = float(reader.sums(target).ravel()[cell])
        assert number(label.text) == rounded(total)
        assert cell != spot
        assert cell // size == spot // size, "the same filter"
        zero = [other for other in labels if other.text == "0" and other.at == label.at]
        zeroed = target.shown != target.layer.name and total < 0
        assert [other.birth for other in zero] == ([label.death] if zeroed else [])
        assert float(reader.values(target).ravel()[cell]) == (0.0 if zeroed else total)


def deeper(reader: Reader) -> None:
    """As many partial results as the block has maps, their sum, the bias, and what they become."""
    flown = batch(reader.scene, "deeper.result").boxes[0]
    chapter = chapter_of(reader.scene, float(flown["birth"]))
    source, target = reader.line_up[1:3]
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    cell = nearest(target.centres, flown["end"])
    channel, row, column = (int(at) for at in np.unravel_index(cell, target.shape))
    seen = padded(reader.values(source), target, row, column).astype(np.float64)
    partial = (seen * layer.weight[channel]).sum(axis=(1, 2))
    flying = reader.take(chapter, lambda label: label.tint is Tint.PRODUCT and label.to is not None)
    places = [label.at for label in flying]
    standing = reader.take(chapter, lambda label: label.tint is Tint.PRODUCT and label.at in places)
    assert [label.text for label in standing] == [label.text for label in flying], "as told, so they meet"
    assert len(standing) == len(partial)
    assert all(near(label.text, value) for label, value in zip(standing, partial, strict=True))
    boxes = batch(reader.scene, "deeper.parts").boxes
    for label, value in zip(standing, partial, strict=True):
        under = np.linalg.norm(boxes["start"][:, ::2] - np.array(label.at)[::2], axis=1) < 0.1
        under &= np.abs(boxes["start"][:, 1] - label.at[1]) < 1.5
        np.testing.assert_allclose(boxes["value"][under], value, rtol=1e-4, atol=1e-5)
        assert under.any()
    added = reader.one(chapter, lambda label: label.tint is Tint.PRODUCT)
    assert number(added.text) == sum(number(label.text) for label in standing)
    bias = reader.one(chapter, lambda label: label.tint is Tint.WEIGHT)
    assert near(bias.text, 0.0 if layer.bias is None else float(layer.bias[channel]))
    whole = reader.one(chapter, lambda label: label.tint is Tint.RESULT)
    terms = number(added.text), number(bias.text)
    result(whole.text, terms, reader.sums(target).ravel()[cell], target.shown != layer.name)
    assert flown["value"] == reader.values(target).ravel()[cell]


def weighing(reader: Reader) -> None:
    """All products of one row together, the bias, and the box."""
    flown = batch(reader.scene, "weighing.products").boxes[0]
    chapter = chapter_of(reader.scene, float(flown["birth"]))
    source, target = next(
        (source, target) for source, target in pairwise(reader.line_up) if target.index == flown["layer"]
    )
    layer, row = target.layer, int(flown["cell"])
    assert layer is not None
    assert layer.weight is not None
    products = reader.one(chapter, lambda label: label.tint is Tint.PRODUCT)
    bias = reader.one(chapter, lambda label: label.tint is Tint.WEIGHT)
    whole = reader.one(chapter, lambda label: label.tint is Tint.RESULT)
    incoming = reader.values(source).ravel().astype(np.float64)
    assert near(products.text, float(layer.weight[row].astype(np.float64) @ incoming))
    assert near(bias.text, 0.0 if layer.bias is None else float(layer.bias[row]))
    rectified = target.shown != layer.name
    terms = number(products.text), number(bias.text)
    result(whole.text, terms, reader.sums(target).ravel()[row], rectified)
    assert all(label.at[0] == target.centres[row, 0] for label in (products, bias, whole))


def told_of(network: Network, read: Probe, form: Form) -> Told:
    return Told(network, read, exhibit.build(network, read, 1, form))


def test_a_hundred_digits() -> None:
    for image in mnist_test(100):
        told = told_of(shipped(), engine().read(image), Form.FULL)
        assert all(has(told.scene, f"{name}.result") for name in ("look", "deeper"))
        assert has(told.scene, "weighing.products")
        audit(told, Form.FULL)


def test_the_short_form() -> None:
    for image in mnist_test(10):
        audit(told_of(shipped(), engine().read(image), Form.SHORT), Form.SHORT)


@pytest.mark.parametrize("name", ["mlp", "lenet5", "pooled"])
def test_other_networks(name: str) -> None:
    network = load(SHIPPED.with_name(f"{name}.safetensors"))
    for image in mnist_test(3):
        for form in Form:
            audit(told_of(network, Scratch(network).read(image), form), form)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_kind_of_answer(verdict: str) -> None:
    reader = Reader(answered(verdict, Form.FULL))
    shares(reader)
    winner(reader)


def test_captions_count_what_there_is() -> None:
    told = told_of(shipped(), engine().read(mnist_test(1)[0]), Form.FULL)
    counted = {caption.key: caption.values.get("count") for caption in told.scene.captions}
    assert {key: counted[key] for key in COUNTS} == COUNTS
