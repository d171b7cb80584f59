"""Captions on screens of every shape: legible, in their colours, on the screen and off each other."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from display_node.language import Language, read
from display_node.markup import ROLES
from display_node.render.atlas import EM, Atlas
from display_node.render.captions import caption
from display_node.render.framing import CEILING, FLOOR, LEADING, LEGEND, foot, head, sizes, unit
from display_node.render.palette import CONTRAST, SAND, contrast
from display_node.render.renderer import Renderer
from display_node.render.text import Glyphs
from display_node.scene import Caption
from tests.display_node.render.plain import box, frame, scene

SIZES = [(1920, 1080), (1080, 1920), (1024, 768), (2560, 1080)]
ASPECTS = [width / height for width, height in SIZES]
FORTY = "Weights say how much each number counts.\nA row of them makes one box, then ten ones"
VALUES = dict.fromkeys(("count", "stride", "digit", "share", "other", "rest"), "100")


@pytest.fixture(scope="module")
def atlas(font: Path) -> Atlas:
    return Atlas(font)


def extent(glyphs: Glyphs, aspect: float) -> tuple[float, float, float, float]:
    """Left, bottom, right, top on screen, −1…1, without the softness around each glyph."""
    offset, em = glyphs["offset_size"], glyphs["look"][:, :1]
    low = glyphs["anchor_birth"][:, :2] + offset[:, :2] * em * [2 / aspect, 2]
    high = low + offset[:, 2:] * em * [2 / aspect, 2]
    return *low.min(axis=0).tolist(), *high.max(axis=0).tolist()


def lines(glyphs: Glyphs) -> list[tuple[float, float]]:
    """Where each line stands, −1…1, lowest first, and its em."""
    places = zip(glyphs["anchor_birth"][:, 1].tolist(), glyphs["look"][:, 0].tolist(), strict=True)
    return sorted(set(places))


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("code", ["en", "ko", "en+ko", "ko+en"])
def test_captions_stay_on_the_screen_and_off_each_other(atlas: Atlas, code: str, aspect: float) -> None:
    language = Language(code)
    for key in read("en"):
        if key.startswith("legend"):
            continue
        texts = language.say(key, VALUES)
        glyphs = caption(atlas, texts, aspect, 0.0, 1.0)
        left, bottom, right, top = extent(glyphs, aspect)
        assert left >= -1.0, (key, code)
        assert right <= 1.0, (key, code)
        assert bottom >= -1.0, (key, code)
        assert top <= 2 * foot(aspect) - 1.0, (key, code)
        assert len(lines(glyphs)) == sum(text.count("\n") + 1 for text in texts), (key, "was broken anew")
        for (below, em), (above, other) in pairwise(lines(glyphs)):
            assert above - below >= (em + other) * 0.99, (key, code)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("texts", [[FORTY], [FORTY, FORTY]], ids=["alone", "two"])
def test_two_lines_of_forty_characters_fit(atlas: Atlas, texts: list[str], aspect: float) -> None:
    glyphs = caption(atlas, texts, aspect, 0.0, 1.0)
    assert len(lines(glyphs)) == 2 * len(texts)
    left, _, right, top = extent(glyphs, aspect)
    assert -1.0 < left < right < 1.0
    assert top <= 2 * foot(aspect) - 1.0


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("languages", [1, 2])
def test_a_capital_is_a_thirty_sixth_of_the_shorter_side(atlas: Atlas, languages: int, aspect: float) -> None:
    (capital,) = atlas.glyphs("H")
    height = capital.height - 16 / EM  # without the eight pixels of its field on either side
    assert sizes(languages, aspect)[0] * height >= unit(aspect) / 36


@pytest.mark.parametrize("aspect", ASPECTS)
def test_most_of_the_screen_is_the_pictures(aspect: float) -> None:
    assert 1.0 - foot(aspect) - head(aspect) > (0.8 if aspect < 1 else 0.68)


def test_a_lift_raises_a_caption(atlas: Atlas) -> None:
    low, high = (caption(atlas, ["7"], 1.5, 0.0, 1.0, lift=lift) for lift in (0.0, 0.25))
    assert high["anchor_birth"][0, 1] - low["anchor_birth"][0, 1] == pytest.approx(0.5)


def test_nouns_wear_the_colour_of_their_thing(atlas: Atlas) -> None:
    glyphs = caption(atlas, ["a [filter:b] [nobody:c] [result"], 1.5, 0.0, 1.0)
    colours = [tuple(colour) for colour in glyphs["colour_light"][:, :3].astype(float).round(4).tolist()]
    assert colours[2] == SAND.ink("filter")
    assert set(colours[:2] + colours[3:]) == {SAND.ink(None)}
    assert len(colours) == len("a b [nobody:c] [result")


def test_every_ink_is_read_on_the_room() -> None:
    for role in (None, *ROLES):
        assert contrast(SAND.ink(role), SAND.room) >= CONTRAST


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_contrast_holds_on_the_screen(renderer: Renderer, role: str | None) -> None:
    """Measured on a frame: the lit middle of strokes against the room around."""
    renderer.resize((640, 360))
    key, word = "answer.sure", "8" if role is None else f"[{role}:8]"
    renderer.show(scene(captions=(Caption(0.0, 9.0, key, {"digit": word, "share": word}),)))
    image = frame(renderer, 5.0)[280:]
    found = image.reshape(-1, 3)
    ink = np.array(SAND.ink(role))
    nearest = found[np.abs(found - ink).sum(axis=1).argmin()]
    room = np.median(found, axis=0)
    assert np.abs(nearest - ink).max() < 0.06
    assert contrast(tuple(nearest), tuple(room)) >= CONTRAST  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(640, 360), (270, 480)], ids=["landscape", "portrait"])
def test_captions_and_legend_are_read_over_a_lit_picture(renderer: Renderer, size: tuple[int, int]) -> None:
    """Even where white boxes fill the whole screen, what is behind the words is dark."""
    renderer.resize(size)
    renderer.show(scene(box(size=(90.0, 90.0, 1.0))))
    rows = frame(renderer, 5.0).max(axis=(1, 2))
    aspect, height = size[0] / size[1], size[1]
    first = sizes(2, aspect)[0]
    for above in (foot(aspect) - LEADING * first / 2, FLOOR * unit(aspect)):
        behind = float(rows[round((1.0 - above) * height)])
        assert contrast(SAND.ink(None), (behind,) * 3) > CONTRAST
    behind = float(rows[round((CEILING + LEGEND / 2) * unit(aspect) * height)])
    assert contrast(SAND.ink(None), (behind,) * 3) > CONTRAST
    assert rows[height // 2] > 0.8
