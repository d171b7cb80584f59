"""Whatever chain of layers a file describes: the tour shows all of it, in its own numbers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.raster import framed, preview
from display_node.engines.eager import Eager
from display_node.exhibits.convolution import exhibit
from display_node.exhibits.invitation import exhibit as invitation
from display_node.form import Form
from display_node.network import MAX_NUMBERS, POOLS, assemble
from display_node.stages import stages
from tests.display_node.chains import chain
from tests.display_node.drawn import three
from tests.display_node.exhibits.checks import (
    FIRST,
    check_arrivals,
    check_numbers,
    check_room,
    check_time,
    check_views,
    check_words,
    numbers_of,
)
from tests.display_node.tour.toured import named, reading, standing, toured
from weights.zoo import PLANS

SHOWN = ("sandglass", "mlp", "lenet5", "pooled")
CHAPTERS = {
    "sandglass": f"{FIRST} conv2d2 conv2d3 conv2d4 flatten linear1 sums",
    "mlp": "linear1 linear2 sums",
    "lenet5": f"{FIRST} avg_pool2d1 conv2d2 avg_pool2d2 flatten linear1 linear2 sums",
    "pooled": f"{FIRST} max_pool2d1 conv2d2 max_pool2d2 conv2d3 max_pool2d3 flatten sums",
}
LONGEST_TOUR = 75.0
"""Seconds for which someone stands before a wall."""


@pytest.mark.parametrize("name", SHOWN)
def test_a_network_of_the_zoo_is_walked_from_end_to_end(name: str) -> None:
    network, probe = reading(name)
    scene = toured(name)
    names = [chapter.name for chapter in scene.chapters]
    assert names == ["drawing", *CHAPTERS[name].split(), "answer", "winner", "why"]
    assert scene.duration <= LONGEST_TOUR
    check_numbers(network, probe, scene)
    check_time(network, scene)
    check_words(scene)
    check_views(scene, network)
    check_room(network)
    assert numbers_of(scene) < MAX_NUMBERS


@pytest.mark.parametrize("name", PLANS)
def test_a_caption_is_true_of_the_network_that_it_is_said_of(name: str) -> None:
    network, _ = reading(name)
    said = {caption.key: caption.values for caption in toured(name).captions}
    pixels = network.input[1] ** 2
    assert said["tour.drawing"]["count"] == f"{pixels:,}"
    for layer in network.layers:
        if layer.op in POOLS:
            assert said[f"tour.{layer.op}"]["count"] == str(layer.kernel**2)
    convolutions = [layer for layer in network.layers if layer.op == "conv2d"]
    assert ("tour.look" in said) == (name != "mlp")
    if convolutions:
        assert said["tour.look"]["count"] == str(convolutions[0].kernel ** 2)
        assert said["tour.everywhere"]["stride"] == str(convolutions[0].stride)
        assert said["tour.filters"]["count"] == str(convolutions[0].after[0])
    # Partial results are told only where the second stage is a convolution, as the first is.
    second = [stage.kind for stage in stages(network)][1:3] == ["conv2d", "conv2d"]
    assert ("tour.deeper" in said) == second == (name in ("sandglass", "teacher"))
    if "tour.deeper" in said:
        assert said["tour.deeper"]["count"] == str(convolutions[1].before[0])
        assert said["tour.deeper_rest"]["count"] == str(convolutions[1].after[0])
    # One row of weights is told with its sum where a row is a row, not a picture.
    weighed = [
        (source, target)
        for source, target in pairwise(stages(network)[:-1])
        if target.kind == "linear" and not source.upright
    ]
    assert ("tour.weigh" in said) == bool(weighed)
    for source, target in weighed[:1]:
        assert said["tour.weigh"]["count"] == f"{len(source.centres):,}"
        assert said["tour.weigh_rest"]["count"] == f"{len(target.centres):,}"
    assert ("tour.templates" in said) == (name == "mlp")
    assert ("tour.smaller" in said) == (name == "sandglass")


@pytest.mark.parametrize("name", SHOWN)
def test_the_short_form_shows_the_same_numbers_and_explains_nothing(name: str) -> None:
    network, probe = reading(name)
    scene = toured(name, Form.SHORT)
    check_numbers(network, probe, scene)
    check_words(scene)
    for stage in stages(network)[1:]:
        if stage.kind != "flatten":
            check_arrivals(scene, stage)
    assert [caption.key.split(".")[0] for caption in scene.captions] == ["short", "answer"]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_any_chain_of_layers_is_shown(seed: int) -> None:
    network = chain(seed)
    probe = Eager(network).read(framed(three()), preview(three()))
    scene = exhibit.build(network, probe, seed)
    check_numbers(network, probe, scene)
    check_time(network, scene)
    check_words(scene)
    check_views(scene, network)
    check_room(network)
    assert numbers_of(scene) < MAX_NUMBERS
    resting = invitation.part(network, [probe, probe, probe], seed, 1)
    assert [len(batch.boxes) for batch in resting.batches] == [
        3 * len(stage.centres) for stage in stages(network)
    ]


def test_the_margin_of_the_canvas_falls_away_before_a_smaller_input() -> None:
    scene, (_, probe) = toured("mlp"), reading("mlp")
    canvas, margin, kept = probe.canvas.unit, named(scene, "margin").boxes, named(scene, "input").boxes
    kept = kept[kept["birth"] == 0.0]
    assert (len(margin), len(kept)) == (32 * 32 - 28 * 28, 28 * 28)
    places = np.concatenate([kept["start"], margin["start"]])
    x, y = np.rint(places[:, 0] + 15.5).astype(int), np.rint(15.5 - places[:, 1]).astype(int)
    shown = np.full((32, 32), np.nan, np.float32)
    shown[y, x] = np.concatenate([kept["value"], margin["value"]])
    np.testing.assert_array_equal(shown, canvas)
    assert margin["death"].max() < scene.next_chapter(0.0)
    np.testing.assert_array_equal(
        standing(scene, "input")["value_end"], probe.bitmap.unit[2:30, 2:30].ravel()
    )


def test_a_row_of_weights_over_the_drawing_is_a_picture_of_its_size() -> None:
    (network, _), scene = reading("mlp"), toured("mlp")
    weights = named(scene, "relu2.weights")
    assert weights.values is not None
    drawing, *_ = stages(network)
    np.testing.assert_allclose(weights.offsets, drawing.centres - drawing.centres.mean(axis=0), atol=1e-5)
    landed = weights.boxes[weights.boxes["end"][:, 2] == 0.0]
    assert len(landed) == 64
    np.testing.assert_allclose(landed["end"], 0.0, atol=1e-5)


def tensors(**shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    weights = {f"{name}.weight": np.zeros(shape, np.float32) for name, shape in shapes.items()}
    return weights | {f"{name}.bias": np.zeros(shape[0], np.float32) for name, shape in shapes.items()}


def test_what_would_fill_the_memory_is_refused_by_name() -> None:
    """16,384 boxes are allowed, but not 16 × 11² numbers for each of them."""
    step = {"op": "conv2d", "padding": 5}
    with pytest.raises(ValueError, match="wide: too much to show"):
        assemble((1, 32, 32), [step | {"name": "first"}, step | {"name": "wide"}],
                 tensors(first=(16, 1, 11, 11), wide=(16, 16, 11, 11)))  # fmt: skip


def test_a_kernel_of_more_boxes_than_a_texture_is_wide_is_refused_by_name() -> None:
    """Possible only where it reaches over the edge on all sides."""
    steps = [{"op": "conv2d", "name": "first"}, {"op": "conv2d", "name": "deep", "padding": 1}]
    shapes = tensors(first=(96, 1, 20, 20), deep=(1, 96, 15, 15))
    with pytest.raises(ValueError, match="deep: too much to show"):
        assemble((1, 32, 32), steps, shapes)


def test_many_layers_that_are_each_allowed_are_refused_together() -> None:
    names = [f"layer{index}" for index in range(60)]
    steps = [{"op": "conv2d", "name": name} for name in names]
    shapes = {name: (16, 16 if index else 1, 1, 1) for index, name in enumerate(names)}
    with pytest.raises(ValueError, match="layer7: too much to show"):
        assemble((1, 32, 32), steps, tensors(**shapes))
