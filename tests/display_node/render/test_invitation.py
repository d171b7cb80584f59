"""Ten minutes of the invitation, rendered small: it does not repeat, and burns nothing into a screen."""

from pathlib import Path

import moderngl
import numpy as np
import pytest

from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.renderer import Renderer
from tests.display_node.invited import part

PARTS = 20
EVERY = 3.0
"""Seconds from frame to frame."""
ALIKE = 0.15
"""Difference of two frames, as a part of the light in both, up to which they are nearly the same."""
BRIGHT, LIT = 128, 64
"""Of 255."""
OFTEN, MOSTLY = 0.15, 0.25
"""Parts of the time for which no pixel is bright, and for which none is lit."""


@pytest.fixture(scope="module")
def frames(context: moderngl.Context, font: Path) -> np.ndarray:
    """(120, 90, 160): the brightest channel of each pixel."""
    renderer = Renderer(context, (160, 90), Language("en+ko"), Atlas(font), samples=0)
    taken = []
    for number in range(PARTS):
        scene = part(number)
        renderer.show(scene)
        for t in np.arange(0.0, scene.duration, EVERY).tolist():
            renderer.draw(t)
            renderer.finish()
            taken.append(renderer.image().max(axis=2))
    renderer.release()
    return np.array(taken)


def test_no_two_frames_are_nearly_the_same(frames: np.ndarray) -> None:
    assert len(frames) == 600 / EVERY
    light = frames.astype(np.float32)
    for index, frame in enumerate(light):
        later = light[index + 2 :]  # six seconds on, and all the rest
        apart = np.abs(later - frame).sum(axis=(1, 2)) / (later + frame).sum(axis=(1, 2))
        assert apart.min(initial=1.0) > ALIKE, f"frame {index} and {index + 2 + int(apart.argmin())}"


def test_nothing_burns_into_the_screen(frames: np.ndarray) -> None:
    assert (frames > BRIGHT).mean(axis=0).max() < OFTEN
    assert (frames > LIT).mean(axis=0).max() < MOSTLY


def test_there_is_always_something_to_see(frames: np.ndarray) -> None:
    awake = frames[2:]  # the first wave comes upon a network that has not run yet
    assert (awake.max(axis=(1, 2)) > BRIGHT).all()
    assert ((awake > 24).mean(axis=(1, 2)) > 0.01).all()
