"""Compiled tours that the tests of this folder share, and how to find one's way in them."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from display_node.exhibits.convolution import exhibit
from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.samples import samples
from display_node.scene import Batch, Scene
from tests.display_node.drawn import engine, probe, shipped

ASPECTS = {"16:9": 16 / 9, "9:16": 9 / 16, "4:3": 4 / 3, "64:27": 64 / 27}
INSTANT = 1e-3
"""Seconds within which two times are one: birth times are 32-bit floats."""
VERDICTS = {
    "sure": ([0.01] * 9 + [0.91], True),
    "likely": ([0.65, 0.28] + [0.00875] * 8, True),
    "unsure": ([0.45, 0.35] + [0.025] * 8, True),
    "strange": ([0.65, 0.28] + [0.00875] * 8, False),
}
"""Shares of each kind of answer, and whether it is one at all."""


@dataclass(frozen=True, eq=False)
class Told:
    """A tour: what was read by which network, and what became of it."""

    network: Network
    probe: Probe
    scene: Scene


@cache
def tour(form: Form = Form.FULL, digit: int | None = None) -> Told:
    """Of the drawn 3, or of one of the wall's own digits, by the shipped network."""
    read = probe() if digit is None else engine().read(samples([digit])[0])
    return Told(shipped(), read, exhibit.build(shipped(), read, 1, form))


@cache
def answered(verdict: str, form: Form) -> Told:
    """The same reading, had the answer been of this kind."""
    shares, sure = VERDICTS[verdict]
    activations = {**probe().activations, "softmax": np.array(shares, np.float32)}
    read = replace(probe(), activations=activations, sure=sure)
    return Told(shipped(), read, exhibit.build(shipped(), read, 1, form))


def spans(scene: Scene) -> dict[str, tuple[float, float]]:
    """Begin and end of each chapter by its name, in order."""
    return {chapter.name: (chapter.start, scene.next_chapter(chapter.start)) for chapter in scene.chapters}


def chapter_of(scene: Scene, birth: float) -> str:
    """In which chapter something begins; what begins with a chapter's very end belongs to that one."""
    chapter = scene.chapter(max(birth - INSTANT, 0.0))
    assert chapter is not None
    return chapter.name


def batch(scene: Scene, name: str) -> Batch:
    (found,) = [batch for batch in scene.batches if batch.name == name]
    return found


def has(scene: Scene, name: str) -> bool:
    return any(batch.name == name for batch in scene.batches)
