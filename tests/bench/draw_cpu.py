"""What `draw(t)` costs the CPU, rasterising left out: run under `GALLIUM_NOOP=1`, Mesa's null driver.

Three scenes with the same 10,000 boxes alive: all of 10,000; 10,000 of a million; and the way the
original does it, every alive box updated in numpy and the buffer written anew for each frame.
"""

import json
from collections.abc import Callable

import moderngl
import numpy as np

from common import fonts
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.easing import ease
from display_node.render.renderer import Renderer
from display_node.render.target import headless
from display_node.scene import Batch, Boxes, CameraKey, Scene, boxes
from tests.bench.report import side_by_side

ALIVE = 10_000
LIFE = 1.0
"""Seconds that a box lives."""
KEY = CameraKey(0.0, 0.0, (-1.0, 0.5, 1.0), ((-50.0, -50.0, -50.0), (50.0, 50.0, 50.0)))


def crowd(count: int) -> Scene:
    """`count` boxes of which `ALIVE` live at any time: each a LIFE / ALIVE after the one before."""
    random = np.random.default_rng(1)
    birth = np.arange(count) * (LIFE / ALIVE)
    made = boxes(
        count,
        start=random.uniform(-50, 50, (count, 3)),
        end=random.uniform(-50, 50, (count, 3)),
        birth=birth,
        flight=LIFE / 2,
        death=birth + LIFE,
        size=(0.3, 0.3, 0.3),
        size_end=(1.0, 1.0, 1.0),
        value_end=random.uniform(-1, 1, count),
    )
    return Scene("crowd", count * LIFE / ALIVE + LIFE, (Batch("crowd", made),), (KEY,))


def naive(renderer: Renderer, scene: Scene) -> Callable[[], None]:
    """Update every alive box on the CPU, write the buffer, draw it: camera and uniforms as in `draw`."""
    alive: Boxes = scene.batches[0].boxes[:ALIVE]
    buffer = renderer._context.buffer(reserve=ALIVE * 9 * 4)
    out = np.empty((ALIVE, 9), np.float32)
    t = 0.6

    def frame() -> None:
        nonlocal t
        t += 1e-5
        part = ease((t - alive["birth"]) / alive["flight"])[:, None]
        out[:, 0:3] = alive["start"] + (alive["end"] - alive["start"]) * part
        out[:, 3:6] = alive["size"] + (alive["size_end"] - alive["size"]) * part
        value = alive["value"] + (alive["value_end"] - alive["value"]) * part[:, 0]
        lit = np.sqrt(np.minimum(np.abs(value) * alive["gain"], 1.0))[:, None]
        out[:, 6:9] = np.where(value[:, None] < 0, (0.3, 0.5, 1.0), (1.0, 0.6, 0.2)) * lit
        buffer.write(out.tobytes())

    return frame


def drawing(renderer: Renderer, scene: Scene, t: float) -> Callable[[], None]:
    """Steps on a little each frame, so that the window of alive boxes moves as it does in a show."""

    def frame() -> None:
        nonlocal t
        t += 1e-5
        renderer.draw(t)

    renderer.show(scene)
    return frame


def make_renderer(context: moderngl.Context, samples: int = 0) -> Renderer:
    font = fonts.latin()
    assert font is not None
    return Renderer(context, (1280, 720), Language("en"), Atlas(font), samples=samples)


def main() -> None:
    small_scene, large_scene = crowd(ALIVE), crowd(1_000_000)
    context = headless()
    small, large = make_renderer(context), make_renderer(context)
    assert context.info["GL_RENDERER"].startswith("NOOP"), "run with GALLIUM_NOOP=1"
    few = drawing(small, small_scene, LIFE * 0.99)
    many = drawing(large, large_scene, 50.0)
    assert abs(small.draw(LIFE * 0.99) - large.draw(50.0)) < ALIVE * 0.02
    times = side_by_side(few, many, naive(small, small_scene), rounds=45, repeat=50)
    print(json.dumps(dict(zip(("few", "many", "naive"), times, strict=True))))


if __name__ == "__main__":
    main()
