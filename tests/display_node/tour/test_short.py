"""The short form: one look at the drawing, all layers in one go, and the answer; nothing is explained."""

import pytest

from display_node.form import Form
from display_node.scene import DIMMED
from tests.display_node.tour.toured import has, toured

CHAPTERS = {
    "": "conv2d1 conv2d2 conv2d3 conv2d4 flatten linear1 sums",
    "mlp": "linear1 linear2 sums",
    "lenet5": "conv2d1 avg_pool2d1 conv2d2 avg_pool2d2 flatten linear1 linear2 sums",
    "pooled": "conv2d1 max_pool2d1 conv2d2 max_pool2d2 conv2d3 max_pool2d3 flatten sums",
}
LONGEST = 20.0
"""Seconds for which the next one is kept waiting, whatever the network."""


@pytest.mark.parametrize("name", CHAPTERS)
def test_its_chapters_are_the_stages_and_the_answer(name: str) -> None:
    scene = toured(name, Form.SHORT)
    names = [chapter.name for chapter in scene.chapters]
    assert names == ["drawing", *CHAPTERS[name].split(), "answer", "winner"]
    assert scene.duration <= LONGEST < toured(name).duration
    starts = [chapter.start for chapter in scene.chapters]
    assert starts == sorted(set(starts)), "each lasts"


@pytest.mark.parametrize("name", CHAPTERS)
def test_one_sentence_is_said_and_then_the_answer(name: str) -> None:
    said, called = toured(name, Form.SHORT).captions
    assert (said.key, called.key) == ("short.read", toured(name).captions[-2].key)


def test_nothing_is_told_number_by_number_and_the_line_up_is_never_dimmed() -> None:
    scene = toured(form=Form.SHORT)
    for part in ("look", "everywhere", "filters", "deeper", "weighing", "why"):
        assert not any(batch.name.startswith(f"{part}.") for batch in scene.batches)
    assert not has(scene, "look.slate")
    assert scene.legends == ()
    call = next(chapter.start for chapter in scene.chapters if chapter.name == "answer")
    dimmed = [light.time for batch in scene.batches for light in batch.lights if light.level == DIMMED]
    assert all(time > call for time in dimmed)
