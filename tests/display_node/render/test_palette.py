"""The colours: what they keep apart, also for eyes that see fewer of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np
import pytest

from common.errors import ConfigError
from display_node.language import Language
from display_node.markup import ROLES
from display_node.render.atlas import Atlas
from display_node.render.palette import CLASSIC, CONTRAST, SAND, Colour, contrast, find_theme, themes
from display_node.render.renderer import Renderer
from display_node.scene import Label, Tint
from tests.display_node.render.conftest import SIZE
from tests.display_node.render.plain import box, frame, scene

EYES = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
"""On linear light. Machado, Oliveira, Fernandes: A physiologically-based model (2009), severity 1."""
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""IEC 61966-2-1, sRGB."""


def lab(colour: Colour, eyes: str) -> np.ndarray:
    """CIE L*a*b* of an sRGB colour as these eyes see it."""
    c = np.array(colour)
    light = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    seen = _XYZ @ np.clip(EYES[eyes] @ light, 0.0, 1.0) / _XYZ.sum(axis=1)
    f = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(first: Colour, second: Colour, eyes: str) -> float:
    """ΔE 1976: 2 is just seen, 10 at a glance."""
    return float(np.linalg.norm(lab(first, eyes) - lab(second, eyes)))


@pytest.mark.parametrize("eyes", EYES)
def test_maps_are_never_mistaken_for_weights_or_the_answer(eyes: str) -> None:
    for f in np.linspace(0.0, 0.99, 34):
        hue = SAND.hue(Tint.RESULT + f)
        for tint in (Tint.WEIGHT, Tint.ANSWER):
            assert difference(hue, SAND.positive[tint], eyes) > 25, (f, tint)
        assert difference(hue, SAND.positive[Tint.PRODUCT], eyes) > 12, f
        assert difference(hue, SAND.negative[Tint.WEIGHT], eyes) > 30, f


@pytest.mark.parametrize("eyes", EYES)
def test_the_sign_of_a_weight_is_seen_by_all(eyes: str) -> None:
    for tint in (Tint.WEIGHT, Tint.PRODUCT):
        assert difference(SAND.positive[tint], SAND.negative[tint], eyes) > 60


def test_maps_are_a_handful_of_hues_and_the_first_is_the_results() -> None:
    assert SAND.maps[0] == SAND.positive[Tint.RESULT] == SAND.hue(Tint.RESULT)
    for index, hue in enumerate(SAND.maps):
        for other in SAND.maps[:index]:
            assert difference(hue, other, "all colours") > 12


@pytest.mark.parametrize("f", [0.0, 0.1, 0.25, 0.6, 0.96875])
def test_a_box_wears_the_hue_of_its_map(
    renderer: Renderer, context: moderngl.Context, font: Path, f: float
) -> None:
    """The same picture as in a theme that has this hue for all results."""
    hue = SAND.hue(Tint.RESULT + f)
    positive = (*SAND.positive[: Tint.RESULT], hue, SAND.positive[Tint.ANSWER])
    theme = replace(SAND, positive=positive, maps=(hue,) * len(SAND.maps))
    plain = Renderer(context, SIZE, Language("en"), Atlas(font), samples=0, palette=theme)
    plain.show(scene(box(tint=Tint.RESULT)))
    renderer.show(scene(box(tint=Tint.RESULT + f)))
    assert np.abs(frame(renderer, 5.0) - frame(plain, 5.0)).max() < 1.5 / 255
    plain.release()


def test_fractions_mean_nothing_to_other_tints(renderer: Renderer) -> None:
    pictures = []
    for tint in (Tint.WEIGHT, Tint.WEIGHT + 0.5):
        renderer.show(scene(box(tint=tint)))
        pictures.append(frame(renderer, 5.0))
    assert (pictures[0] == pictures[1]).all()


@pytest.fixture
def classic(context: moderngl.Context, font: Path) -> Iterator[Renderer]:
    made = Renderer(context, SIZE, Language("en"), Atlas(font), samples=0, palette=CLASSIC)
    yield made
    made.release()


def test_themes_are_found_by_name() -> None:
    assert [find_theme(name) for name in themes()] == [SAND, CLASSIC]
    with pytest.raises(ConfigError, match="'pink'; there are sand, classic"):
        find_theme("pink")


def test_classic_has_no_colour(classic: Renderer) -> None:
    for tint in (*Tint, Tint.RESULT + 0.7):
        for value in (1.0, -0.5):
            classic.show(scene(box(value, tint=min(float(tint), 4.0)), labels=(label(Tint(int(tint))),)))
            picture = frame(classic, 5.0)
            assert picture.max() > 0.5
            assert np.ptp(picture, axis=2).max() < 1.5 / 255


def test_in_classic_a_negative_box_is_smaller_and_hollow(classic: Renderer) -> None:
    """A positive one is bright in its middle, a negative one only along its edge, nearer to the middle."""
    middles, brightest, widths = [], [], []
    for value in (0.8, 0.0, -0.8):
        classic.show(scene(box(value, size=(4.0, 4.0, 4.0))))
        picture = frame(classic, 5.0).mean(axis=2)
        middles.append(picture[70:80, 155:165].mean())
        brightest.append(picture.max())
        widths.append(np.ptp(np.flatnonzero((picture > 0.2).any(axis=0))))
    assert middles[0] > 0.6
    assert max(middles[1:]) < 0.15
    assert brightest[2] > 1.5 * brightest[1]
    assert widths[2] < 0.7 * widths[1]


@pytest.mark.parametrize("name", themes())
def test_words_are_read_in_every_theme(name: str) -> None:
    theme = find_theme(name)
    for role in (None, *ROLES):
        assert contrast(theme.ink(role), theme.room) >= CONTRAST
    assert contrast(theme.hue(Tint.DRAWING), theme.night) >= CONTRAST


def label(tint: Tint) -> Label:
    return Label("8", (3.5, 3.5, 0.0), 2.0, 0.0, tint)
