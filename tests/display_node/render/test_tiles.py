"""Tiles, side by side, are the picture that one large screen would show: no seam in boxes, light or words.

The rasteriser rounds where it counts from another corner. So an edge may cross a sample that it just missed,
and where two boxes that fly together share a face, the other one may win: single pixels, and a level of the
glow around them. Anything that was composed or placed for a tile alone would move thousands.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np
import pytest

from common.errors import GraphicsError
from display_node.exhibit import find
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.glow import Glow
from display_node.render.layout import layout
from display_node.render.palette import SAND
from display_node.render.renderer import Renderer
from display_node.render.target import Target
from display_node.scene import Caption, Scene
from display_node.tiling import Portion, Size, Tile, alone
from tests.display_node.drawn import probe, shipped
from tests.display_node.render.plain import DURATION, box, scene
from tests.display_node.render.test_renderer import frame

OFF = 1
"""Of 255: no level of light that is off by so much is counted."""
EVER, MEAN, STILL = 1.5e-3, 1e-4, 1e-4
"""Parts of a picture that may be off by more: while a hundred boxes fall into one point, over a tour, and
while nothing flies."""

Pictures = Callable[[Scene, float], tuple[np.ndarray, np.ndarray]]
View = Callable[[Size], Portion]


@pytest.fixture
def open_renderer(context: moderngl.Context, font: Path) -> Iterator[Callable[..., Renderer]]:
    atlas, made = Atlas(font), []

    def make(size: Size, portion: View, samples: int = 4) -> Renderer:
        renderer = Renderer(
            context, size, Language("en+ko"), atlas, samples=samples, portion=portion
        )  # fmt: skip
        renderer.set_live(probe().canvas)
        made.append(renderer)
        return renderer

    yield make
    for renderer in made:
        renderer.release()


@pytest.fixture
def pictures(open_renderer: Callable[..., Renderer], request: pytest.FixtureRequest) -> Pictures:
    """A function that gives an instant twice: whole, its gaps cut out, and put together of all tiles."""
    tile, size = request.param
    whole = tile.portion(size)
    # One large screen that knows of the gaps: else it would not let its captions stand aside.
    large = open_renderer(whole.whole, lambda wanted: replace(alone(wanted), gaps=whole.gaps))
    tiles = [
        [open_renderer(size, replace(tile, column=x, row=y).portion) for x in range(tile.columns)]
        for y in range(tile.rows)
    ]
    columns, rows = (
        np.concatenate([np.arange(side) + index * (side + gap) for index in range(count)])
        for side, gap, count in zip(size, tile.gap, (tile.columns, tile.rows), strict=True)
    )

    def both(scene: Scene, t: float) -> tuple[np.ndarray, np.ndarray]:
        for renderer in (large, *(one for row in tiles for one in row)):
            if renderer.scene is not scene:
                renderer.show(scene)
        joined = [np.concatenate([frame(one, t) for one in row], axis=1) for row in tiles]
        return frame(large, t)[rows][:, columns].astype(int), np.concatenate(joined).astype(int)

    return both


def off(pictures: Pictures, scene: Scene, t: float) -> float:
    """The part of the pixels that are off by more than light may be."""
    expected, actual = pictures(scene, t)
    assert expected.shape == actual.shape
    return float((np.abs(expected - actual).max(axis=2) > OFF).mean())


WALLS = {
    "2x1": (Tile(2, 1), (320, 360)),
    "2x2": (Tile(2, 2), (240, 136)),
    "odd": (Tile(2, 2), (163, 181)),
    "bezel": (Tile(2, 1, gap=(33, 0)), (320, 360)),
    "bezels": (Tile(3, 2, gap=(21, 13)), (160, 137)),
}
walls = pytest.mark.parametrize("pictures", WALLS.values(), ids=WALLS, indirect=True)


@walls
def test_the_tour_has_no_seam(pictures: Pictures) -> None:
    """In every chapter: on its way, and near its end."""
    tour = find("convolution").build(shipped(), probe(), 1)
    seen = []
    for chapter in tour.chapters:
        for part in (0.35, 0.9):
            t = chapter.start + part * (tour.next_chapter(chapter.start) - chapter.start)
            seen.append(off(pictures, tour, t))
            assert seen[-1] < EVER, (chapter.name, t)
    assert np.mean(seen) < MEAN


@walls
def test_nor_have_the_invitation_and_the_live_drawing(pictures: Pictures) -> None:
    for name, t in (("invitation", 9.0), ("invitation", 22.0), ("listening", 1.0)):
        assert off(pictures, find(name).build(shipped(), probe(), 1), t) < STILL, name


@walls
def test_light_and_words_cross_the_seams(pictures: Pictures) -> None:
    """A bright box at each side of the middle, alone, and a caption: to a level, everywhere."""
    glowing = box(size=(1.5, 1.5, 1.0))
    for x in (-1.0, 1.0):
        lit = glowing.boxes.copy()
        lit["start"] = lit["end"] = (x, x, 0.0)
        words = Caption(0.0, DURATION, "tour.weigh", {"count": "128"})
        shown = replace(scene(replace(glowing, boxes=lit), captions=(words,)))
        expected, actual = pictures(shown, 1.0)
        assert expected.max() > 200
        assert np.abs(expected - actual).max() <= OFF


def test_captions_and_legend_stand_aside(context: moderngl.Context, font: Path) -> None:
    """Nothing is written where frames hide it, and no word is lost."""
    tile = Tile(2, 1, gap=(40, 0))
    whole = tile.portion((320, 360))
    atlas = Atlas(font)
    tour = find("convolution").build(shipped(), probe(), 1)
    plain, parted = (
        layout(tour, atlas, SAND, Language("en+ko"), replace(alone(whole.whole), gaps=gaps))
        for gaps in ((), whole.gaps)
    )
    low, high = (2.0 * part - 1.0 for part in whole.gaps[0])
    for before, after in zip(plain.spoken, parted.spoken, strict=True):
        inked = after.glyphs[after.glyphs["offset_size"][:, 2] > 0]
        left = (
            inked["anchor_birth"][:, 0] + inked["offset_size"][:, 0] * inked["look"][:, 0] * 2 / whole.aspect
        )
        right = left + inked["offset_size"][:, 2] * inked["look"][:, 0] * 2 / whole.aspect
        assert ((right <= low) | (left >= high)).all()
        assert max(-left.min(), right.max()) < 0.95
        drawn = before.glyphs[before.glyphs["offset_size"][:, 2] > 0]
        assert sorted(map(tuple, inked["atlas"].tolist())) == sorted(map(tuple, drawn["atlas"].tolist()))


def test_more_than_the_driver_draws_is_refused(context: moderngl.Context) -> None:
    most = context.info["GL_MAX_VIEWPORT_DIMS"][0]
    with pytest.raises(GraphicsError, match=r"this driver draws \d+x\d+ at most"):
        Target(context, Glow(context, 0.5), Tile(16, 1).portion((most // 16 + 1, 64)), 0)
