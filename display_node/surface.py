"""Where frames go: a window, or nowhere but memory. Both look the same to the wall's loop."""

import time
from typing import Protocol

import moderngl

from display_node.render.target import headless
from display_node.tiling import Size


class Surface(Protocol):
    context: moderngl.Context

    @property
    def size(self) -> Size:
        """Of the picture, in pixels; may change from frame to frame."""

    @property
    def screen(self) -> moderngl.Framebuffer | None:
        """What the finished frame is copied to, None where there is no window."""

    def poll(self) -> bool:
        """Deal with what the window system wants; False when somebody closed the window."""

    def present(self) -> None:
        """Show the frame, and wait until it is time for the next."""

    def close(self) -> None: ...


class Headless:
    """No window. `present` keeps the pace of `frame_rate`, so that an idle wall does not burn a core.

    It waits for the frame, as a window's swap does: otherwise a software rasteriser that is slower than the
    frame rate is given frame after frame, and keeps the triangles of each (Mesa: up to 64 times 36 MB).
    """

    screen = None

    def __init__(self, size: Size, frame_rate: int) -> None:
        self.context = headless()
        self.size = size
        self._interval = 1.0 / frame_rate
        self._due = time.monotonic()

    def poll(self) -> bool:
        return True

    def present(self) -> None:
        self.context.finish()
        now = time.monotonic()
        self._due = max(self._due + self._interval, now)
        time.sleep(self._due - now)

    def close(self) -> None:
        self.context.release()
