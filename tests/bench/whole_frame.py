"""A whole frame at 1280×720 at the tour's busiest instant, against a bare moderngl loop.

The bare loop draws the very same boxes, faces and outlines, from static buffers: each box's place,
size and colour at that instant computed beforehand, in the fewest calls that moderngl allows.
"""

from collections.abc import Callable

import moderngl
import numpy as np

from common.raster import framed, preview
from display_node.engines.eager import Eager
from display_node.exhibit import find
from display_node.network import SHIPPED, load
from display_node.render.boxes import _FACES, OUTLINE
from display_node.render.camera import FrameBlock, Track
from display_node.render.easing import ease
from display_node.render.palette import SAND
from display_node.render.renderer import Renderer
from display_node.render.target import headless
from display_node.scene import Scene
from tests.bench.draw_cpu import make_renderer
from tests.bench.report import Row, at_most, side_by_side
from tests.display_node.drawn import three

GOAL = 1.3
_VERTEX = """
#version 330 core
in vec3 in_corner; in vec3 in_normal;
in vec3 in_place; in vec3 in_size; in vec3 in_face; in vec3 in_line;
uniform mat4 u_camera; uniform vec3 u_eye; uniform float u_outline;
out vec3 v_colour;
void main() {
    vec3 facing = mix(vec3(-1.0), vec3(1.0), greaterThan(u_eye, in_place));
    float side = u_outline > 0.0 ? -1.0 : 1.0;
    vec3 grown = in_size + u_outline * min(in_size.x, min(in_size.y, in_size.z));
    gl_Position = u_camera * vec4(in_place + facing * side * (in_corner - 0.5) * grown, 1.0);
    v_colour = u_outline > 0.0 ? in_line : in_face * dot(in_normal, vec3(0.70, 1.0, 0.88));
}
"""
_FIELDS = ("in_place", "in_size", "in_face", "in_line")
_FRAGMENT = """
#version 330 core
in vec3 v_colour; out vec4 out_colour;
void main() { out_colour = vec4(v_colour, 1.0); }
"""


def busiest(scene: Scene) -> float:
    """The instant, to a tenth of a second, at which most boxes are alive."""
    times = np.arange(0.0, scene.duration, 0.1)
    return float(times[np.argmax([len(static(scene, t)) for t in times])])


def static(scene: Scene, t: float) -> np.ndarray:
    """(n, 12) place, size, face and line colour of every box alive at `t`: what the shader would compute."""
    parts = []
    for batch in scene.batches:
        alive = batch.boxes[(batch.boxes["birth"] <= t) & (t < batch.boxes["death"])]
        if not len(alive):
            continue
        part = ease((t - alive["birth"]) / alive["flight"])[:, None]
        place = alive["start"] + (alive["end"] - alive["start"]) * part
        spread = alive["spread"][:, None] + (alive["spread_end"] - alive["spread"])[:, None] * part
        size = alive["size"] + (alive["size_end"] - alive["size"]) * part
        k = len(batch.offsets)
        place = (place[:, None, :] + batch.offsets[None] * spread[:, None, :]).reshape(-1, 3)
        if batch.values is None:
            value = alive["value"] + (alive["value_end"] - alive["value"]) * part[:, 0]
        else:
            value = batch.values[alive["row"].astype(int)].ravel()
        lit = np.sqrt(np.minimum(np.abs(value) * np.repeat(alive["gain"], k), 1.0))[:, None]
        tint = np.repeat(alive["tint"].astype(int), k)
        hue = np.where(value[:, None] < 0, np.array(SAND.negative)[tint], np.array(SAND.positive)[tint])
        size = np.repeat(size, k, axis=0) * np.where(value[:, None] < 0, 1 - 0.45 * np.minimum(4 * lit, 1), 1)
        parts.append(np.concatenate([place, size, 0.02 + hue * lit, 0.23 + (hue - 0.23) * lit], axis=1))
    return np.concatenate(parts).astype(np.float32)


def bare(context: moderngl.Context, scene: Scene, t: float, size: tuple[int, int]) -> Callable[[], None]:
    """Clear, two draw calls, finish."""
    program = context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
    corners = np.array([(*corner, *normal) for normal, face in _FACES for corner in face], np.float32)
    indices = np.concatenate([np.array([0, 1, 2, 0, 2, 3], np.uint32) + 4 * side for side in range(3)])
    instances = static(scene, t)
    array = context.vertex_array(
        program,
        [
            (context.buffer(corners.tobytes()), "3f 3f", "in_corner", "in_normal"),
            (
                context.buffer(instances.tobytes()),
                "3f 3f 3f 3f/i",
                "in_place",
                "in_size",
                "in_face",
                "in_line",
            ),
        ],
        index_buffer=context.buffer(indices.tobytes()),
    )
    pose = Track(scene.camera, size[0] / size[1]).pose(t)
    block = np.frombuffer(FrameBlock().pack(pose, size[0] / size[1], t, 1.0), np.float32)
    program["u_camera"].write(block[:16].tobytes())  # type: ignore[union-attr]
    program["u_eye"] = tuple(block[16:19].tolist())
    target = context.framebuffer([context.texture(size, 4)], context.depth_renderbuffer(size))

    def frame() -> None:
        target.use()
        context.enable_only(moderngl.DEPTH_TEST)
        context.clear()
        for outline in (0.0, OUTLINE):
            program["u_outline"] = outline
            array.render(instances=len(instances))
        context.finish()

    return frame


def ours(renderer: Renderer, scene: Scene, t: float, context: moderngl.Context) -> Callable[[], None]:
    renderer.show(scene)

    def frame() -> None:
        renderer.draw(t)
        renderer.finish()
        context.finish()

    return frame


def measure() -> list[Row]:
    network = load(SHIPPED)
    probe = Eager(network).read(framed(three()), preview(three()))
    scene = find("convolution").build(network, probe, 1)
    t = busiest(scene)
    context = headless()
    renderer = make_renderer(context)
    mine, plain = side_by_side(
        ours(renderer, scene, t, context), bare(context, scene, t, renderer.target.size), rounds=9
    )
    what = f"whole frame at {t:.1f} s, {len(static(scene, t)):,} boxes"
    return [at_most(what, 1000 * mine, 1000 * plain, "ms", "bare moderngl loop", GOAL)]
