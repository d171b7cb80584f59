"""The view: a session on a pygame surface. Each region is drawn again only when what it shows changed."""

from collections.abc import Callable

import numpy as np
import pygame

from common.bitmap import Bitmap
from input_node import panels, pictures
from input_node.canvas import Area
from input_node.layout import Layout, Rect
from input_node.saying import Said, said, warmth
from input_node.session import Session
from input_node.shapes import INK, PAPER, ROOM, SAND, mix, round_off
from input_node.station import AGAIN_AFTER, SOON_AFTER, Phase, Screen, Station
from input_node.texts import Texts
from input_node.typeface import Paragraph, write

RISE = 0.8
"""Seconds in which the bars rise."""
WARM = 1.6
"""Seconds in which the ink of a drawing that was recognised turns to sand."""
FADE = 0.4
"""Seconds in which words and a picture come up."""
PICTURE_RATE = 20
"""Pictures a second."""
TOLD = (Screen.TOUR, Screen.WHY)
"""Those that tell the wall's chapter."""
PICTURED = (Screen.SOON, Screen.NEXT, Screen.TOUR, Screen.WHY)
INK_BUDGET = 2e8
"""Pixels' worth of ink points drawn per frame, so that a redraw at 4K does not hold up the pen."""
FEWEST_POINTS = 24

_Sign = tuple[tuple[str, ...], float | None, tuple[float, ...] | None]
"""Words, the fraction of a tour, and where its chapters begin if they are to be seen."""


class View:
    """`draw` returns the regions to present; none when nothing changed."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def resize(self, surface: pygame.Surface, made: Layout) -> None:
        """Begin again on another surface."""
        self.layout = made
        self._surface = surface
        self._shown: dict[str, object] = {}
        side = made.canvas.width
        # The ink's coverage is the pixel; the palette makes it a colour while it is copied.
        self._paper = pygame.Surface((side, side), depth=8)
        self._radius = max(6, side // 40)
        surface.fill(ROOM)

    def draw(
        self, session: Session, sight: Bitmap, now: float, reachable: bool, pressed: str | None
    ) -> list[pygame.Rect]:
        """`sight`: the bitmap to show; `pressed`: the name of the button that is held down."""
        state, made = session.state, self.layout
        screen = state.screen(now)
        changed = [self._canvas(session, now), self._turn(screen in PICTURED)]
        words = said(state, now, self._texts, empty=session.empty, reachable=reachable)
        place = made.story[0] if screen in PICTURED else made.message
        entered = _entered(state, screen)
        seen = round(min((now - entered) / FADE, 1.0) * 8) / 8
        changed.append(self._region("message", place, (words, seen), self._draw_message))
        if screen in PICTURED:
            chapter = state.tour.chapter if state.tour and screen in TOLD else ""
            frame = int((now - entered) * PICTURE_RATE) / PICTURE_RATE
            picture = chapter, frame, seen, sight
            changed.append(self._region("picture", made.story[1], picture, self._draw_picture))
        else:
            changed += self._reading(state, screen, sight, now)
        sign = self._sign(state, screen, now, reachable, session.sender.wall)
        changed.append(self._region("sign", made.sign, sign, self._draw_sign))
        drawing, leaving = screen is Screen.DRAW, state.leaving(now)
        for name, area, enabled, label, main in (
            (
                "predict",
                made.predict,
                leaving or (drawing and not session.empty),
                "again" if leaving else "predict",
                not leaving or screen is Screen.AGAIN,
            ),
            ("undo", made.undo, state.phase is not Phase.ANSWERED and not session.empty, "undo", False),
            ("clear", made.clear, not session.empty, "clear", False),
        ):
            key = (label, main, enabled, pressed == name and enabled)
            changed.append(self._region(name, area, key, self._draw_button))
        return [area for area in changed if area]

    def _reading(self, state: Station, screen: Screen, sight: Bitmap, now: float) -> list[pygame.Rect | None]:
        """The bitmap that the network gets, and the bars: empty, waiting, or risen."""
        made = self.layout
        revealed = state.revealed if state.answer else None
        grown = 0.0 if revealed is None else _rise((now - revealed) / RISE)
        wave = round((now - state.since) * 30) / 30 + 1 / 30 if screen is Screen.READ else 0.0
        answer = None if revealed is None else state.answer
        return [
            self._region("sight", made.sight, sight, panels.sight),
            self._region("caption", made.caption, made, self._draw_caption),
            self._region("bars", made.bars, (answer, round(grown * 200) / 200, wave), self._draw_bars),
        ]

    def _turn(self, picture: bool) -> pygame.Rect | None:
        """Story and reading share their place: whichever comes finds it empty."""
        if self._shown.get("turned", False) == picture:
            return None
        for name in ("message", "sight", "caption", "bars", "picture"):
            self._shown.pop(name, None)
        self._shown["turned"] = picture
        made = self.layout
        return self._surface.fill(ROOM, pygame.Rect(made.message.tuple).union(made.panel.tuple))

    def _sign(self, state: Station, screen: Screen, now: float, reachable: bool, wall: str | None) -> _Sign:
        """What the quiet line says: no wall, how far the tour is, that the wall is free, or which it is."""
        tour = state.tour if state.touring(now) else None
        if not reachable:
            return self._texts.say("no_wall"), None, None
        if tour is None:
            if screen is Screen.AGAIN:
                return self._texts.say("free"), None, None
            return (self._texts.say("answers", wall=wall) if wall else ()), None, None
        shown = round(tour.shown(now) * self.layout.sign.width) / self.layout.sign.width
        if screen is Screen.TOUR:
            return (), shown, (*tour.ticks, *tour.ahead(state.route))
        return self._texts.sign(tour.chapter), shown, None

    def _region(
        self, name: str, place: Rect, shows: object, paint: Callable[..., None]
    ) -> pygame.Rect | None:
        if self._shown.get(name) == shows:
            return None
        self._shown[name] = shows
        area = pygame.Rect(place.tuple)
        self._surface.fill(ROOM, area)
        self._surface.set_clip(area)
        paint(self._surface, area, shows)
        self._surface.set_clip(None)
        return area

    def _canvas(self, session: Session, now: float) -> pygame.Rect | None:
        side = session.canvas.side
        dirty: Area | None = session.draw(max(FEWEST_POINTS, round(INK_BUDGET / side**2)))
        if self._shown.get("canvas") != session.empty:
            self._shown["canvas"] = session.empty
            dirty = (0, 0, side, side)
        if self._shown.get("warm") != (warm := _warm(session.state, now)):
            self._shown["warm"] = warm
            self._paper.set_palette([mix(PAPER, mix(INK, SAND, warm), level / 255) for level in range(256)])
            dirty = (0, 0, side, side)
        if dirty is None or dirty[0] >= dirty[2] or dirty[1] >= dirty[3]:
            return None
        left, top, right, bottom = dirty
        levels = session.canvas.ink[top:bottom, left:right].T * np.float32(255) + np.float32(0.5)
        pixels = pygame.surfarray.pixels2d(self._paper)
        pixels[left:right, top:bottom] = levels.astype(np.uint8)
        del pixels  # it locks the surface
        whole = pygame.Rect(self.layout.canvas.tuple)
        area = pygame.Rect(left, top, right - left, bottom - top)
        self._surface.blit(self._paper, area.move(whole.topleft), area)
        if session.empty:
            self._invite(whole)
        round_off(self._surface, whole, self._radius)
        return area.move(whole.topleft)

    def _invite(self, canvas: pygame.Rect) -> None:
        size = max(14, canvas.width // 22)
        colour = mix(PAPER, INK, 0.4)
        words = [Paragraph(text, size, colour, False, 0.1, 1) for text in self._texts.say("here")]
        write(self._surface, words, canvas.inflate(-canvas.width // 4, 0), centre=True)

    def _draw_message(self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[Said, float]) -> None:
        panels.message(surface, area, self.layout.text, shows[0])
        panels.veil(surface, area, shows[1])

    def _draw_picture(
        self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[str, float, float, Bitmap]
    ) -> None:
        chapter, t, seen, sight = shows
        pictures.draw(surface, area, chapter, t, sight)
        panels.veil(surface, area, seen)

    def _draw_caption(self, surface: pygame.Surface, area: pygame.Rect, _: object) -> None:
        panels.caption(surface, area, self._texts.say("caption"), round(area.height * 0.5))

    def _draw_bars(self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[object, ...]) -> None:
        panels.bars(surface, area, *shows)  # type: ignore[arg-type]

    def _draw_sign(self, surface: pygame.Surface, area: pygame.Rect, shows: _Sign) -> None:
        words, shown, ticks = shows
        if shown is not None and ticks is not None:
            panels.progress(surface, area, shown, ticks)
        elif words:
            panels.sign(surface, area, words, shown)

    def _draw_button(
        self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[str, bool, bool, bool]
    ) -> None:
        label, main, enabled, pressed = shows
        panels.button(surface, area, self._texts.say(label), main=main, enabled=enabled, pressed=pressed)


def _entered(state: Station, screen: Screen) -> float:
    """When what is told now began."""
    if screen is Screen.TOUR and state.tour:
        return state.tour.entered
    if screen in (Screen.SOON, Screen.NEXT):
        return state.since + SOON_AFTER
    if screen is Screen.WHY and state.tour and state.revealed is not None:
        return max(state.tour.entered, state.revealed + AGAIN_AFTER)
    return state.revealed if state.revealed is not None else 0.0


def _warm(state: Station, now: float) -> float:
    """The part of sand in the ink, in twelve steps."""
    if state.answer is None or state.revealed is None:
        return 0.0
    return warmth(state.answer) * round(_rise((now - state.revealed) / WARM) * 12) / 12


def _rise(part: float) -> float:
    """Ease out: starts fast, ends still (cubic)."""
    return 1 - (1 - min(max(part, 0.0), 1.0)) ** 3
