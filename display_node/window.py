"""The wall's window, through pygame: full screen or not, on a chosen monitor, resized and re-plugged."""

import os
import warnings

import moderngl
import pygame
from pygame._sdl2.video import Window as SdlWindow

from common.errors import GraphicsError
from display_node.tiling import Size

QUIT = pygame.K_q
"""With Ctrl. Escape does nothing: a keyboard left plugged in must not end the show."""
INVISIBLE = ("offscreen", "dummy", "evdev")
"""SDL's drivers without a picture: it falls back to them without a word, unless they were asked for."""


class Window:
    """Implements `Surface`. A full-screen window goes back to full screen when displays come and go."""

    def __init__(self, size: Size, *, fullscreen: bool, monitor: int, frame_rate: int) -> None:
        os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
        self._fullscreen, self._frame_rate = fullscreen, frame_rate
        try:
            pygame.display.init()
            if pygame.display.get_driver() in INVISIBLE and "SDL_VIDEODRIVER" not in os.environ:
                raise GraphicsError("no screen: connect one, or use --headless")
            monitors = pygame.display.get_desktop_sizes()
            if monitor >= len(monitors):
                raise GraphicsError(f"no monitor {monitor}: there are {len(monitors)}, counted from 0")
            self._open(monitors[monitor] if fullscreen else size, monitor)
            self.context = moderngl.create_context(require=330)
        except pygame.error as error:
            raise GraphicsError(
                f"no window ({error}): is a screen connected? --headless needs none"
            ) from None
        except GraphicsError:
            raise
        except Exception as error:  # moderngl raises bare Exceptions
            raise GraphicsError(f"no OpenGL 3.3 in this window: {error}") from None
        self._window = SdlWindow.from_display_module()
        self._screen = self.context.detect_framebuffer(0)
        self._clock = pygame.time.Clock()
        pygame.mouse.set_visible(not fullscreen)

    def _open(self, size: Size, monitor: int) -> None:
        for name, value in (
            (pygame.GL_CONTEXT_MAJOR_VERSION, 3),
            (pygame.GL_CONTEXT_MINOR_VERSION, 3),
            (pygame.GL_CONTEXT_PROFILE_MASK, pygame.GL_CONTEXT_PROFILE_CORE),
            (pygame.GL_CONTEXT_FORWARD_COMPATIBLE_FLAG, 1),
        ):
            pygame.display.gl_set_attribute(name, value)
        flags = pygame.OPENGL | pygame.DOUBLEBUF | pygame.RESIZABLE
        if self._fullscreen:
            flags |= pygame.FULLSCREEN
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a driver without vsync; the clock keeps the pace then
                pygame.display.set_mode(size, flags, display=monitor, vsync=1)
        except pygame.error:
            pygame.display.set_mode(size, flags, display=monitor)
        pygame.display.set_caption("Sandglass")

    @property
    def size(self) -> Size:
        return pygame.display.get_window_size()

    @property
    def screen(self) -> moderngl.Framebuffer:
        return self._screen

    def poll(self) -> bool:
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return False
            if event.type == pygame.KEYDOWN and event.key == QUIT and event.mod & pygame.KMOD_CTRL:
                return False
            if self._fullscreen and event.type in _MOVED:
                self._window.restore()
                self._window.set_fullscreen(True)
        return True

    def present(self) -> None:
        pygame.display.flip()
        self._clock.tick(self._frame_rate)

    def close(self) -> None:
        pygame.display.quit()


_MOVED = (pygame.WINDOWDISPLAYCHANGED, pygame.WINDOWRESTORED, pygame.WINDOWMINIMIZED)
"""What a window hears when its monitor is unplugged, plugged in again, or its place has changed."""
