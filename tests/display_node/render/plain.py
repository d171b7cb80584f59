"""Small scenes and what is read off their pixels, for the tests of this folder."""

import numpy as np

from display_node.render.renderer import Renderer
from display_node.scene import Batch, CameraKey, Caption, Chapter, Label, Legend, Light, Scene, boxes

CORNER = 5.0
STRAIGHT = CameraKey(0.0, 0.0, (0.0, 0.0, 1.0), ((-CORNER, -CORNER, 0.0), (CORNER, CORNER, 0.0)))
"""Looks straight at the origin: a square of ten units is seen."""
DURATION = 10.0


def scene(
    *batches: Batch,
    labels: tuple[Label, ...] = (),
    captions: tuple[Caption, ...] = (),
    legends: tuple[Legend, ...] = (),
    chapters: tuple[Chapter, ...] = (),
) -> Scene:
    return Scene(
        "plain", DURATION, batches, (STRAIGHT,), captions, labels, chapters, legends
    )  # fmt: skip


def box(value: float = 1.0, lights: tuple[Light, ...] = (), **fields: object) -> Batch:
    """One box at the origin, four units wide unless it is told otherwise."""
    given: dict[str, object] = {"start": (0.0, 0.0, 0.0), "size": (4.0, 4.0, 1.0), "value": value}
    return Batch("box", boxes(1, **(given | fields)), lights=lights)  # type: ignore[arg-type]


def frame(renderer: Renderer, t: float) -> np.ndarray:
    """(height, width, 3) float, 0…1."""
    renderer.draw(t)
    renderer.finish()
    return renderer.image() / 255.0


def centre_of_light(image: np.ndarray) -> tuple[float, float]:
    """Column and row around which the light lies, in pixels."""
    light = image.sum(axis=2)
    rows, columns = np.indices(light.shape)
    return float((columns * light).sum() / light.sum()), float((rows * light).sum() / light.sum())
