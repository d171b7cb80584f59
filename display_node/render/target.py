"""Where frames are drawn: an off-screen framebuffer, anti-aliased, that can be shown, read or both."""

from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from common.errors import GraphicsError
from display_node.render.glow import REACH, REDUCE, Glow
from display_node.tiling import Portion, Size

Image = npt.NDArray[np.uint8]

BACKENDS: tuple[dict[str, Any], ...] = ({"backend": "egl"}, {})


def headless() -> moderngl.Context:
    """A GL 3.3 context without a window, through EGL (on macOS and Windows the system's own way)."""
    errors = []
    for options in BACKENDS:
        try:
            return moderngl.create_context(require=330, standalone=True, **options)
        except Exception as error:  # the loaders raise whatever their platform raises
            errors.append(str(error) or type(error).__name__)
    raise GraphicsError(
        f"no OpenGL 3.3 without a window ({'; '.join(errors)}): install libegl1 libgl1 libgl1-mesa-dri"
    )


class Target:
    """For one portion of a picture; `samples` of multisampling, 0 for none.

    The viewport is the whole picture's, and reaches beyond what is drawn of it: so every vertex is where it
    is in the whole, to the bit, and no shader, camera or word knows of tiles. What is drawn is a little more
    than what is shown, since light spreads from there too.
    """

    def __init__(self, context: moderngl.Context, glow: Glow, portion: Portion, samples: int) -> None:
        self._context = context
        self.portion = portion
        _fits(context, portion)
        # Drivers offer powers of two.
        samples = 1 << max(min(samples, context.max_samples), 1).bit_length() - 1
        (left, self.below), size = portion.around(REACH, REDUCE)
        self._picture = context.texture(size, 4)
        self._resolved = context.framebuffer([self._picture], context.depth_renderbuffer(size))
        self._finished = context.framebuffer([context.renderbuffer(portion.size, 4)])
        self._glow = glow
        glow.resize(size, (portion.corner[0] - left, portion.corner[1] - self.below))
        self._drawn = self._resolved
        if samples > 1:
            self._drawn = context.framebuffer(
                [context.renderbuffer(size, 4, samples=samples)],
                context.depth_renderbuffer(size, samples=samples),
            )
        self._drawn.viewport = (-left, -self.below, *portion.whole)

    @property
    def size(self) -> Size:
        """Of what is shown."""
        return self.portion.size

    def use(self) -> None:
        self._drawn.use()

    def finish(self, screen: moderngl.Framebuffer | None = None) -> None:
        """Resolve the samples, add the glow, and copy it to the window's framebuffer where there is one."""
        if self._drawn is not self._resolved:
            self._context.copy_framebuffer(self._resolved, self._drawn)
        self._glow.apply(self._picture, self._finished)
        if screen is not None:
            self._context.copy_framebuffer(screen, self._finished)

    def read(self) -> Image:
        """(height, width, 3) uint8 of the last finished frame, top row first."""
        width, height = self.size
        data = np.frombuffer(self._finished.read(components=3, alignment=1), np.uint8)
        return np.ascontiguousarray(data.reshape(height, width, 3)[::-1])

    def release(self) -> None:
        buffers = {id(buffer): buffer for buffer in (self._drawn, self._resolved, self._finished)}
        for buffer in buffers.values():
            for attachment in (*buffer.color_attachments, buffer.depth_attachment):
                if attachment is not None:
                    attachment.release()
            buffer.release()


def _fits(context: moderngl.Context, portion: Portion) -> None:
    """Drivers would cut a viewport that is too large for them, without a word."""
    if portion.whole == portion.size:
        return
    (wide, high), (most_wide, most_high) = portion.whole, context.info["GL_MAX_VIEWPORT_DIMS"]
    if wide > most_wide or high > most_high:
        raise GraphicsError(
            f"all tiles together are {wide}x{high} pixels; this driver draws {most_wide}x{most_high} at most:"
            " use smaller pictures (size) or fewer tiles"
        )
