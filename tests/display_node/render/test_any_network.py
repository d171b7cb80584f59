"""Networks of other builds, as pixels: each chapter shows something, a visitor's canvas is one and whole."""

from dataclasses import replace

import numpy as np
import pytest

from display_node.exhibit import find
from display_node.render.renderer import Renderer
from display_node.scene import Chapter, Scene
from tests.display_node.drawn import planned, planned_probe, probe, shipped
from tests.display_node.render.test_renderer import DARK, frame

OTHERS = ("mlp", "lenet5", "pooled")
LEAST = 0.01
"""Part of the picture that is lit in the middle of a chapter, at least."""
THIN = {("mlp", "sums"): 0.008}
"""Unless it is a line of thirty boxes, far away: on an upright screen the ten sums decide the view."""
FLOWN = 0.004
"""Part of the picture that is another one because something flies, at least at one instant."""
CROWD, ONE = 0.88, 0.001
"""`everywhere` shows one small filter, twice, slowly; then, when so much has passed, all of them at once."""


def tour(name: str) -> Scene:
    return find("convolution").build(planned(name), planned_probe(name), 1)


def upper(image: np.ndarray) -> np.ndarray:
    """What is lit above the captions: (height, width) bool."""
    return np.asarray(image[: int(len(image) * 0.75)].max(axis=2) > DARK)


def instants(scene: Scene, chapter: Chapter) -> list[float]:
    """A few from the inside of a chapter, its middle the third of them."""
    end = scene.next_chapter(chapter.start)
    late = CROWD if chapter.name == "everywhere" else 0.75
    return [chapter.start + (end - chapter.start) * part for part in (0.25, 0.4, 0.5, 0.6, late)]


@pytest.mark.parametrize("size", [(240, 135), (135, 240)], ids=["landscape", "portrait"])
@pytest.mark.parametrize("name", OTHERS)
def test_every_chapter_has_something_to_see(renderer: Renderer, name: str, size: tuple[int, int]) -> None:
    """And its flights are seen: without them, some pictures from a chapter are other ones."""
    scene = tour(name)
    stands = tuple(batch for batch in scene.batches if "." not in batch.name)
    renderer.resize(size)
    renderer.show(scene)
    pictures = [[frame(renderer, t) for t in instants(scene, chapter)] for chapter in scene.chapters]
    renderer.show(replace(scene, batches=stands))
    for chapter, seen in zip(scene.chapters, pictures, strict=True):
        lit = upper(seen[2])
        assert lit.mean() > THIN.get((name, chapter.name), LEAST), chapter.name
        assert lit[:, size[0] // 3 : 2 * size[0] // 3].mean() > LEAST, chapter.name
        if chapter.name not in ("drawing", "flatten", "answer", "winner"):
            pairs = zip(seen, instants(scene, chapter), strict=True)
            flown = [upper(np.abs(picture - frame(renderer, t).astype(int))).mean() for picture, t in pairs]
            assert max(flown) > FLOWN, chapter.name
            assert chapter.name != "everywhere" or min(flown[0], flown[3]) > ONE


@pytest.mark.parametrize("name", OTHERS)
def test_the_live_canvas_is_whole_whatever_the_network_reads(renderer: Renderer, name: str) -> None:
    """The same 32×32 picture, pixel for pixel, as with the network that reads all of it."""
    renderer.set_live(probe().canvas)
    pictures = []
    for network, read in ((shipped(), probe()), (planned(name), planned_probe(name))):
        renderer.show(find("listening").build(network, read, 1))
        pictures.append(frame(renderer, 1.0).tobytes())
    assert pictures[0] == pictures[1]
