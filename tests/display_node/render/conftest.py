"""A real GL context for the tests of this folder: EGL, on whatever rasteriser there is."""

from collections.abc import Iterator
from pathlib import Path

import moderngl
import pytest

from common import fonts
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.renderer import Renderer
from display_node.render.target import headless

SIZE = (320, 180)


@pytest.fixture(scope="session")
def context() -> Iterator[moderngl.Context]:
    made = headless()
    yield made
    made.release()


@pytest.fixture(scope="session")
def font() -> Path:
    found = fonts.latin()
    assert found is not None
    return found


@pytest.fixture
def renderer(context: moderngl.Context, font: Path) -> Iterator[Renderer]:
    made = Renderer(context, SIZE, Language("en+ko"), Atlas(font), samples=0)
    yield made
    made.release()
