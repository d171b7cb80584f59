"""Text as instances of one atlas: labels in the space, captions on the screen."""

import moderngl
import numpy as np
import numpy.typing as npt

from display_node.render.atlas import SIDE, Atlas
from display_node.render.palette import Palette
from display_node.render.shader import program
from display_node.scene import FOREVER, Label

GLYPH = np.dtype([("anchor_birth", "f4", 4), ("offset_size", "f4", 4), ("atlas", "f4", 4), ("look", "f4", 4)])
TEXT_COLOUR = 5
"""Index of the captions' colour, after those of the tints."""

Glyphs = npt.NDArray[np.void]


def width(atlas: Atlas, text: str) -> float:
    """Ems."""
    return sum(glyph.advance for glyph in atlas.glyphs(text))


def line(
    atlas: Atlas,
    text: str,
    at: tuple[float, float, float],
    em: float,
    colour: int,
    birth: float = 0.0,
    death: float = FOREVER,
    rise: float = 0.0,
    base: float = -0.36,
) -> Glyphs:
    """One line, centred on `at`; `em` is its size, in units of the space or parts of the screen's height.

    `base` is where the baseline lies below `at`, in ems; the default centres digits and capitals.
    """
    glyphs = atlas.glyphs(text)
    made = np.zeros(len(glyphs), GLYPH)
    pen = -sum(glyph.advance for glyph in glyphs) / 2
    for index, glyph in enumerate(glyphs):
        made[index] = (
            (*at, birth),
            (pen + glyph.x, base + glyph.y, glyph.width, glyph.height),
            (glyph.u, glyph.v, glyph.across, glyph.down),
            (em, colour, death, rise),
        )
        pen += glyph.advance
    return made


def labels(atlas: Atlas, wanted: tuple[Label, ...]) -> Glyphs:
    parts = [
        line(atlas, label.text, label.at, label.height, int(label.tint), label.birth, label.death)
        for label in wanted
    ]
    return np.concatenate([np.zeros(0, GLYPH), *parts])


class TextLayer:
    """Draws glyph instances; its texture follows the atlas."""

    def __init__(self, context: moderngl.Context, atlas: Atlas, palette: Palette) -> None:
        self._context, self.atlas = context, atlas
        self._program = program(context, "glyphs.vert", "glyphs.frag")
        self._program["u_atlas"] = 0
        self._program["u_colours"] = [*palette.positive, palette.text]
        self._texture = context.texture((SIDE, SIDE), 1)
        self._version = -1
        corners = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float32)
        self._corners = context.buffer(corners.tobytes())

    def upload(self, glyphs: Glyphs) -> "GpuText":
        """Glyph instances on the GPU, ready to be drawn as often as wished."""
        buffer = self._context.buffer(glyphs.tobytes()) if len(glyphs) else None
        array = None
        if buffer is not None:
            layout = "4f 4f 4f 4f/i"
            names = ("in_anchor_birth", "in_offset_size", "in_atlas", "in_look")
            array = self._context.vertex_array(
                self._program, [(self._corners, "2f", "in_corner"), (buffer, layout, *names)]
            )
        return GpuText(buffer, array, len(glyphs))

    def draw(self, text: "GpuText", on_screen: bool) -> None:
        if text.array is None:
            return
        if self._version != self.atlas.version:
            self._version = self.atlas.version
            self._texture.write(self.atlas.image.tobytes())
        self._texture.use(0)
        self._program["u_screen"] = int(on_screen)
        self._context.enable(moderngl.BLEND)
        text.array.render(moderngl.TRIANGLE_STRIP, instances=text.count)
        self._context.disable(moderngl.BLEND)


class GpuText:
    def __init__(
        self, buffer: moderngl.Buffer | None, array: moderngl.VertexArray | None, count: int
    ) -> None:
        self.array, self.count = array, count
        self._buffer = buffer

    def release(self) -> None:
        if self.array is not None and self._buffer is not None:
            self.array.release()
            self._buffer.release()
