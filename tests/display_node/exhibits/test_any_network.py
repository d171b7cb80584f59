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
from display_node.language import Language, languages
from display_node.network import MAX_NUMBERS, POOLS, Network, assemble
from display_node.probe import Probe
from display_node.scene import FOREVER, Batch, Scene
from display_node.stages import WIDEST, Stage, stages
from tests.display_node.chains import chain
from tests.display_node.drawn import planned, planned_probe, three
from tests.display_node.render.test_camera import ASPECTS, clip
from weights.zoo import PLANS

SHOWN = ("sandglass", "mlp", "lenet5", "pooled")
CHAPTERS = {
    "sandglass": "conv2d1 conv2d2 conv2d3 conv2d4 flatten linear1 sums",
    "mlp": "linear1 linear2 sums",
    "lenet5": "conv2d1 avg_pool2d1 conv2d2 avg_pool2d2 flatten linear1 linear2 sums",
    "pooled": "conv2d1 max_pool2d1 conv2d2 max_pool2d2 conv2d3 max_pool2d3 flatten sums",
}
LONGEST_TOUR = 75.0
"""Seconds for which someone stands before a wall."""


def built(name: str) -> tuple[Network, Probe, Scene]:
    return planned(name), planned_probe(name), exhibit.build(planned(name), planned_probe(name), 1)


def named(scene: Scene, name: str) -> Batch:
    (found,) = [batch for batch in scene.batches if batch.name == name]
    return found


def by_cell(batch: Batch, field: str) -> np.ndarray:
    assert sorted(batch.boxes["cell"]) == list(range(len(batch.boxes)))
    return np.asarray(batch.boxes[field][np.argsort(batch.boxes["cell"])])


def check_numbers(network: Network, probe: Probe, scene: Scene) -> None:
    """Each box that stands is a number of the probe, and what flew to it adds up to it."""
    line_up = stages(network)
    for stage in line_up:
        stands = named(scene, stage.shown)
        wanted = probe.activations[stage.shown].ravel()
        np.testing.assert_array_equal(by_cell(stands, "value_end"), wanted, err_msg=stage.shown)
    for source, target in pairwise(line_up):
        if target.kind in POOLS:
            sums = check_pool(target, probe.activations[source.shown], scene)
        elif target.kind == "flatten":
            sums = by_cell(named(scene, target.shown), "value")
        else:
            sums = summed(named(scene, f"{target.shown}.products"), target)
        rectified = network_op(network, target.shown) == "relu"
        wanted = probe.activations[target.shown].ravel()
        np.testing.assert_allclose(
            np.maximum(sums, 0) if rectified else sums, wanted, rtol=1e-4, atol=1e-4, err_msg=target.shown
        )


def network_op(network: Network, name: str) -> str:
    return next(layer.op for layer in network.layers if layer.name == name)


def summed(flown: Batch, target: Stage) -> np.ndarray:
    """(cells,) the products of each cell's flight, added up, with the bias."""
    assert target.layer is not None
    assert target.layer.bias is not None
    assert flown.values is not None
    rows = by_cell(flown, "row").astype(int)
    bias = np.repeat(target.layer.bias, len(rows) // len(target.layer.bias))
    return np.asarray(flown.values[rows].astype(np.float64).sum(axis=1) + bias)


def check_pool(target: Stage, incoming: np.ndarray, scene: Scene) -> np.ndarray:
    """Windows against the plain definition; returns what is carried to each cell."""
    layer = target.layer
    assert layer is not None
    cells = [np.array(np.unravel_index(cell, target.shape)) for cell in range(len(target.centres))]
    windows = [
        incoming[c, y * layer.stride :, x * layer.stride :][: layer.kernel, : layer.kernel].ravel()
        for c, y, x in cells
    ]
    seen = named(scene, f"{target.shown}.windows").values
    assert seen is not None
    np.testing.assert_array_equal(seen, np.array(windows))
    carried = named(scene, f"{target.shown}.carried").boxes
    if layer.op == "avg_pool2d":
        shares = named(scene, f"{target.shown}.products").values
        assert shares is not None
        np.testing.assert_allclose(shares.sum(axis=1), seen.mean(axis=1), rtol=1e-5, atol=1e-6)
        wanted = seen.mean(axis=1)
    else:
        losers = named(scene, f"{target.shown}.losers").values
        assert losers is not None
        # Everything stays behind but one number a window, which is what is carried.
        left = (losers != seen).sum(axis=1)
        assert left.max() <= 1
        wanted = seen.max(axis=1)
        np.testing.assert_array_equal((seen - losers).sum(axis=1), np.where(left == 1, wanted, 0.0))
    for flight in carried:
        assert flight["value"] == flight["value_end"] == pytest.approx(wanted[flight["cell"]], abs=1e-6)
    landed = carried[carried["birth"] == carried["birth"][carried["cell"] == 0].max()]
    np.testing.assert_allclose(landed["end"][landed["cell"] == 0][0], target.centres[0], atol=1e-4)
    return np.asarray(wanted)


def check_time(network: Network, scene: Scene) -> None:
    """Chapters in order, births sorted, and every cell lights up within its chapter, as its numbers land."""
    line_up = stages(network)
    starts = [chapter.start for chapter in scene.chapters] + [scene.duration]
    assert starts == sorted(starts)
    assert len(scene.chapters) == len(line_up) + 2
    for batch in scene.batches:
        assert batch.births == sorted(batch.births)
        assert np.isfinite(batch.boxes["start"]).all()
        assert batch.values is None or batch.values.shape[1] == len(batch.offsets)
        rows = batch.boxes["row"]
        assert rows.max() < (1 if batch.values is None else len(batch.values))
    for stage, (begin, end) in zip(line_up[1:], list(pairwise(starts))[1:], strict=False):
        stands = named(scene, stage.shown)
        flown = [batch for batch in scene.batches if batch.name.startswith(f"{stage.shown}.")]
        assert flown or stage.kind == "flatten"
        for batch in flown:
            assert batch.births[0] > begin
            assert max(batch.last_deaths) <= end + 1e-3
        if flown:
            last = np.zeros(len(stage.centres))
            np.maximum.at(last, flown[-1].boxes["cell"], flown[-1].boxes["death"])
            np.testing.assert_allclose(by_cell(stands, "birth"), last, atol=1e-3)
        if stage is not line_up[-1]:
            assert (stands.boxes["death"] == np.float32(FOREVER)).all()


def check_words(scene: Scene) -> None:
    for code in languages():
        language = Language(code)
        for caption in scene.captions:
            (text,) = language.say(caption.key, caption.values)
            assert "{" not in text
            lines = text.splitlines()
            assert len(lines) <= 2
            assert max(map(len, lines)) <= 40, text
            assert caption.until - caption.time >= 1.2 + len(text) / 15, (caption.key, text)


def check_views(scene: Scene, network: Network) -> None:
    """Every chapter's camera holds what the chapter is about, in any shape of screen."""
    line_up = stages(network)
    for key, subject in zip(scene.camera, [*line_up, line_up[-1]], strict=True):
        points = np.array(key.points)
        assert (points.min(axis=0) <= subject.low + 1e-3).all()
        assert (points.max(axis=0) >= subject.high - 1e-3).all()
        for aspect in ASPECTS:
            assert np.abs(clip(key, aspect)).max() <= 1.0


def check_room(network: Network) -> None:
    """Nothing stands in anything else: the stages follow each other with a gap."""
    for source, target in pairwise(stages(network)):
        assert target.low[2] - source.high[2] > 10.0
        assert np.ptp(target.centres[:, 0]) < 1.5 * WIDEST


def numbers_of(scene: Scene) -> int:
    """Four-byte numbers that a scene holds."""
    return sum(
        batch.boxes.nbytes // 4 + (0 if batch.values is None else batch.values.size)
        for batch in scene.batches
    )


@pytest.mark.parametrize("name", SHOWN)
def test_a_network_of_the_zoo_is_walked_from_end_to_end(name: str) -> None:
    network, probe, scene = built(name)
    names = [chapter.name for chapter in scene.chapters]
    assert names == ["drawing", *CHAPTERS[name].split(), "answer", "winner"]
    assert scene.duration <= LONGEST_TOUR
    assert {label.text for label in scene.labels} == set("0123456789")
    check_numbers(network, probe, scene)
    check_time(network, scene)
    check_words(scene)
    check_views(scene, network)
    check_room(network)
    assert numbers_of(scene) < MAX_NUMBERS


@pytest.mark.parametrize("name", PLANS)
def test_a_caption_is_true_of_the_network_that_it_is_said_of(name: str) -> None:
    network, _, scene = built(name)
    said = {caption.key: caption.values for caption in scene.captions}
    pixels = network.input[1] ** 2
    assert said["tour.drawing"]["count"] == f"{pixels:,}"
    for layer in network.layers:
        if layer.op in POOLS:
            assert said[f"tour.{layer.op}"]["count"] == str(layer.kernel**2)
    if "tour.conv2d1" in said:
        first = next(layer for layer in network.layers if layer.op == "conv2d")
        assert said["tour.conv2d1"]["count"] == str(first.after[0])
    assert ("tour.templates" in said) == (name == "mlp")
    assert ("tour.conv2d4" in said) == (name == "sandglass")


@settings(max_examples=30, deadline=None, derandomize=True)
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
    _, probe, scene = built("mlp")
    canvas, margin, kept = probe.canvas.unit, named(scene, "margin").boxes, named(scene, "input").boxes
    assert (len(margin), len(kept)) == (32 * 32 - 28 * 28, 28 * 28)
    places = np.concatenate([kept["start"], margin["start"]])
    x, y = np.rint(places[:, 0] + 15.5).astype(int), np.rint(15.5 - places[:, 1]).astype(int)
    shown = np.full((32, 32), np.nan, np.float32)
    shown[y, x] = np.concatenate([kept["value"], margin["value"]])
    np.testing.assert_array_equal(shown, canvas)
    assert margin["death"].max() < scene.next_chapter(0.0)
    np.testing.assert_array_equal(
        by_cell(named(scene, "input"), "value_end"), probe.bitmap.unit[2:30, 2:30].ravel()
    )


def test_a_row_of_weights_over_the_drawing_is_a_picture_of_its_size() -> None:
    network, _, scene = built("mlp")
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
