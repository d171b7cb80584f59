"""The tour is pure, complete, and shows the network's own numbers."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from display_node.exhibits.convolution import exhibit
from display_node.probe import Probe
from display_node.scene import DIMMED, FOREVER, Scene
from display_node.stages import stages
from tests.data import mnist_test
from tests.display_node.drawn import engine, probe, shipped
from tests.display_node.exhibits.checks import check_numbers
from tests.display_node.tour.toured import flights, named, standing, toured
from weights.module import module

LAYERS = ("relu1", "relu3", "relu5", "relu7")
"""Names of the four blocks' activations in the shipped network."""
CHAPTERS = """drawing look everywhere filters conv2d2 conv2d3 conv2d4 flatten linear1 sums
    answer winner why"""


def test_the_chapters_are_those_of_the_storyboard_in_its_order() -> None:
    assert [chapter.name for chapter in toured().chapters] == CHAPTERS.split()


def test_same_drawing_and_seed_give_the_same_bytes() -> None:
    first, second = toured(), exhibit.build(shipped(), probe(), 1)
    assert [b.name for b in first.batches] == [b.name for b in second.batches]
    for one, other in zip(first.batches, second.batches, strict=True):
        assert one.boxes.tobytes() == other.boxes.tobytes()
        assert one.values is None or one.values.tobytes() == other.values.tobytes()  # type: ignore[union-attr]
        assert one.lights == other.lights
    for field in ("camera", "captions", "labels", "legends", "beats", "chapters", "duration"):
        assert getattr(first, field) == getattr(second, field)
    assert first.cues.tobytes() == second.cues.tobytes()


def test_another_seed_moves_in_another_order() -> None:
    other = exhibit.build(shipped(), probe(), 2)
    for name in ("filters.weights", "relu3.weights", "relu5.weights"):
        here, there = (named(scene, name).boxes["cell"] for scene in (toured(), other))
        assert here.tolist() != there.tolist()
        assert np.array_equal(np.sort(here), np.sort(there))


def test_every_stage_of_the_original_is_there() -> None:
    built = toured()
    names = ["input", *LAYERS, "flatten8", "relu10", "fc2", "softmax"]
    assert [len(standing(built, name)) for name in names] == [
        1024, 4096, 2048, 512, 128, 128, 128, 10, 10,
    ]  # fmt: skip
    # One flight a cell but the two that are told slowly, and as many boxes in it as numbers are multiplied.
    flown = {}
    for stage in stages(shipped())[1:]:
        found = [batch for batch in flights(built, stage) if batch.name.endswith(".products")]
        flown[stage.shown] = sum(len(b.boxes) for b in found), {len(b.offsets) for b in found}
    assert flown == {
        "relu1": (4095, {9}), "relu3": (2047, {144}), "relu5": (512, {288}), "relu7": (128, {288}),
        "flatten8": (0, set()), "relu10": (128, {128}), "fc2": (10, {128}),
    }  # fmt: skip


def test_every_tensor_shown_is_torchs_own_on_real_digits() -> None:
    """100 digits of MNIST's test part: each standing box against a bare torch forward pass."""
    network, images = module(shipped()), mnist_test(100)
    for image in images:
        built = exhibit.build(shipped(), engine().read(image), 1)
        tensor = torch.from_numpy(image.unit.reshape(1, 1, 32, 32))
        expected = {"input": tensor}
        for layer, step in zip(shipped().layers, network, strict=True):
            tensor = step(tensor)
            expected[layer.name] = tensor
        expected["softmax"] = torch.softmax(tensor / shipped().temperature, dim=1)
        for name in ("input", *LAYERS, "flatten8", "relu10", "fc2", "softmax"):
            np.testing.assert_allclose(
                standing(built, name)["value_end"],
                expected[name].numpy().ravel(),
                rtol=1e-5,
                atol=1e-6,
                err_msg=name,
            )


@pytest.mark.parametrize("index", range(0, 100, 20))
def test_products_and_bias_add_up_to_the_cell_that_they_become(index: int) -> None:
    read = engine().read(mnist_test(100)[index])
    check_numbers(shipped(), read, exhibit.build(shipped(), read, index))


def test_standing_boxes_stay_to_the_end() -> None:
    for name in ("input", *LAYERS, "flatten8", "relu10"):
        assert (standing(toured(), name)["death"] == np.float32(FOREVER)).all()
    # The bars make way for the drawing, which is the last picture.
    (gone,) = set(standing(toured(), "softmax")["death"].tolist())
    assert gone == pytest.approx(float(named(toured(), "why.drawing").births[0]), abs=1.0)


def test_what_is_not_meant_is_dim_and_in_the_end_nothing_is() -> None:
    """Lights change by name alone; a batch is told of a change only where it changes."""
    for batch in toured().batches:
        levels = [1.0, *(light.level for light in batch.lights)]
        assert set(levels) <= {1.0, DIMMED}
        assert all(one != other for one, other in pairwise(levels)), batch.name
        times = [light.time for light in batch.lights]
        assert times == sorted(times)
    lit = {b.name for b in toured().batches if not b.lights or b.lights[-1].level == 1.0}
    assert {"input", "why.drawing"} <= lit


def test_a_legend_says_what_the_colours_mean_while_they_first_appear() -> None:
    legend, last = toured().legends
    look = next(chapter.start for chapter in toured().chapters if chapter.name == "look")
    assert legend.roles == ("drawing", "filter", "product", "result")
    assert look < legend.time < legend.until == last.time
    assert last.roles == ("result", "answer")
    assert last.until >= toured().duration
    assert named(toured(), "look.filter").births[0] >= legend.time


def doubting(shares: list[float], *, sure: bool = True) -> Scene:
    """The tour of the same reading, had the answer been these shares."""
    activations = {**probe().activations, "softmax": np.array(shares, np.float32)}
    return exhibit.build(shipped(), Probe(probe().bitmap, activations, probe().canvas, sure), 1)


@pytest.mark.parametrize(
    ("shares", "sure", "key"),
    [
        ([0.01] * 9 + [0.91], True, "answer.sure"),
        ([0.65, 0.28] + [0.00875] * 8, True, "answer.likely"),
        ([0.45, 0.35] + [0.025] * 8, True, "answer.unsure"),
        ([0.1] * 10, True, "answer.unsure"),
        ([0.01] * 9 + [0.91], False, "answer.strange"),
    ],
)
def test_doubt_is_said_in_words(shares: list[float], sure: bool, key: str) -> None:
    said = [caption.key for caption in doubting(shares, sure=sure).captions]
    assert said[-2:] == [key, "tour.why" if sure else "tour.why_strange"]
