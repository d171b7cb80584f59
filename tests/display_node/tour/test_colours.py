"""What is on the wall, measured on rendered frames: words stand out, and colours stay apart for every eye.

Contrast is WCAG 2.2's. Colours are seen through G. Machado, M. Oliveira and L. Fernandes, A Physiologically-
based Model for Simulation of Color Vision Deficiency (IEEE TVCG 2009), severity 1 (`EYES`), and compared by
CIELAB's ΔE of 1976.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import moderngl
import numpy as np
import pytest

from display_node.form import Form
from display_node.language import Language
from display_node.render.captions import FADES, caption
from display_node.render.palette import CONTRAST, find_theme, themes
from display_node.render.renderer import Renderer
from display_node.render.target import headless
from display_node.scene import Tint
from tests.display_node.render.test_palette import EYES, difference
from tests.display_node.tour.projected import Floats, Projected, ink
from tests.display_node.tour.test_readable import atlas, projected, read_in
from tests.display_node.tour.told import batch, spans, tour

SIZE = (1920, 1080)
AT_A_GLANCE = 10.0
"""ΔE by which two roles differ at least; 2 is just seen."""
SIGNS = 40.0
"""The same for the two signs of a weight."""

Shot = Callable[[float], Floats]
Colour = tuple[float, float, float]


@pytest.fixture(scope="module")
def context() -> Iterator[moderngl.Context]:
    made = headless()
    yield made
    made.release()


@pytest.fixture(params=themes())
def shots(request: pytest.FixtureRequest, context: moderngl.Context) -> Iterator[tuple[str, Shot]]:
    """The theme's name; (height, width, 3) 0…1 of the full tour at a time, with its captions in Korean."""
    theme = find_theme(request.param)
    renderer = Renderer(context, SIZE, Language("ko"), atlas(), palette=theme)
    renderer.show(tour().scene)

    def shot(t: float) -> Floats:
        renderer.draw(t)
        renderer.finish()
        return np.asarray(renderer.image() / 255.0)

    yield request.param, shot
    renderer.release()


def screen() -> Projected:
    return projected(Form.FULL, SIZE[0] / SIZE[1])


def luminance(frame: Floats) -> Floats:
    light = np.where(frame <= 0.04045, frame / 12.92, ((frame + 0.055) / 1.055) ** 2.4)
    return np.asarray(light @ (0.2126, 0.7152, 0.0722))


def cut(frame: Floats, rectangle: Floats) -> Floats:
    """The part of a frame that a rectangle (`projected`) covers."""
    left, bottom, right, top = np.rint(rectangle * SIZE[1]).astype(int)
    return frame[SIZE[1] - top : SIZE[1] - bottom, left:right]


def contrast(light: Floats) -> float:
    """Of a text and what is around its strokes: of the rectangle's brightest and darkest twentieth, the one
    that is the ink against the median of what is nearer to the other, as lighter to darker."""
    low, high = np.percentile(light, (5, 95))
    inked, around = (high, light[light < (low + high) / 2]), (low, light[light >= (low + high) / 2])
    text, rest = inked if len(around[1]) < len(inked[1]) else around
    dark, bright = sorted((float(text), float(np.median(rest))))
    return (bright + 0.05) / (dark + 0.05)


def instants() -> dict[tuple[str, Tint], float]:
    """For each chapter and colour of numbers, when one in the middle of them is read."""
    groups: dict[tuple[str, Tint], list[float]] = {}
    for chapter, t, _, label in read_in(tour()):
        groups.setdefault((chapter, label.tint), []).append(t)
    return {group: sorted(times)[len(times) // 2] for group, times in groups.items()}


def test_words_and_numbers_stand_out(shots: tuple[str, Shot]) -> None:
    theme, shot = shots
    seen, scene, found = screen(), tour().scene, {}
    for (chapter, _), t in instants().items():
        light = luminance(shot(t))
        rectangles, there = seen.rectangles(t), seen.light(t) > 0.05
        for index in np.flatnonzero(seen.light(t) > 0.95):
            label, own = seen.labels[index], rectangles[index]
            crossed = (np.minimum(rectangles[:, 2:], own[2:]) > np.maximum(rectangles[:, :2], own[:2])).all(1)
            if label.light == 1.0 and re.search(r"\d", label.text) and (crossed & there).sum() == 1:
                found[chapter, label.text] = contrast(cut(light, own))
        for spoken in scene.captions:
            if spoken.time + FADES[0] < t < spoken.until - FADES[1]:
                said = Language("ko").say(spoken.key, spoken.values)
                glyphs = caption(atlas(), said, seen.aspect, 0.0, 1.0, find_theme(theme))
                for group in np.unique(glyphs[["anchor_birth", "colour_light"]]):
                    text = glyphs[glyphs[["anchor_birth", "colour_light"]] == group]
                    middle = (group["anchor_birth"][:2].astype(float) + 1) / 2 * (seen.aspect, 1.0)
                    place = np.tile(middle, 2) + ink(text) * float(text["look"][0, 0])
                    found[spoken.key, str(group["colour_light"][:3])] = contrast(cut(light, place))
    assert len(found) > 60
    faint = {what: round(value, 1) for what, value in found.items() if value < CONTRAST}
    assert not faint


def face(frame: Floats, t: float, centre: Floats, size: Floats) -> Colour:
    """The colour of the middle of a box's front."""
    corner = np.array([(x, y, 1.0) for x in (-0.4, 0.4) for y in (-0.4, 0.4)]) * size / (1, 1, 2)
    seen = screen().place(centre + corner, t)
    part = cut(frame, np.concatenate([seen.min(axis=0), seen.max(axis=0)])).reshape(-1, 3)
    red, green, blue = np.median(part, axis=0).tolist()
    return red, green, blue


def strongest(shot: Shot, name: str, t: float, sign: float = 1.0) -> Colour:
    """Of a batch, the box that holds the largest number of this sign at `t`, as it is drawn."""
    found = batch(tour().scene, name)
    boxes = found.boxes[(found.boxes["birth"] <= t) & (t < found.boxes["death"])]
    values = boxes["value_end"][:, None]
    if found.values is not None:
        values = found.values[boxes["row"].astype(int)]
    row, column = np.unravel_index(int((values * sign).argmax()), values.shape)
    size = boxes["size_end"][row] * (0.5 if sign < 0 else 1.0)
    return face(shot(t), t, boxes["end"][row] + found.offsets[column] * boxes["spread_end"][row], size)


def held(batch_name: str) -> float:
    """When what comes out first has come, and has not gone yet."""
    first = batch(tour().scene, batch_name).boxes[0]
    return (float(first["birth"] + first["flight"]) + float(first["death"])) / 2


def test_roles_and_signs_stay_apart_for_every_eye(shots: tuple[str, Shot]) -> None:
    theme, shot = shots
    up = held("filters.held.filters")
    plus, minus = (strongest(shot, "filters.held.filters", up, sign) for sign in (1.0, -1.0))
    if theme == "classic":  # one colour for all: the sign is told by form, a negative box is hollow
        assert luminance(np.array(plus)) > 0.3
        assert luminance(np.array(minus)) < 0.02
        return
    roles = {
        "drawing": strongest(shot, "input", next(iter(spans(tour().scene).values()))[0] + 1.5),
        "filter": plus,
        "result": strongest(shot, "filters.held.maps", up),
        "answer": strongest(shot, "softmax", spans(tour().scene)["winner"][1] - 0.1),
    }
    apart: dict[tuple[str, str, str], float] = {}
    for eyes in EYES:
        assert difference(plus, minus, eyes) > SIGNS
        apart |= {
            (one, two, eyes): round(difference(roles[one], roles[two], eyes), 1)
            for one, two in combinations(roles, 2)
        }
    assert min(apart.values()) > AT_A_GLANCE, sorted(apart.items(), key=lambda pair: pair[1])
