"""Where frames are drawn: an off-screen framebuffer, anti-aliased, that can be shown, read or both."""

from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from common.errors import GraphicsError
from display_node.render.glow import Glow

Size = tuple[int, int]
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
    """`size` (width, height) in pixels; `samples` of multisampling, 0 for none."""

    def __init__(self, context: moderngl.Context, glow: Glow, size: Size, samples: int) -> None:
        self._context = context
        self.size = size
        # Drivers offer powers of two.
        samples = 1 << max(min(samples, context.max_samples), 1).bit_length() - 1
        self._picture = context.texture(size, 4)
        self._resolved = context.framebuffer([self._picture], context.depth_renderbuffer(size))
        self._finished = context.framebuffer([context.renderbuffer(size, 4)])
        self._glow = glow
        glow.resize(size)
        self._drawn = self._resolved
        if samples > 1:
            self._drawn = context.framebuffer(
                [context.renderbuffer(size, 4, samples=samples)],
                context.depth_renderbuffer(size, samples=samples),
            )

    @property
    def aspect(self) -> float:
        return self.size[0] / self.size[1]

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
