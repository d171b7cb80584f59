"""Lights of batches: a pure function of time, and what their pixels are multiplied by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.render.lights import level
from display_node.render.renderer import Renderer
from display_node.scene import DIMMED, Light
from tests.display_node.render.plain import box, frame, scene

LIGHTS = (Light(1.0, DIMMED), Light(3.0, 1.0, 1.0), Light(3.5, 0.2, 0.0))


def test_levels_begin_lit_and_end_at_the_last() -> None:
    assert level((), 5.0) == 1.0
    assert level(LIGHTS, 0.99) == 1.0
    assert level(LIGHTS, 1.2) == pytest.approx((1.0 + DIMMED) / 2)
    assert level(LIGHTS, 2.0) == pytest.approx(DIMMED)
    assert level(LIGHTS, 9.0) == pytest.approx(0.2)


@given(
    st.lists(st.tuples(st.floats(0, 9), st.floats(0, 1), st.floats(0.1, 2)), max_size=8), st.floats(-1, 12)
)
def test_light_never_jumps(parts: list[tuple[float, float, float]], t: float) -> None:
    """Even where one begins before the last has settled; glide is steepest, 15/8, in its middle."""
    lights = [Light(*part) for part in sorted(parts)]
    step = 1e-4
    steepest = sum(15 / 8 / light.fade for light in lights)
    assert abs(level(lights, t + step) - level(lights, t)) <= step * steepest + 1e-9


@pytest.mark.parametrize("value", [0.3, -0.3, 0.0], ids=["plus", "minus", "unlit"])
def test_a_light_multiplies_faces_and_outlines(renderer: Renderer, value: float) -> None:
    renderer.show(scene(box(value)))
    full = frame(renderer, 5.0)
    renderer.show(scene(box(value, lights=(Light(1.0, DIMMED),))))
    assert (frame(renderer, 0.9) == full).all()
    assert np.abs(frame(renderer, 5.0) - DIMMED * full).max() < 0.07


def test_one_batch_is_dimmed_and_not_the_other(renderer: Renderer) -> None:
    left = box(start=(-3.0, 0.0, 0.0), size=(3.0, 3.0, 1.0), lights=(Light(1.0, 0.0),))
    right = box(start=(3.0, 0.0, 0.0), size=(3.0, 3.0, 1.0))
    renderer.show(scene(left, right))
    before, after = frame(renderer, 0.5), frame(renderer, 5.0)
    assert after[:, :120].max() < 0.1 < before[:, :120].max()
    assert np.abs(after[:, 200:] - before[:, 200:]).max() < 0.02
