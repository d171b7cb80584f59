"""Labels: they fly, have a light, stand in front of their box, and follow each other without a blink."""

from pathlib import Path

import numpy as np
import pytest

from display_node.render.atlas import Atlas
from display_node.render.easing import ease
from display_node.render.labels import FADE, labels
from display_node.render.palette import SAND
from display_node.render.renderer import Renderer
from display_node.scene import Label, Tint
from tests.display_node.render.plain import box, centre_of_light, frame, scene

HERE, THERE = (-3.0, -2.0, 0.0), (3.0, 2.0, 0.0)


def test_labels_carry_their_time_and_place(font: Path) -> None:
    made = labels(Atlas(font), (Label("42", (1.0, 2.0, 3.0), 4.0, birth=5.0, death=6.0),), SAND)
    assert made["anchor_birth"].tolist() == [[1.0, 2.0, 3.0, 5.0]] * 2
    assert made["to_flight"][:, :3].tolist() == [[1.0, 2.0, 3.0]] * 2
    assert (made["look"][:, :2] == [4.0, 6.0]).all()


@pytest.mark.parametrize("t", [1.0, 1.3, 1.5, 1.62, 2.0, 4.0])
def test_a_label_flies_as_a_box_does(renderer: Renderer, t: float) -> None:
    """It is found where the easing says, to a hundredth of its way."""

    def seen(*shown: Label) -> tuple[float, float]:
        renderer.show(scene(labels=shown))
        return centre_of_light(frame(renderer, t))

    first, last = (np.array(seen(Label("8", at, 1.5, 0.0))) for at in (HERE, THERE))
    flying = np.array(seen(Label("8", HERE, 1.5, 1.0 - FADE, to=THERE, flight=1.0)))
    part = float(ease(np.float32(t - 1.0 + FADE)))
    np.testing.assert_allclose(flying, first + (last - first) * part, atol=1.2)


def test_a_labels_light_is_what_its_pixels_are_multiplied_by(renderer: Renderer) -> None:
    renderer.show(scene(labels=(Label("8", (0.0, 0.0, 0.0), 4.0, 0.0),)))
    full = frame(renderer, 5.0)
    renderer.show(scene(labels=(Label("8", (0.0, 0.0, 0.0), 4.0, 0.0, light=0.4),)))
    assert np.abs(frame(renderer, 5.0) - 0.4 * full).max() < 0.05


def test_a_label_stands_in_front_of_its_box_and_behind_those_before_it(renderer: Renderer) -> None:
    label = Label("8", (0.0, 0.0, 0.0), 2.0, 0.0, Tint.ANSWER)
    bare = box()
    renderer.show(scene(bare))
    without = frame(renderer, 5.0)
    renderer.show(scene(bare, labels=(label,)))
    printed = frame(renderer, 5.0)
    assert np.abs(printed - without).max() > 0.3
    before = box(start=(0.0, 0.0, 6.0), size=(3.0, 3.0, 1.0))
    renderer.show(scene(bare, before))
    hiding = frame(renderer, 5.0)
    renderer.show(scene(bare, before, labels=(label,)))
    assert np.abs(frame(renderer, 5.0) - hiding).max() < 0.02


def test_text_is_read_on_a_lit_box_of_its_own_colour(renderer: Renderer) -> None:
    """White on white: the rim is dark between the letter and the box."""
    renderer.show(scene(box(), labels=(Label("8", (0.0, 0.0, 0.0), 3.0, 0.0),)))
    middle = frame(renderer, 5.0)[60:100, 140:180].mean(axis=2)
    assert middle.max() > 0.85
    assert middle.min() < 0.45


def test_dark_text_on_a_lit_box_has_no_rim(renderer: Renderer) -> None:
    renderer.show(scene(box()))
    without = frame(renderer, 5.0)[60:100, 140:180].mean(axis=2)
    renderer.show(scene(box(), labels=(Label("8", (0.0, 0.0, 0.0), 3.0, 0.0, Tint.NIGHT),)))
    middle = frame(renderer, 5.0)[60:100, 140:180].mean(axis=2)
    assert middle.min() < 0.35
    assert 0.1 < (np.abs(middle - without) > 0.1).mean() < 0.5


def test_labels_may_be_plain_words(renderer: Renderer) -> None:
    renderer.show(scene(labels=(Label("8", (0.0, 0.0, 0.0), 4.0, 0.0, Tint.TEXT),)))
    found = frame(renderer, 5.0).reshape(-1, 3)
    np.testing.assert_allclose(found[found.sum(axis=1).argmax()], SAND.text, atol=0.06)


def test_one_label_after_another_does_not_blink(renderer: Renderer) -> None:
    place = (0.0, 0.0, 0.0)
    follows = (Label("8", place, 4.0, 0.0, death=2.0), Label("8", place, 4.0, 2.0))
    renderer.show(scene(labels=follows))
    steady = frame(renderer, 1.0)
    for t in (1.9, 1.99, 2.0, 2.01, 2.1):
        assert (frame(renderer, t) == steady).all(), t
    arrives = (Label("8", THERE, 4.0, 0.0, death=2.0, to=place, flight=1.0), Label("8", place, 4.0, 2.0))
    renderer.show(scene(labels=arrives))
    assert (frame(renderer, 2.0) == steady).all()


def test_a_label_on_its_own_fades_quickly(renderer: Renderer) -> None:
    renderer.show(scene(labels=(Label("8", (0.0, 0.0, 0.0), 4.0, 1.0, death=2.0),)))
    levels = [frame(renderer, t).sum() for t in (0.99, 1.05, 1.0 + FADE, 2.0 - FADE, 1.95, 2.0)]
    assert levels[0] == levels[-1] == 0.0
    assert 0.0 < levels[1] < levels[2]
    assert levels[2] == pytest.approx(levels[3], rel=0.01)
    assert 0.0 < levels[4] < levels[3]
