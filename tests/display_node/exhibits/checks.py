"""What must hold of a tour of any network: read from the Scene, held against the network and its probe."""

from itertools import pairwise

import numpy as np
import pytest

from display_node.flights import POP
from display_node.language import Language, languages
from display_node.network import POOLS, Network
from display_node.probe import Probe
from display_node.reading import letters
from display_node.scene import FOREVER, Batch, Scene
from display_node.stages import WIDEST, Stage, stages
from tests.display_node.render.test_camera import ASPECTS, clip
from tests.display_node.tour.toured import chapter, landed, named, standing, summed

FIRST = "look everywhere filters"
"""The first convolution's chapters, where its kernel's numbers can be told one by one."""
SLIGHT = 2e-3
"""Seconds that 32-bit numbers, added up, may be off."""
MOST_WEIGHTS = 25
"""Of a kernel whose products are told one by one."""


def chapters(network: Network) -> list[str]:
    """The names that the full form has for the stages of a network, counted from its layers alone."""
    kinds = [stage.kind for stage in stages(network)][1:]
    turns = [kinds[: at + 1].count(kind) for at, kind in enumerate(kinds)]
    names = [kind if kind == "flatten" else f"{kind}{turn}" for kind, turn in zip(kinds, turns, strict=True)]
    if kinds[-1] == "linear":
        names[-1] = "sums"
    first = stages(network)[1].layer
    assert first is not None
    if first.op == "conv2d" and first.kernel**2 <= MOST_WEIGHTS:
        names[:1] = FIRST.split()
    return names


def owners(network: Network) -> dict[str, str]:
    """Which chapter the flights of what a stage shows belong to."""
    line_up, names = stages(network)[1:], chapters(network)
    return {stage.shown: name for stage, name in zip(reversed(line_up), reversed(names), strict=False)}


def check_numbers(network: Network, probe: Probe, scene: Scene) -> None:
    """Each box that stands is a number of the probe, and what flew to it adds up to it."""
    line_up = stages(network)
    for stage in line_up:
        shown = standing(scene, stage.shown)["value_end"]
        np.testing.assert_array_equal(shown, probe.activations[stage.shown].ravel(), err_msg=stage.shown)
    for source, target in pairwise(line_up):
        if target.kind in POOLS:
            sums = check_pool(target, probe.activations[source.shown], scene)
        elif target.kind == "flatten":
            last = target is line_up[-1]
            sums = standing(scene, f"{target.shown}.carried" if last else target.shown)["value"]
        else:
            sums = summed(scene, target)
        rectified = network_op(network, target.shown) == "relu"
        wanted = probe.activations[target.shown].ravel()
        np.testing.assert_allclose(
            np.maximum(sums, 0) if rectified else sums, wanted, rtol=1e-4, atol=1e-4, err_msg=target.shown
        )


def network_op(network: Network, name: str) -> str:
    return next(layer.op for layer in network.layers if layer.name == name)


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
    """Chapters in order; what flies does so within its chapter; a cell lights up as its numbers land."""
    line_up = stages(network)
    starts = [chapter.start for chapter in scene.chapters]
    assert [*starts, scene.duration] == sorted([*starts, scene.duration])
    assert [chapter.name for chapter in scene.chapters] == [
        "drawing", *chapters(network), "answer", "winner", "why",
    ]  # fmt: skip
    for batch in scene.batches:
        check_batch(batch)
        check_chapter(network, scene, batch)
    for stage in line_up[1:]:
        stands = standing(scene, stage.shown)
        if stage is line_up[-1] or stage.kind != "flatten":
            check_arrivals(scene, stage)
        if stage is not line_up[-1]:
            assert (stands["death"] == np.float32(FOREVER)).all()


def check_arrivals(scene: Scene, stage: Stage) -> None:
    births = standing(scene, stage.shown)["birth"]
    np.testing.assert_allclose(births, landed(scene, stage), atol=SLIGHT, err_msg=stage.shown)


def check_batch(batch: Batch) -> None:
    assert batch.births == sorted(batch.births)
    assert all(np.isfinite(batch.boxes[name]).all() for name in batch.boxes.dtype.names)
    assert batch.values is None or batch.values.shape[1] == len(batch.offsets)
    if len(batch.boxes):
        assert batch.boxes["row"].max() < (1 if batch.values is None else len(batch.values)), batch.name
        assert (batch.boxes["death"] >= batch.boxes["birth"]).all()


def check_chapter(network: Network, scene: Scene, batch: Batch) -> None:
    """What flies is named after its chapter, or after the stage that the chapter is about."""
    about, dot, _ = batch.name.partition(".")
    if not dot or not len(batch.boxes):
        return
    stage = {"deeper": 2, "weighing": int(batch.boxes["layer"][0])}.get(about)
    shown = about if stage is None else stages(network)[stage].shown
    begin, end = chapter(scene, owners(network).get(shown, about))
    assert batch.births[0] > begin, batch.name
    if batch.name.endswith(".carried"):
        end += POP
    last = float(batch.boxes["birth"].max()) if about == "why" else max(batch.last_deaths)
    assert last <= end + SLIGHT, batch.name


def check_words(scene: Scene) -> None:
    """Everything is said in every language, in two lines at most, for as long as it takes to read."""
    for code in languages():
        language = Language(code)
        for caption in scene.captions:
            (text,) = language.say(caption.key, caption.values)
            assert "{" not in text
            assert len(text.splitlines()) <= 2
            assert caption.until - caption.time >= 1.2 + letters(text) / 15 - 1e-9, (caption.key, text)
    assert all(one.until <= other.time for one, other in pairwise(scene.captions))


def check_views(scene: Scene, network: Network) -> None:
    """Every view holds its points in any shape of screen; while a stage is filled, these are the stage's."""
    for key in scene.camera:
        for aspect in ASPECTS:
            assert np.abs(clip(key, aspect)).max() <= 1.0
    for stage in stages(network)[1:]:
        filling = float(standing(scene, stage.shown)["birth"].max()) - POP
        key = [key for key in scene.camera if key.time < filling][-1]
        points = np.array(key.points)
        assert (points.min(axis=0) <= stage.low + 1e-3).all(), stage.shown
        assert (points.max(axis=0) >= stage.high - 1e-3).all(), stage.shown


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
