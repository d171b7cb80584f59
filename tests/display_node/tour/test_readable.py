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
TOUCHING = 0.5 / 1080
"""Parts of the height by which two texts may reach into one another: half a pixel."""


@cache
def atlas() -> Atlas:
    font = fonts.latin()
    assert font is not None
    made = Atlas(font)
    made.warm(Language("en+ko").everything())
    return made


@cache
def projected(form: Form, aspect: float) -> Projected:
    return Projected(tour(form).scene, atlas(), aspect)


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
    seen = projected(form, wide / high)
    small: dict[str, float] = {}
    for chapter, t, index, label in read_in(tour(form)):
        size = seen.em(index, t) * capital(atlas()) * high / min(screen)
        if size < (LOOK if chapter == "look" else NUMBER):
            what = f"{chapter} {label.tint.name} {'flying' if label.to else ''}"
            small[what] = min(small.get(what, 1e9), size)
    assert not small, {what: f"1/{1 / size:.0f}" for what, size in small.items()}


def meet(some: Floats, others: Floats) -> Floats:
    """(n, m) by how much two rectangles reach into one another, negative where they don't."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    return np.asarray((high - low).min(axis=2))


@pytest.mark.parametrize("name", ASPECTS)
def test_no_text_lies_on_another(name: str) -> None:
    """A label may cross others while it flies; the plus in its circle is one sign, drawn as two."""
    seen, scene = projected(Form.FULL, ASPECTS[name]), tour().scene
    spoken = {code: overlay(scene, atlas(), Language(code), ASPECTS[name]) for code in LANGUAGES}
    found: dict[tuple[str, ...], tuple[float, float]] = {}
    for t in np.arange(0.0, scene.duration, EVERY).tolist():
        there = np.flatnonzero(seen.light(t) > SEEN)
        rectangles = seen.rectangles(t)[there]
        deep = np.triu(meet(rectangles, rectangles), 1)
        flying = seen.flying(t)[there]
        deep[flying[:, None] | flying[None, :]] = 0.0
        for one, two in zip(*np.nonzero(deep > TOUCHING), strict=True):
            first, second = seen.labels[there[one]], seen.labels[there[two]]
            if first.at != second.at:
                found[chapter_of(scene, t), first.text, second.text] = t, float(deep[one, two])
        for code, (times, places) in spoken.items():
            lines = places[(times[:, 0] <= t) & (t < times[:, 1])]
            for one, _ in np.argwhere(meet(rectangles, lines) > TOUCHING):
                found[chapter_of(scene, t), code, seen.labels[there[one]].text] = t, 1.0
            if (np.triu(meet(lines, lines), 1) > TOUCHING).any():
                found[chapter_of(scene, t), code] = t, 1.0
    assert not found


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("name", ASPECTS)
def test_no_text_leaves_the_screen(name: str, form: Form) -> None:
    aspect = ASPECTS[name]
    seen, scene = projected(form, aspect), tour(form).scene
    edge = np.array([0.0, 0.0, -aspect, -1.0])
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for t in np.arange(0.0, scene.duration, EVERY).tolist():
        there = np.flatnonzero(seen.light(t) > SEEN)
        outside = (edge - seen.rectangles(t)[there] * (1, 1, -1, -1)).max(axis=1)
        for index in np.flatnonzero(outside > 0):
            label = seen.labels[there[index]]
            found[chapter_of(scene, t), label.text] = t, round(float(outside[index]), 3)
    for code in LANGUAGES:
        _, places = overlay(scene, atlas(), Language(code), aspect)
        assert (edge <= places * (1, 1, -1, -1)).all(), code
    assert not found
