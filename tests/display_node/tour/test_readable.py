"""Words and numbers are large enough, lie on nothing that is to be read too, and stay on the screen.

Sizes are heights of a capital, as parts of the screen's shorter side; a digit is as high. At three metres
from a wall a metre high, a sixtieth of it is seen under 19 minutes of arc, nearly four times what normal
eyes need to tell letters apart.
"""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from common import fonts
from display_node.form import Form
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.captions import caption
from display_node.render.framing import sizes
from display_node.scene import Label
from tests.display_node.tour.projected import SEEN, Floats, Projected, capital, overlay
from tests.display_node.tour.told import ASPECTS, Told, chapter_of, spans, tour

SCREENS = {"1920x1080": (1920, 1080), "1080x1920": (1080, 1920), "1024x768": (1024, 768)}
LANGUAGES = ("en", "ko", "en+ko")
CAPTION = 1 / 36
NUMBER = 1 / 60
LOOK = 1 / 36
"""Of the numbers that are added up one by one."""
EVERY = 0.25
"""Seconds from instant to instant."""
TOUCHING = 1 / 1080
"""Parts of the height by which two texts may reach into one another: a pixel."""
DRAWINGS = (None, *range(10))
"""The drawn 3, and each of the wall's own digits: other drawings have other numbers, elsewhere."""


@cache
def atlas() -> Atlas:
    font = fonts.latin()
    assert font is not None
    made = Atlas(font)
    made.warm(Language("en+ko").everything())
    return made


@cache
def projected(form: Form, aspect: float, digit: int | None = None) -> Projected:
    return Projected(tour(form, digit).scene, atlas(), aspect)


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_captions_are_large_enough(screen: tuple[int, int]) -> None:
    """In one language, and the first of two; the second is for those who can't read the first: 1/48."""
    wide, high = screen
    for languages, least in ((1, (CAPTION,)), (2, (CAPTION, 1 / 48))):
        found = [em * capital(atlas()) * high / min(screen) for em in sizes(languages, wide / high)]
        assert all(size >= wanted for size, wanted in zip(found, least, strict=True)), found
    glyphs = caption(atlas(), ["Hill"], wide / high, 0.0, 1.0)
    assert glyphs["look"][0, 0] == pytest.approx(sizes(1, wide / high)[0]), "as large as planned"


def read_in(told: Told) -> Iterator[tuple[str, float, int, Label]]:
    """Each number that a chapter asks to read: the chapter, the middle of its life there, and which it is.

    It is asked for until the eye goes elsewhere, and not where it is dimmed: told already, or nothing.
    """
    leaves = [key.time for key in told.scene.camera] + [end for _, end in spans(told.scene).values()]
    for index, label in enumerate(told.scene.labels):
        if re.search(r"\d", label.text) and label.light == 1.0:
            landed = label.birth + (label.flight if label.to else 0.0)
            end = min(label.death, *(time for time in leaves if time > label.birth))
            yield chapter_of(told.scene, label.birth), (min(landed, end) + end) / 2, index, label


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
@pytest.mark.parametrize("form", Form)
def test_numbers_are_large_enough(form: Form, screen: tuple[int, int]) -> None:
    wide, high = screen
    small: dict[str, float] = {}
    for digit in DRAWINGS:
        seen = projected(form, wide / high, digit)
        for chapter, t, index, label in read_in(tour(form, digit)):
            size = seen.em(index, t) * capital(atlas()) * high / min(screen)
            if size < (LOOK if chapter == "look" else NUMBER):
                what = f"{chapter} {label.tint.name}"
                small[what] = min(small.get(what, size), size)
    assert not small, {what: f"1/{1 / size:.1f}" for what, size in small.items()}


def meet(some: Floats, others: Floats) -> Floats:
    """(n, m) by how much two rectangles reach into one another, negative where they don't."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    return np.asarray((high - low).min(axis=2))


@pytest.mark.parametrize("name", ASPECTS)
@pytest.mark.parametrize("digit", DRAWINGS)
def test_no_number_lies_on_another(name: str, digit: int | None) -> None:
    """A label may cross others while it flies; the plus in its circle is one sign, drawn as two."""
    seen = projected(Form.FULL, ASPECTS[name], digit)
    found: dict[tuple[str, str, str], tuple[float, float]] = {}
    for t in np.arange(0.0, seen.scene.duration, EVERY).tolist():
        there = np.flatnonzero((seen.light(t) > SEEN) & ~seen.flying(t))
        rectangles = seen.rectangles(t)[there]
        deep = np.triu(meet(rectangles, rectangles), 1)
        for one, two in np.argwhere(deep > TOUCHING):
            first, second = seen.labels[there[one]], seen.labels[there[two]]
            if first.at != second.at:
                what = chapter_of(seen.scene, t), first.text, second.text
                found[what] = t, round(float(deep[one, two]), 4)
    assert not found


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("name", ASPECTS)
@pytest.mark.parametrize("code", LANGUAGES)
def test_captions_and_legend_lie_on_nothing(code: str, name: str, form: Form) -> None:
    seen, aspect = projected(form, ASPECTS[name]), ASPECTS[name]
    times, places = overlay(seen.scene, atlas(), Language(code), aspect)
    assert (places.min(axis=0) >= 0.0).all()
    assert (places.max(axis=0) <= (aspect, 1.0, aspect, 1.0)).all()
    for t in np.arange(0.0, seen.scene.duration, EVERY).tolist():
        lines = places[(times[:, 0] <= t) & (t < times[:, 1])]
        assert np.triu(meet(lines, lines), 1).max(initial=0.0) <= TOUCHING, t
        there = np.flatnonzero(seen.light(t) > SEEN)
        deep = meet(seen.rectangles(t)[there], lines)
        crossed = [seen.labels[there[one]].text for one, _ in np.argwhere(deep > TOUCHING)]
        assert not crossed, (chapter_of(seen.scene, t), t)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("name", ASPECTS)
def test_no_number_leaves_the_screen(name: str, form: Form) -> None:
    edge = np.array([0.0, 0.0, -ASPECTS[name], -1.0])
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for digit in DRAWINGS:
        seen = projected(form, ASPECTS[name], digit)
        for t in np.arange(0.0, seen.scene.duration, EVERY).tolist():
            there = np.flatnonzero(seen.light(t) > SEEN)
            outside = (edge - seen.rectangles(t)[there] * (1, 1, -1, -1)).max(axis=1)
            for index in np.flatnonzero(outside > 0):
                what = chapter_of(seen.scene, t), seen.labels[there[index]].text
                found[what] = t, round(float(outside[index]), 3)
    assert not found
