"""A batch of boxes on the GPU: uploaded once, then drawn by its alive window."""

import bisect
from functools import lru_cache

import moderngl
import numpy as np

from display_node.render.lights import level
from display_node.render.palette import Palette
from display_node.render.shader import attribute, program, uniform
from display_node.scene import BOX, Batch

OUTLINE = 0.16
"""Width of an outline relative to a box's shortest edge, both sides together."""

# Three faces of the unit cube, each as four corners; the shader turns them towards the viewer.
_FACES = (
    ((1, 0, 0), ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1))),
    ((0, 1, 0), ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0))),
    ((0, 0, 1), ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))),
)
CORNERS = 12
_ATTRIBUTES = (
    ("in_start_birth", "4f", 0),
    ("in_end_flight", "4f", 16),
    ("in_size_spread", "4f", 32),
    ("in_size_end_spread_end", "4f", 48),
    ("in_value_gain_tint", "4f", 64),
    ("in_row_death", "2f", 80),
)
"""Name, format and byte offset within `scene.BOX`."""
MAX_TABLE = 16384
"""Rows of a values texture: what every GL 3.3 driver of the last ten years takes."""


class BoxShader:
    """The program that all batches share."""

    def __init__(self, context: moderngl.Context, palette: Palette) -> None:
        self.context = context
        self.program = program(context, "boxes.vert", "boxes.frag")
        self.program["u_corners"] = CORNERS
        self.program["u_values"] = 0
        self.program["u_positive"] = list(palette.positive)
        self.program["u_negative"] = list(palette.negative)
        self.program["u_maps"] = list(palette.maps)
        self.program["u_unlit"] = palette.unlit
        self.program["u_outline_rest"] = palette.outline
        self.program["u_faces"] = palette.faces
        self.program["u_hollow"] = palette.hollow
        self.outline = uniform(self.program, "u_outline")
        self.light = uniform(self.program, "u_light")
        self.scrim = uniform(self.program, "u_scrim")


def span(batch: Batch) -> tuple[float, float]:
    """The first birth and the last death, s."""
    return float(batch.boxes["birth"][0]), float(batch.boxes["death"].max())


class GpuBatch:
    """Buffers of one `Batch`. `draw` costs the same however many instances the batch holds."""

    def __init__(self, shader: BoxShader, batch: Batch, live: moderngl.Texture) -> None:
        context = shader.context
        self._shader = shader
        self._births, self._deaths = batch.births, batch.last_deaths
        self._lights = batch.lights
        self._instances = context.buffer(batch.boxes)
        self._vertices, self._indices = map(context.buffer, _mesh(batch.offsets.astype(np.float32).tobytes()))
        self._array = context.vertex_array(
            shader.program,
            [
                (self._vertices, "3f 3f 3f", "in_corner", "in_normal", "in_offset"),
                (self._instances, "4f 4f 4f 4f 4f 2f 2x4/i", *(name for name, _, _ in _ATTRIBUTES)),
            ],
            index_buffer=self._indices,
        )
        self._locations = [
            (attribute(shader.program, name), form, offset) for name, form, offset in _ATTRIBUTES
        ]
        self._own: moderngl.Texture | None = None
        if batch.values is not None:
            rows, width = batch.values.shape
            if rows > MAX_TABLE or width > MAX_TABLE:
                raise ValueError(f"batch {batch.name}: a table of {rows}×{width} exceeds {MAX_TABLE}")
            self._own = context.texture(
                (width, rows), 1, np.ascontiguousarray(batch.values, "f4"), dtype="f4"
            )
        self._values = live if batch.live else self._own
        self._first = 0

    def draw(self, t: float) -> int:
        """Draw the instances alive at `t` (seconds since the scene began); returns how many were drawn."""
        first = bisect.bisect_right(self._deaths, t)
        count = bisect.bisect_right(self._births, t) - first
        if count <= 0:
            return 0
        if first != self._first:
            # Rebinding with an offset is GL 3.3's base instance.
            self._first = first
            for location, form, offset in self._locations:
                self._array.bind(
                    location, "f", self._instances, form, offset + first * BOX.itemsize, BOX.itemsize, 1
                )
        shader = self._shader
        if self._values is not None:
            self._values.use(0)
        shader.light.value = level(self._lights, t)
        shader.outline.value = 0.0
        self._array.render(instances=count)
        shader.outline.value = OUTLINE
        self._array.render(instances=count)
        return count

    def release(self) -> None:
        for part in (self._array, self._instances, self._vertices, self._indices, self._own):
            if part is not None:
                part.release()


@lru_cache(maxsize=32)
def _mesh(offsets: bytes) -> tuple[bytes, bytes]:
    """(k × 12, 9) float32 corner, normal, offset; (k × 18,) uint32 triangles. The same for every drawing."""
    places = np.frombuffer(offsets, np.float32).reshape(-1, 3)
    one = np.array([(*corner, *normal) for normal, face in _FACES for corner in face], np.float32)
    vertices = np.concatenate([np.tile(one, (len(places), 1)), np.repeat(places, CORNERS, axis=0)], axis=1)
    face = np.array([0, 1, 2, 0, 2, 3], np.uint32)
    block = np.concatenate([face + 4 * side for side in range(len(_FACES))])
    indices = block[None, :] + CORNERS * np.arange(len(places), dtype=np.uint32)[:, None]
    return vertices.tobytes(), indices.astype(np.uint32).tobytes()
