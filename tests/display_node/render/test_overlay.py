"""Legend, progress and the silent form: what stands on the screen besides the captions."""

from pathlib import Path

import numpy as np
import pytest

from display_node.language import Language
from display_node.markup import ROLES
from display_node.render.atlas import Atlas
from display_node.render.framing import PROGRESS, head
from display_node.render.legend import FADE, legend
from display_node.render.palette import SAND
from display_node.render.progress import progress, segments
from display_node.render.renderer import Renderer
from display_node.scene import Caption, Chapter, Legend
from tests.display_node.render.plain import DURATION, frame, scene
from tests.display_node.render.test_captions import ASPECTS, extent

CHAPTERS = (Chapter("a", 0.0), Chapter("b", 2.0), Chapter("c", 7.0))
SIZE = (640, 360)


@pytest.fixture(scope="module")
def atlas(font: Path) -> Atlas:
    return Atlas(font)


def said(code: str, atlas: Atlas, aspect: float, *shown: Legend) -> np.ndarray:
    language = Language(code)
    return legend(atlas, shown, lambda key: language.say(key, {}), aspect, DURATION, SAND)


@pytest.mark.parametrize("code", ["en", "ko", "en+ko"])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_legend_stays_on_the_screen(atlas: Atlas, code: str, aspect: float) -> None:
    left, bottom, right, top = extent(said(code, atlas, aspect, Legend(0.0, 9.0, ROLES)), aspect)
    assert -1.0 < left < right < 1.0
    assert top < 1.0
    rows = 2 if aspect > 1 else 1  # five entries in two languages need a second row on 4:3
    assert bottom > 1.0 - 2 * rows * head(aspect)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_three_entries_stay_in_the_head(atlas: Atlas, aspect: float) -> None:
    _, bottom, _, _ = extent(said("en+ko", atlas, aspect, Legend(0.0, 9.0, ROLES[:3])), aspect)
    assert bottom > 1.0 - 2 * head(aspect)


def test_a_role_without_words_is_left_out(atlas: Atlas) -> None:
    named = said("en", atlas, 1.5, Legend(0.0, 9.0, ("drawing",)))
    with_unknown = said("en", atlas, 1.5, Legend(0.0, 9.0, ("nobody", "drawing")))
    assert with_unknown.tobytes() == named.tobytes()
    assert len(said("en", atlas, 1.5, Legend(0.0, 9.0, ("nobody",)))) == 0


def test_a_swatch_wears_its_colour_and_the_legend_comes_and_goes(renderer: Renderer) -> None:
    renderer.resize(SIZE)
    renderer.show(scene(legends=(Legend(1.0, 5.0, ("filter",)),)))
    corner = [frame(renderer, t)[:40, :200] for t in (0.9, 1.0 + FADE / 4, 3.0, 5.0)]
    assert corner[0].max() == corner[3].max() == 0.0
    assert 0.0 < corner[1].sum() < 0.6 * corner[2].sum()
    for colour in (SAND.positive[1], SAND.negative[1]):
        assert np.abs(corner[2] - np.array(colour)).max(axis=2).min() < 0.06


def test_an_entry_that_stays_does_not_blink(renderer: Renderer) -> None:
    renderer.resize(SIZE)
    follow = (Legend(0.0, 4.0, ("drawing", "filter")), Legend(4.0, 9.0, ("drawing", "result")))
    renderer.show(scene(legends=follow))
    first = [frame(renderer, t)[:40, :50] for t in (2.0, 3.9, 4.0, 4.1, 6.0)]
    assert first[0].max() > 0.5
    assert all(np.abs(picture - first[0]).max() < 0.05 for picture in first), "but for the others' glow"


def test_segments_are_as_long_as_their_chapters() -> None:
    told = scene(chapters=CHAPTERS)
    found = list(segments(told, 1.5))
    widths = [wide for _, _, _, wide in found]
    assert [begin for begin, *_ in found] == [0.0, 2.0, 7.0]
    np.testing.assert_allclose(np.array(widths) / widths[0], [1.0, 2.5, 1.5])
    lefts = [left for _, _, left, _ in found]
    assert lefts[0] > 0.0
    assert lefts[-1] + widths[-1] < 1.5


def test_the_present_chapter_is_bright_and_the_past_ones_lit(renderer: Renderer) -> None:
    renderer.resize(SIZE)
    renderer.show(scene(chapters=CHAPTERS))
    row = round((1.0 - PROGRESS - 0.002) * SIZE[1])
    for t, present in ((1.0, 0), (4.0, 1), (9.0, 2), (DURATION, 2)):
        picture = frame(renderer, t)[row].mean(axis=1)
        light = []
        for _, _, left, wide in segments(scene(chapters=CHAPTERS), SIZE[0] / SIZE[1]):
            middle = round((left + wide / 2) * SIZE[1])
            light.append(picture[middle - 4 : middle + 4].mean())
        assert light[present] > 0.5
        assert all(0.15 < past < 0.4 for past in light[:present])
        assert all(0.03 < ahead < 0.2 for ahead in light[present + 1 :])


def test_no_progress_without_chapters(atlas: Atlas) -> None:
    assert len(progress(scene(), 1.5, SAND)) == 0


def test_the_silent_form_shows_no_words(renderer: Renderer) -> None:
    renderer.resize(SIZE)
    words = {"captions": (Caption(0.0, 9.0, "invitation"),), "legends": (Legend(0.0, 9.0, ROLES),)}
    renderer.show(scene(**words))  # type: ignore[arg-type]
    spoken = frame(renderer, 5.0)
    renderer.set_captions(False)
    assert frame(renderer, 5.0).max() == 0.0
    renderer.set_captions(True)
    assert (frame(renderer, 5.0) == spoken).all()
