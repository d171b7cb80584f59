"""The tour as it looks: each chapter twice, both themes, wide and tall, against images that were looked at.

Drawn by llvmpipe, which is exact to the bit. Elsewhere the tests are skipped and say what differs. After a
change that is meant: `pytest --regenerate-golden tests/display_node/tour/test_golden.py`, and look at them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import moderngl
import numpy as np
import pytest

from common import fonts
from common.bitmap import Bitmap
from display_node.engine import open_engine
from display_node.exhibit import find
from display_node.language import Language
from display_node.network import SHIPPED, load
from display_node.render.atlas import Atlas
from display_node.render.offline import picture, read_drawing
from display_node.render.palette import find_theme, themes
from display_node.render.renderer import Renderer
from display_node.render.target import Image, headless
from display_node.samples import DRAWINGS
from display_node.scene import Scene
from tests.display_node.tour.golden import (
    FEW,
    GOLDEN,
    LARGEST,
    OUT,
    RECORD,
    SHOWN,
    STRAY,
    Maker,
    apart,
    keep,
    maker,
    read,
    recorded,
    renew,
    unlike,
    write,
)

SIZES = ((480, 270), (270, 480))
SAMPLES = 4
DRAWING = f"{DRAWINGS}:7"
PARTS = {
    "drawing": (0.3, 0.8), "look": (0.46, 0.75), "everywhere": (0.3, 0.85), "filters": (0.3, 0.85),
    "conv2d2": (0.3, 0.85), "conv2d3": (0.5, 0.85), "conv2d4": (0.5, 0.85), "flatten": (0.5, 0.9),
    "linear1": (0.5, 0.85), "sums": (0.5, 0.95), "answer": (0.5, 0.85), "winner": (0.1, 0.7),
    "why": (0.5, 1.0),
}  # fmt: skip
"""Of each chapter that have passed: once on the way, once when its point is on the screen."""
RESTS = {"invitation": (9.0, 22.0), "listening": (1.0,)}
"""Seconds into the exhibits between two tours."""
LATER = 0.5
"""Seconds by which an instant that moves must not be missed."""
MISSING = {
    "everywhere-2": "relu1", "flatten-2": "flatten8", "linear1-2": "relu10", "answer-2": "softmax",
    "why-2": "why.drawing",
}  # fmt: skip
"""At these moments the strongest box of these batches must not be missing."""

MOMENTS = [f"{name}-{number + 1}" for name, whens in (PARTS | RESTS).items() for number in range(len(whens))]
SCREENS = [f"{theme}-{wide}x{high}" for theme in themes() for wide, high in SIZES]
IMAGES = {GOLDEN / screen / f"{moment}.png" for screen in SCREENS for moment in MOMENTS}


@cache
def shown(exhibit: str) -> tuple[Scene, Bitmap]:
    """An exhibit of the drawing, and the drawing as it is on the visitor's canvas."""
    network, (framed, canvas) = load(SHIPPED), read_drawing(DRAWING)
    # torch would round otherwise on other processors
    probe = open_engine("scratch", network, SHIPPED).read(framed, canvas)
    return find(exhibit).build(network, probe, 1), canvas


def when(moment: str) -> tuple[Scene, float]:
    """The scene and the seconds into it."""
    name, _, number = moment.rpartition("-")
    if name in RESTS:
        return shown(name)[0], RESTS[name][int(number) - 1]
    scene, _ = shown("convolution")
    (start,) = [chapter.start for chapter in scene.chapters if chapter.name == name]
    return scene, start + PARTS[name][int(number) - 1] * (scene.next_chapter(start) - start)


@dataclass(frozen=True, eq=False)
class Screen:
    name: str
    renderer: Renderer

    def take(self, scene: Scene, t: float) -> Image:
        if self.renderer.scene is not scene:
            self.renderer.show(scene)
        return picture(self.renderer, t)

    def golden(self, moment: str) -> Image:
        path = GOLDEN / self.name / f"{moment}.png"
        assert path.is_file(), f"there is no {path.relative_to(GOLDEN)}: --regenerate-golden makes it"
        return read(path)


@pytest.fixture(scope="module")
def regenerate(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regenerate-golden"))


@pytest.fixture(scope="module")
def context(regenerate: bool) -> Iterator[moderngl.Context]:
    """Of the rasteriser that made the images, or of any if they are made anew."""
    font, made, context = fonts.latin(), recorded(), headless()
    assert font is not None
    here = maker(context.info, font)
    if regenerate:
        renew(here, IMAGES)
    elif made is not None and (why := unlike(made, here)):
        context.release()
        pytest.skip(why)
    yield context
    context.release()


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    font = fonts.latin()
    assert font is not None
    made = Atlas(font)
    made.warm(Language("en").everything())
    return made


@pytest.fixture(scope="module", params=SCREENS)
def screen(request: pytest.FixtureRequest, context: moderngl.Context, atlas: Atlas) -> Iterator[Screen]:
    theme, _, size = request.param.partition("-")
    wide, high = map(int, size.split("x"))
    palette = find_theme(theme)
    renderer = Renderer(context, (wide, high), Language("en"), atlas, samples=SAMPLES, palette=palette)
    renderer.set_live(shown("listening")[1])
    yield Screen(request.param, renderer)
    renderer.release()


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_looks_as_it_did(screen: Screen, moment: str, regenerate: bool) -> None:
    actual = screen.take(*when(moment))
    if regenerate:
        write(GOLDEN / screen.name / f"{moment}.png", actual)
    expected = screen.golden(moment)
    off = apart(expected, actual)
    if off:
        written = keep(f"{screen.name}/{moment}", expected, actual)
        pytest.fail(f"{screen.name}/{moment}: {off}; see {', '.join(map(str, written))}")


def test_twice_the_same_to_the_bit(screen: Screen) -> None:
    moments = ("linear1-1", "invitation-1", "linear1-1")
    first, other, second = (screen.take(*when(moment)) for moment in moments)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("moment", "name"), MISSING.items(), ids=MISSING)
def test_one_missing_box_is_seen(screen: Screen, moment: str, name: str) -> None:
    scene, t = when(moment)
    (batch,) = [batch for batch in scene.batches if batch.name == name]
    there = (batch.boxes["birth"] <= t) & (t < batch.boxes["death"])
    strongest = int(np.where(there, batch.boxes["value_end"], -np.inf).argmax())
    without = replace(batch, boxes=np.delete(batch.boxes, strongest))
    batches = tuple(without if one is batch else one for one in scene.batches)
    assert apart(screen.golden(moment), screen.take(replace(scene, batches=batches), t))


@pytest.mark.parametrize("screen", SCREENS[:1], indirect=True)
@pytest.mark.parametrize("chapter", PARTS)
def test_another_instant_is_seen(screen: Screen, chapter: str) -> None:
    scene, t = when(f"{chapter}-1")
    assert apart(screen.golden(f"{chapter}-1"), screen.take(scene, t + LATER))


def test_every_chapter_has_its_images_and_they_are_small() -> None:
    assert [chapter.name for chapter in shown("convolution")[0].chapters] == list(PARTS)
    assert set(GOLDEN.rglob("*.png")) == IMAGES
    assert sum(path.stat().st_size for path in IMAGES | {RECORD}) < LARGEST


def test_what_differs_is_said() -> None:
    ours = Maker("llvmpipe (LLVM 15.0.6, 256 bits)", "22.3.6", "one.ttf", "00" * 32)
    assert not unlike(ours, replace(ours, renderer="llvmpipe (LLVM 19.1, 256 bits)", mesa="22.0.1"))
    assert unlike(ours, replace(ours, mesa="25.0.7")) == "Mesa's major version is 25, not 22"
    assert unlike(ours, replace(ours, font="two.ttf")) == "the font file is two.ttf, not one.ttf"
    card = Maker("NVIDIA H200/PCIe/SSE2", "", "one.ttf", "00" * 32)
    said = "the rasteriser is NVIDIA, not llvmpipe; the width of its vectors is none"
    assert unlike(ours, card).startswith(said)


def test_difference_images_are_written() -> None:
    black = np.zeros((270, 480, 3), np.uint8)
    few, many = black.copy(), black.copy()
    few.reshape(-1, 3)[:FEW, 0] = 2 * STRAY
    many.reshape(-1, 3)[: FEW + 1, 0] = 2 * STRAY
    assert apart(black, few) == "", "so few may be off"
    assert f"{FEW + 1} pixels" in apart(black, many)
    paths = keep("itself/tried", black, many)
    try:
        assert [path.name.split(".")[1] for path in paths] == ["actual", "expected", "difference"]
        assert np.array_equal(read(paths[0]), many)
        assert read(paths[2]).max() == 2 * STRAY * SHOWN
    finally:
        for path in paths:
            path.unlink()
    assert paths[0].parent == OUT
