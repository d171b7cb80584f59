"""Glyphs, captions and languages."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from common.errors import ConfigError, GraphicsError
from display_node.language import FOLDER, Language, languages, read
from display_node.render.atlas import Atlas
from display_node.render.captions import caption


@pytest.fixture
def atlas(font: Path) -> Atlas:
    return Atlas(font)


def test_glyphs_have_an_inside_and_an_outside(atlas: Atlas) -> None:
    for character in "7숫%":
        (glyph,) = atlas.glyphs(character)
        side = atlas.image.shape[0]
        left, bottom = round(glyph.u * side), round(glyph.v * side)
        right, top = left + round(glyph.across * side), bottom + round(glyph.down * side)
        field = atlas.image[top:bottom, left:right]
        assert field.max() > 140, character
        assert field[0].max() < 128, "the outline touches the edge of its field"
        assert 0.2 < glyph.advance < 1.1


def test_hangul_is_in_the_font(font: Path, atlas: Atlas) -> None:
    missing, syllable = atlas.glyphs("\U0010ffff")[0], atlas.glyphs("숫")[0]
    if "Nanum" in font.name:
        assert (missing.width, missing.height) != (syllable.width, syllable.height)


def test_the_cache_gives_the_same_glyphs(font: Path, tmp_path: Path) -> None:
    first = Atlas(font, tmp_path)
    first.warm(["Draw 그려 123"])
    second = Atlas(font, tmp_path)
    assert second.version == first.version
    assert (second.image == first.image).all()
    assert second.glyphs("그7") == first.glyphs("그7")


def test_a_damaged_cache_is_made_anew(font: Path, tmp_path: Path) -> None:
    Atlas(font, tmp_path).warm(["7"])
    (file,) = tmp_path.glob("*.npz")
    for damage in (b"", b"not a zip", file.read_bytes()[:-200]):
        file.write_bytes(damage)
        atlas = Atlas(font, tmp_path)
        assert atlas.version == 0
        assert atlas.glyphs("7")[0].advance > 0


def test_a_full_atlas_starts_over_and_still_speaks(atlas: Atlas) -> None:
    everything = "".join(chr(code) for code in range(0xAC00, 0xAC00 + 1200))
    atlas.glyphs(everything)
    assert atlas.glyphs("가")[0].width > 0


def test_a_file_that_is_no_font_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_text("no font")
    with pytest.raises(GraphicsError, match=r"x\.ttf"):
        Atlas(tmp_path / "x.ttf")


def extent(glyphs: np.ndarray, aspect: float) -> tuple[float, float, float, float]:
    """Left, bottom, right, top on screen, −1…1, without the softness around each glyph."""
    offset, em = glyphs["offset_size"], glyphs["look"][:, :1]
    low = glyphs["anchor_birth"][:, :2] + offset[:, :2] * em * [2 / aspect, 2]
    high = low + offset[:, 2:] * em * [2 / aspect, 2]
    return *low.min(axis=0).tolist(), *high.max(axis=0).tolist()


@pytest.mark.parametrize("aspect", [16 / 9, 9 / 16, 21 / 9, 4 / 3])
@pytest.mark.parametrize("code", ["en", "ko", "en+ko", "ko+en"])
def test_captions_stay_on_the_screen_and_off_each_other(atlas: Atlas, code: str, aspect: float) -> None:
    language = Language(code)
    values = dict.fromkeys(("count", "digit", "share", "other", "rest"), "100")
    for key in read("en"):
        if key.startswith("chapter"):
            continue
        glyphs = caption(atlas, language.say(key, values), aspect, 0.0, 1.0)
        left, bottom, right, top = extent(glyphs, aspect)
        assert left >= -1.0, (key, code)
        assert right <= 1.0, (key, code)
        assert bottom >= -1.0, (key, code)
        assert top <= (-0.3 if aspect < 1 else -0.5), (key, code)
        places = zip(glyphs["anchor_birth"][:, 1].tolist(), glyphs["look"][:, 0].tolist(), strict=True)
        for (below, em), (above, other) in pairwise(sorted(set(places))):
            assert above - below >= (em + other) * 0.99, (key, code)


def test_languages_say_the_same_things() -> None:
    assert {"en", "ko"} <= set(languages())
    keys = {code: set(read(code)) - {"name"} for code in languages()}
    assert keys["en"] == keys["ko"]


@pytest.mark.parametrize("code", languages())
def test_captions_are_short(code: str) -> None:
    for key, text in read(code).items():
        lines = text.splitlines()
        assert len(lines) <= 2, key
        assert max(map(len, lines)) <= 42, key


def test_a_missing_language_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'fr'.*en, ko"):
        Language("fr")
    assert FOLDER.is_dir()
