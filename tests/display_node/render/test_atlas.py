"""Glyphs: as distance fields in one image, made once and kept."""

from pathlib import Path

import pytest

from common.errors import GraphicsError
from display_node.render.atlas import RECTANGLE, Atlas


@pytest.fixture
def atlas(font: Path) -> Atlas:
    return Atlas(font)


def test_glyphs_have_an_inside_and_an_outside(atlas: Atlas) -> None:
    for character in "7숫%−⊕":
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


def test_signs_that_the_font_lacks_match_its_plus(atlas: Atlas) -> None:
    plus, minus, missing = atlas.glyphs("+−\U0010ffff")
    assert minus.advance == pytest.approx(plus.advance, abs=0.05)
    assert minus.y + minus.height / 2 == pytest.approx(plus.y + plus.height / 2, abs=0.05)
    assert (minus.u, minus.v) != (missing.u, missing.v)


def test_a_corner_of_the_image_is_solid_for_rectangles(atlas: Atlas) -> None:
    atlas.glyphs("".join(chr(code) for code in range(0xAC00, 0xAC00 + 1200)))
    side = atlas.image.shape[0]
    left, top = round(RECTANGLE.u * side), round(RECTANGLE.v * side)
    assert atlas.image[top - 1 : top + 5, left - 1 : left + 5].min() == 255


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
