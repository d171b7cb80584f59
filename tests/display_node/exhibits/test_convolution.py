"""The tour is pure, complete, and shows the network's own numbers."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from display_node.exhibits.convolution import exhibit
from display_node.flights import LEG
from display_node.language import Language, languages
from display_node.probe import Probe
from display_node.scene import FOREVER, Batch, Scene
from tests.data import mnist_test
from tests.display_node.drawn import engine, probe, shipped
from weights.module import module

LAYERS = ("relu1", "relu3", "relu5", "relu7")
"""Names of the four blocks' activations in the shipped network."""


def scene(seed: int = 1) -> Scene:
    return exhibit.build(shipped(), probe(), seed)


def batch(of: Scene, name: str) -> Batch:
    return next(found for found in of.batches if found.name == name)


def shown(of: Scene, name: str) -> np.ndarray:
    """The numbers on the standing boxes, back in the tensor's order."""
    found = batch(of, name).boxes
    return found["value_end"][np.argsort(found["cell"])]


def test_same_drawing_and_seed_give_the_same_bytes() -> None:
    first, second = scene(), scene()
    assert [b.name for b in first.batches] == [b.name for b in second.batches]
    for one, other in zip(first.batches, second.batches, strict=True):
        assert one.boxes.tobytes() == other.boxes.tobytes()
        assert one.values is None or one.values.tobytes() == other.values.tobytes()  # type: ignore[union-attr]
    assert (first.camera, first.captions, first.labels) == (second.camera, second.captions, second.labels)


def test_another_seed_moves_in_another_order() -> None:
    one, other = batch(scene(1), "relu1.weights"), batch(scene(2), "relu1.weights")
    assert one.boxes["cell"].tolist() != other.boxes["cell"].tolist()
    assert np.array_equal(np.sort(one.boxes["cell"]), np.sort(other.boxes["cell"]))


def test_every_stage_of_the_original_is_there() -> None:
    built = scene()
    standing = ["input", *LAYERS, "flatten8", "relu10", "fc2", "softmax"]
    assert [len(batch(built, name).boxes) for name in standing] == [
        1024, 4096, 2048, 512, 128, 128, 128, 10, 10,
    ]  # fmt: skip
    flown = {name: batch(built, f"{name}.products") for name in (*LAYERS, "relu10", "fc2")}
    # One flight a cell, and as many boxes in it as numbers are multiplied.
    assert {name: (len(b.boxes), len(b.offsets)) for name, b in flown.items()} == {
        "relu1": (4096, 9), "relu3": (2048, 144), "relu5": (512, 288), "relu7": (128, 288),
        "relu10": (128, 128), "fc2": (10, 128),
    }  # fmt: skip
    assert {label.text for label in built.labels if label.height < 9} == set("0123456789")
    assert str(probe().digit) in {label.text for label in built.labels if label.height == 9}


def test_every_tensor_shown_is_torchs_own_on_real_digits() -> None:
    """100 digits of MNIST's test part: each standing box against a bare torch forward pass."""
    network, images = module(shipped()), mnist_test(100)
    for image in images:
        read = engine().read(image)
        built = exhibit.build(shipped(), read, 1)
        tensor = torch.from_numpy(image.unit.reshape(1, 1, 32, 32))
        expected = {"input": tensor}
        for layer, step in zip(shipped().layers, network, strict=True):
            tensor = step(tensor)
            expected[layer.name] = tensor
        expected["softmax"] = torch.softmax(tensor / shipped().temperature, dim=1)
        for name in ("input", *LAYERS, "flatten8", "relu10", "fc2", "softmax"):
            np.testing.assert_allclose(
                shown(built, name), expected[name].numpy().ravel(), rtol=1e-5, atol=1e-6, err_msg=name
            )


def test_products_and_bias_add_up_to_the_cell_that_they_become() -> None:
    built = scene()
    layers = {layer.name: layer for layer in shipped().layers}
    for stage, layer, relu in (
        ("relu1", "conv1", True), ("relu3", "conv2", True), ("relu5", "conv3", True),
        ("relu7", "conv4", True), ("relu10", "fc1", True), ("fc2", "fc2", False),
    ):  # fmt: skip
        flights = batch(built, f"{stage}.products")
        assert flights.values is not None
        sums = flights.values.astype(np.float64).sum(axis=1)
        bias = layers[layer].bias
        assert bias is not None
        total = sums + np.repeat(bias, len(sums) // len(bias))
        cell = shown(built, stage)
        np.testing.assert_allclose(np.maximum(total, 0) if relu else total, cell, rtol=1e-4, atol=1e-4)


def test_each_cell_lights_up_when_its_numbers_arrive() -> None:
    built = scene()
    for name in (*LAYERS, "relu10", "fc2"):
        flights, standing = batch(built, f"{name}.products").boxes, batch(built, name).boxes
        landing = (flights["birth"] + flights["flight"])[np.argsort(flights["cell"])]
        birth = standing["birth"][np.argsort(standing["cell"])]
        np.testing.assert_allclose(birth, landing, atol=1e-3)
        assert np.allclose(flights["flight"], LEG)


def test_nothing_happens_before_its_chapter_or_after_it() -> None:
    """A chapter's flights are over when the next one begins."""
    built = scene()
    starts = {chapter.name: chapter.start for chapter in built.chapters}
    order = [chapter.start for chapter in built.chapters] + [built.duration]
    assert order == sorted(order)
    pairs = zip(
        ("conv2d1", "conv2d2", "conv2d3", "conv2d4", "linear1", "sums"),
        (*LAYERS, "relu10", "fc2"),
        strict=True,
    )
    for chapter, name in pairs:
        start = starts[chapter]
        end = next(later for later in order if later > start)
        for kind in ("weights", "products"):
            flights = batch(built, f"{name}.{kind}").boxes
            assert flights["birth"].min() > start
            assert flights["death"].max() <= end + 1e-3
    assert all(one.until <= other.time + 1e-6 for one, other in pairwise(built.captions))


def test_standing_boxes_stay_to_the_end() -> None:
    built = scene()
    for name in ("input", *LAYERS, "flatten8", "relu10", "softmax"):
        assert (batch(built, name).boxes["death"] == np.float32(FOREVER)).all()


@pytest.mark.parametrize("code", languages())
def test_every_caption_and_chapter_has_words(code: str) -> None:
    language, built = Language(code), scene()
    for caption in built.captions:
        (text,) = language.say(caption.key, caption.values)
        assert "{" not in text
        assert len(text.splitlines()) <= 2
        # The storyboard's sixth rule: 1.2 s to notice it, and a second for every 15 characters.
        assert caption.until - caption.time >= 1.2 + len(text) / 15, (caption.key, text)


def doubting(shares: list[float]) -> Probe:
    """The same reading, had the answer been these shares."""
    activations = {**probe().activations, "softmax": np.array(shares, np.float32)}
    return Probe(probe().bitmap, activations, probe().canvas)


@pytest.mark.parametrize(
    ("shares", "key"),
    [
        ([0.01] * 9 + [0.91], "answer.sure"),
        ([0.65, 0.28] + [0.00875] * 8, "answer.likely"),
        ([0.45, 0.35] + [0.025] * 8, "answer.unsure"),
        ([0.1] * 10, "answer.unsure"),
    ],
)
def test_doubt_is_said_in_words(shares: list[float], key: str) -> None:
    built = exhibit.build(shipped(), doubting(shares), 1)
    assert built.captions[-1].key == key
