"""The window: SDL's events in, pictures out. The only file that asks for the time while it runs."""

import contextlib
import json
import os
import threading
import time
from typing import Any

os.environ |= {
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",  # stdout is for programs
    # Without these two SDL reports each touch twice, once as a mouse.
    "SDL_TOUCH_MOUSE_EVENTS": "0",
    "SDL_MOUSE_TOUCH_EVENTS": "0",
    "SDL_MOUSE_FOCUS_CLICKTHROUGH": "1",
    "SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS": "0",
    "SDL_NO_SIGNAL_HANDLERS": "1",
    # Copy changed rectangles, not a texture of the whole window: at 4K, 54 frames a second, not 7,
    # measured on X11 with a software rasteriser.
    "SDL_FRAMEBUFFER_ACCELERATION": "0",
}

import pygame  # SDL reads its settings while it is loaded

from common.bitmap import BLANK, Bitmap
from common.errors import GraphicsError
from common.health import Heartbeat, HttpDoor, health_page
from common.heap import give_back
from common.oscquery import Tree, readings
from common.state_wire import CONTAINERS, STATION
from input_node import texts
from input_node.joining import Place
from input_node.layout import layout
from input_node.pointers import Pointers
from input_node.record import Record
from input_node.sender import Sender
from input_node.session import Session
from input_node.settings import SMALLEST, Settings
from input_node.view import View

FRAMES = 60
"""A second."""
PRESENT_EVERY = 0.5
"""Seconds after which an unchanged picture is presented again: health counts presented frames."""
SIGHT_SHARE = 4.0
"""The live 32×32 takes at most one part in this many of the time, however long the drawing."""
MOUSE = "mouse"

KEYS = {
    pygame.K_RETURN: "predict",
    pygame.K_KP_ENTER: "predict",
    pygame.K_BACKSPACE: "undo",
    pygame.K_ESCAPE: "clear",
    pygame.K_DELETE: "clear",
}


def run(settings: Settings, sender: Sender, stop: threading.Event, place: Place) -> int:
    """Open the window and serve visitors until `stop` is set or someone closes it."""
    spoken = texts.load(settings.language)
    record = Record(settings.record) if settings.record else None
    heart = Heartbeat()
    window = _Window(settings)
    try:
        now = time.monotonic()
        session = Session(sender, window.layout.canvas.width, now, record.append if record else None)

        def values() -> dict[str, Any]:
            now = time.monotonic()
            age = heart.age(now)
            return {**status(), "frame_rate": heart.rate(now), "frame_age": -1.0 if age is None else age}

        def status() -> dict[str, Any]:
            reachable = sender.reachable(time.monotonic())
            return {
                "role": "input",
                "station": place.name,
                "display": settings.display,
                "reachable": reachable,
                "phase": session.state.phase.name.lower(),
                "busy": sender.busy,
                "size": list(window.layout.size),
                "counters": sender.counters.snapshot(),
                "dropped_by_source": sender.counters.sources(),
                **place.status(time.monotonic()),
            }

        pages = {"/health": health_page(heart, time.monotonic, status)}
        tree = Tree(readings(STATION), values, {"NAME": "Sandglass station"}, CONTAINERS)
        door = HttpDoor(settings.http_host, settings.http_port, pages, tree, sender.counters)
        place.open((settings.http_host, door.port))
        try:
            window.serve(session, View(spoken), heart, stop, door.port)
        finally:
            door.close()
    finally:
        pygame.quit()
    return 0


class _Window:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        if settings.headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        try:
            pygame.display.init()
            if pygame.display.get_driver() == "offscreen" and "SDL_VIDEODRIVER" not in os.environ:
                raise pygame.error("no screen found")  # SDL would draw where nobody sees it
            pygame.font.init()
            pygame.display.set_caption("Sandglass")
            self._open()
        except pygame.error as error:
            raise GraphicsError(
                f"cannot open a window: {error}; is there a screen (DISPLAY)? --headless runs without one"
            ) from None

    def _open(self) -> None:
        if self._settings.fullscreen:
            pygame.display.set_mode(pygame.display.get_desktop_sizes()[0], pygame.FULLSCREEN)
        else:
            pygame.display.set_mode(self._settings.window, pygame.RESIZABLE)
        self._relay()

    def _relay(self) -> None:
        self.surface = pygame.display.get_surface()
        self._size = width, height = self.surface.get_size()
        self.layout = layout(max(width, SMALLEST), max(height, SMALLEST), self._settings.left_handed)

    def serve(
        self, session: Session, view: View, heart: Heartbeat, stop: threading.Event, http_port: int
    ) -> None:
        self._pointers = Pointers(session)
        self._session = session
        view.resize(self.surface, self.layout)
        clock = pygame.time.Clock()
        presented = 0.0
        sight, sight_due = BLANK, 0.0
        sight_revision = session.pen.revision
        while not stop.is_set():
            now = time.monotonic()
            whole = False
            for event in pygame.event.get():
                # In its turn: what a hand did before is about the old layout.
                if event.type == pygame.WINDOWSIZECHANGED:
                    whole |= self._follow_size(session, view)
                elif event.type == pygame.QUIT or not self._handle(event, now):
                    return
            whole |= self._follow_size(session, view)  # a display that came back says nothing
            session.tick(now)
            if sight_revision != session.pen.revision and (now >= sight_due or session.empty):
                sight, sight_revision = self._see(session), session.pen.revision
                sight_due = now + (time.monotonic() - now) * SIGHT_SHARE
                if session.empty:
                    give_back()  # what the last drawing took
            reachable = session.sender.reachable(now)
            changed = view.draw(session, sight, now, reachable, self._pointers.pressed)
            if whole or not presented or now - presented >= PRESENT_EVERY:
                pygame.display.flip()
            elif changed:
                pygame.display.update(changed)
            if whole or changed or now - presented >= PRESENT_EVERY:
                if not presented:
                    _announce(http_port, self.surface.get_size())
                presented = now
                heart.beat(now)
            clock.tick(FRAMES)

    def _see(self, session: Session) -> Bitmap:
        return BLANK if session.empty else session.framed

    def _follow_size(self, session: Session, view: View) -> bool:
        """Lay everything out again if the window has another size, or a display came back."""
        if self._settings.fullscreen:
            sizes = pygame.display.get_desktop_sizes()
            if sizes and sizes[0] != self.surface.get_size():
                with contextlib.suppress(pygame.error):  # between two monitors there may be none
                    self._open()
        surface = pygame.display.get_surface()
        if surface.get_size() == self._size and surface is self.surface:
            return False
        self._relay()
        session.canvas.resize(self.layout.canvas.width)
        view.resize(self.surface, self.layout)
        return True

    def _handle(self, event: pygame.event.Event, now: float) -> bool:
        """False to end."""
        pointers, made = self._pointers, self.layout
        if event.type in (pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP):
            width, height = self._size
            contact, x, y = event.finger_id, event.x * width, event.y * height
            if event.type == pygame.FINGERDOWN:
                pygame.mouse.set_visible(False)
                pointers.down(made, contact, x, y, now)
            elif event.type == pygame.FINGERMOTION:
                pointers.move(made, contact, x, y, now)
            else:
                pointers.up(made, contact, x, y, now)
        elif event.type == pygame.MOUSEMOTION:
            pygame.mouse.set_visible(True)
            pointers.move(made, MOUSE, event.pos[0], event.pos[1], now)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            pointers.down(made, MOUSE, event.pos[0], event.pos[1], now)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == 1:
            pointers.up(made, MOUSE, event.pos[0], event.pos[1], now)
        elif event.type == pygame.WINDOWFOCUSLOST:
            pointers.release()
            self._session.pen.lift()
        elif event.type == pygame.KEYDOWN:
            return self._key(event, now)
        return True

    def _key(self, event: pygame.event.Event, now: float) -> bool:
        # Escape does not end it: in a gallery someone finds that key. Ctrl+Q does.
        control = event.mod & pygame.KMOD_CTRL
        if control and event.key == pygame.K_q:
            return False
        if control and event.key == pygame.K_z:
            self._pointers.act("undo", now)
        elif event.key in KEYS:
            self._pointers.act(KEYS[event.key], now)
        return True


def _announce(http_port: int, size: tuple[int, int]) -> None:
    print(json.dumps({"ready": True, "http_port": http_port, "size": list(size)}), flush=True)
