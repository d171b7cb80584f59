"""Text as instances of one atlas: labels in the space, captions on the screen."""

from collections.abc import Iterable, Sequence

import moderngl
import numpy as np
import numpy.typing as npt

from display_node.render.atlas import RECTANGLE, SIDE, Atlas
from display_node.render.palette import Colour
from display_node.render.shader import program, uniform
from display_node.scene import FOREVER, MIN_FLIGHT, Point

GLYPH = np.dtype(
    [
        ("anchor_birth", "f4", 4),  # where the text stands at birth (world), or on the screen, −1…1; s
        ("to_flight", "f4", 4),  # where it flies to, and for how long, s
        ("offset_size", "f4", 4),  # the quad's lower left corner and its size, ems
        ("atlas", "f4", 4),  # the same in the atlas, 0…1
        ("look", "f4", 4),  # an em (units, or parts of the screen's height); death, fade in, fade out, s
        ("colour_light", "f4", 4),  # red, green, blue, and the light on them, 0…1
        ("pull", "f4"),  # ems by which its depth is nearer than its anchor's
    ]
)
"""One glyph: the attributes of glyphs.vert, in its order."""
_ATTRIBUTES = ("anchor_birth", "to_flight", "offset_size", "atlas", "look", "colour_light", "pull")

_BLENDING = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE_MINUS_SRC_ALPHA)
"""What stays in alpha is how much of the picture is seen past the letters: the glow lies on that alone."""

Glyphs = npt.NDArray[np.void]


def width(atlas: Atlas, text: str) -> float:
    """Ems."""
    return sum(glyph.advance for glyph in atlas.glyphs(text))


def line(
    atlas: Atlas,
    runs: Sequence[tuple[str, Colour]],
    at: Point,
    em: float,
    birth: float = 0.0,
    death: float = FOREVER,
    *,
    fades: tuple[float, float] = (0.0, 0.0),
    to: Point | None = None,
    flight: float = MIN_FLIGHT,
    light: float = 1.0,
    pull: float = 0.0,
    base: float = -0.36,
) -> Glyphs:
    """One line of coloured runs, centred on `at`.

    `em` is its size, in units of the space or parts of the screen's height. `fades` are the seconds of
    its coming, after birth, and of its going, before death. `base` is where the baseline lies below
    `at`, in ems; the default centres digits and capitals.
    """
    glyphs = [(glyph, colour) for text, colour in runs for glyph in atlas.glyphs(text)]
    made = []
    pen = -sum(glyph.advance for glyph, _ in glyphs) / 2
    for glyph, colour in glyphs:
        one = (
            (*at, birth),
            (*(to or at), flight),
            (pen + glyph.x, base + glyph.y, glyph.width, glyph.height),
            (glyph.u, glyph.v, glyph.across, glyph.down),
            (em, death, *fades),
            (*colour, light),
            pull,
        )
        made.append(one)
        pen += glyph.advance
    return np.array(made, GLYPH)


def rectangle(
    left: float,
    bottom: float,
    wide: float,
    high: float,
    aspect: float,
    colour: Colour,
    birth: float = 0.0,
    death: float = FOREVER,
    *,
    fades: tuple[float, float] = (0.0, 0.0),
    light: float = 1.0,
) -> Glyphs:
    """On the screen: place and size in parts of its height, from its lower left corner."""
    at = (2.0 * left / aspect - 1.0, 2.0 * bottom - 1.0, 0.0)
    made = np.zeros(1, GLYPH)
    made[0] = (
        (*at, birth),
        (*at, MIN_FLIGHT),
        (0.0, 0.0, wide, high),
        (RECTANGLE.u, RECTANGLE.v, RECTANGLE.across, RECTANGLE.down),
        (1.0, death, *fades),
        (*colour, light),
        0.0,
    )
    return made


def gathered(parts: Iterable[Glyphs]) -> Glyphs:
    """All in one array. By bytes: `np.concatenate` compares the fields of all parts, which takes longer."""
    return np.frombuffer(b"".join(part.tobytes() for part in parts), GLYPH)


class TextLayer:
    """Draws glyph instances; its texture follows the atlas."""

    def __init__(self, context: moderngl.Context, atlas: Atlas) -> None:
        self._context, self.atlas = context, atlas
        self._program = program(context, "glyphs.vert", "glyphs.frag")
        self._program["u_atlas"] = 0
        self._screen, self._rim = (uniform(self._program, name) for name in ("u_screen", "u_rim"))
        self.scrim = uniform(self._program, "u_scrim")
        self._texture = context.texture((SIDE, SIDE), 1)
        self._version = -1
        corners = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float32)
        self._corners = context.buffer(corners.tobytes())

    def upload(self, glyphs: Glyphs) -> "GpuText":
        """Glyph instances on the GPU, ready to be drawn as often as wished."""
        buffer = self._context.buffer(glyphs.tobytes()) if len(glyphs) else None
        array = None
        if buffer is not None:
            names = (f"in_{name}" for name in _ATTRIBUTES)
            array = self._context.vertex_array(
                self._program,
                [(self._corners, "2f", "in_corner"), (buffer, "4f 4f 4f 4f 4f 4f 1f/i", *names)],
            )
        return GpuText(buffer, array, len(glyphs))

    def draw(self, text: "GpuText", on_screen: bool) -> None:
        """The dark rims of all glyphs first, so that none lies on the letter beside it.

        What is drawn on the screen is over everything, and so is all that is drawn after it.
        """
        if text.array is None:
            return
        if self._version != self.atlas.version:
            self._version = self.atlas.version
            self._texture.write(self.atlas.image.tobytes())
        self._texture.use(0)
        self._screen.value = int(on_screen)
        self._context.enable(moderngl.BLEND)
        self._context.blend_func = _BLENDING  # type: ignore[assignment]  # moderngl takes four as well
        if on_screen:
            self._context.disable(moderngl.DEPTH_TEST)
        for rim in (1, 0):
            self._rim.value = rim
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
