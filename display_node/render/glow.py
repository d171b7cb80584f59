"""A soft glow: the picture at an eighth of its size, blurred, and screened over itself."""

import moderngl

from display_node.render.shader import program

REDUCE = 8


class Glow:
    """Programs of the glow; its small pictures are made anew for each size."""

    def __init__(self, context: moderngl.Context, strength: float) -> None:
        """`strength`: the part of the spread light that is added, 0…1."""
        self._context = context
        self._blur = program(context, "screen.vert", "blur.frag")
        self._screen = program(context, "screen.vert", "glow.frag")
        self._screen["u_spread"] = 1
        self._screen["u_glow"] = strength
        self._blurred = context.vertex_array(self._blur, [])
        self._screened = context.vertex_array(self._screen, [])
        self._small: list[moderngl.Framebuffer] = []

    def resize(self, size: tuple[int, int]) -> None:
        self.release()
        reduced = max(size[0] // REDUCE, 1), max(size[1] // REDUCE, 1)
        for _ in range(2):
            texture = self._context.texture(reduced, 4)
            texture.repeat_x = texture.repeat_y = False
            self._small.append(self._context.framebuffer([texture]))

    def apply(self, picture: moderngl.Texture, to: moderngl.Framebuffer) -> None:
        """Draw `picture` with its glow into `to`, which has the same size. `picture` gets mipmaps."""
        self._context.disable(moderngl.DEPTH_TEST)
        first, second = self._small
        # Mipmaps average all pixels on the way down, so that small sparks don't flicker.
        picture.build_mipmaps(0, 3)
        picture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        across, down = 1.0 / first.width, 1.0 / first.height
        source: moderngl.Texture = picture
        for target, step in ((first, (across, 0.0)), (second, (0.0, down))):
            target.use()
            source.use(0)
            self._blur["u_step"] = step
            self._blurred.render(moderngl.TRIANGLES, vertices=3)
            attachment = target.color_attachments[0]
            assert isinstance(attachment, moderngl.Texture)
            source = attachment
        to.use()
        picture.use(0)
        source.use(1)
        self._screened.render(moderngl.TRIANGLES, vertices=3)

    def release(self) -> None:
        for buffer in self._small:
            for attachment in buffer.color_attachments:
                attachment.release()
            buffer.release()
        self._small = []
