"""A soft glow: the picture at an eighth of its size, blurred, and screened over itself."""

import moderngl

from display_node.render.shader import program
from display_node.tiling import Size

REDUCE = 8
"""Pixels of the picture, along a side, that are one of its glow's."""
REACH = 5 * REDUCE
"""Pixels as far as which light spreads at most: four taps of the blur, and the smoothing between them."""


class Glow:
    """Programs of the glow; its small pictures are made anew for each size."""

    def __init__(self, context: moderngl.Context, strength: float) -> None:
        """`strength`: the part of the spread light that is added, 0…1."""
        self._context = context
        self._reduce, self._blur, self._screen = (
            program(context, "screen.vert", name) for name in ("reduce.frag", "blur.frag", "glow.frag")
        )
        self._reduce["u_reduce"] = self._screen["u_reduce"] = REDUCE
        self._screen["u_spread"] = 1
        self._screen["u_glow"] = strength
        self._reduced, self._blurred, self._screened = (
            context.vertex_array(made, []) for made in (self._reduce, self._blur, self._screen)
        )
        self._small: list[moderngl.Framebuffer] = []

    def resize(self, size: Size, inset: Size) -> None:
        """For pictures of `size`, multiples of REDUCE, whose part from `inset` on, pixels, is wanted."""
        self.release()
        self._screen["u_inset"] = inset
        for _ in range(2):
            texture = self._context.texture((size[0] // REDUCE, size[1] // REDUCE), 4)
            texture.repeat_x = texture.repeat_y = False
            self._small.append(self._context.framebuffer([texture]))

    def apply(self, picture: moderngl.Texture, to: moderngl.Framebuffer) -> None:
        """Draw the part of `picture` that is wanted, with the glow of all of it, into `to`."""
        self._context.disable(moderngl.DEPTH_TEST)
        first, second = self._small
        self._pass(self._reduced, picture, first)
        for source, target, step in ((first, second, (1, 0)), (second, first, (0, 1))):
            self._blur["u_step"] = step
            self._pass(self._blurred, _texture(source), target)
        _texture(first).use(1)
        self._pass(self._screened, picture, to)

    def release(self) -> None:
        for buffer in self._small:
            for attachment in buffer.color_attachments:
                attachment.release()
            buffer.release()
        self._small = []

    @staticmethod
    def _pass(array: moderngl.VertexArray, picture: moderngl.Texture, to: moderngl.Framebuffer) -> None:
        to.use()
        picture.use(0)
        array.render(moderngl.TRIANGLES, vertices=3)


def _texture(buffer: moderngl.Framebuffer) -> moderngl.Texture:
    attachment = buffer.color_attachments[0]
    assert isinstance(attachment, moderngl.Texture)
    return attachment
