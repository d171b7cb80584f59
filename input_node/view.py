"""The view: a session on a pygame surface. Each region is drawn again only when what it shows changed."""

from collections.abc import Callable

import numpy as np
import pygame

from common.bitmap import Bitmap
from common.verdict import judge
from input_node import panels
from input_node.canvas import Area
from input_node.layout import Layout, Rect
from input_node.session import Session
from input_node.shapes import INK, PAPER, ROOM, mix, round_off
from input_node.station import Phase
from input_node.texts import Texts
from input_node.typeface import Paragraph, write

RISE = 0.8
"""Seconds in which the bars rise."""
INK_BUDGET = 2e8
"""Pixels' worth of ink points drawn per frame, so that a redraw at 4K does not hold up the pen."""
FEWEST_POINTS = 24


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
        self._paper.set_palette([mix(PAPER, INK, level / 255) for level in range(256)])
        self._radius = max(6, side // 40)
        surface.fill(ROOM)

    def draw(
        self, session: Session, sight: Bitmap, now: float, reachable: bool, pressed: str | None
    ) -> list[pygame.Rect]:
        """`sight`: the bitmap to show; `pressed`: the name of the button that is held down."""
        state, made = session.state, self.layout
        changed = [self._canvas(session)]
        phase, empty = state.phase, session.empty
        title, detail, digit = self._message(session, now, reachable)
        changed += [
            self._region("message", made.message, (title, detail, digit), self._draw_message),
            self._region("sight", made.sight, sight, panels.sight),
            self._region("caption", made.caption, made, self._draw_caption),
        ]
        grown = _rise((now - state.since) / RISE) if phase is Phase.ANSWERED else 0.0
        wave = round((now - state.since) * 30) / 30 + 1 / 30 if phase is Phase.WAITING else 0.0
        changed.append(
            self._region("bars", made.bars, (state.answer, round(grown * 200) / 200, wave), self._draw_bars)
        )
        tour = state.tour if state.touring(now) else None
        fraction = round(tour.fraction * made.sign.width) / made.sign.width if tour else None
        chapter = tour.chapter if tour else ""
        changed.append(self._region("sign", made.sign, (reachable, fraction, chapter), self._draw_sign))
        drawing = phase is Phase.DRAWING
        for name, area, enabled in (
            ("predict", made.predict, drawing and not empty),
            ("undo", made.undo, phase is not Phase.ANSWERED and not empty),
            ("clear", made.clear, not empty),
        ):
            key = (name, enabled, pressed == name and enabled)
            changed.append(self._region(name, area, key, self._draw_button))
        return [area for area in changed if area]

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

    def _canvas(self, session: Session) -> pygame.Rect | None:
        side = session.canvas.side
        dirty: Area | None = session.draw(max(FEWEST_POINTS, round(INK_BUDGET / side**2)))
        if self._shown.get("canvas") != session.empty:
            self._shown["canvas"] = session.empty
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

    def _message(
        self, session: Session, now: float, reachable: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
        """Title and detail in each language, and the digit to show large."""
        state, say = session.state, self._texts.say
        if state.phase is Phase.WAITING:
            return say("reading" if reachable else "waiting"), (), None
        if state.phase is Phase.DRAWING or state.answer is None:
            key = "hint" if state.hinting(now) else "invite" if session.empty else "ready"
            return say(key), (), None
        said = judge(state.answer.probabilities, state.answer.sure)
        words = say(said.kind, digit=said.digit, second=said.second)
        if said.kind == "strange":  # no large digit and no per cent: it must not look like an answer
            return words, say("closest", digit=said.digit), None
        return words, say("confidence", percent=said.percent), said.digit

    def _draw_message(self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[object, ...]) -> None:
        panels.message(surface, area, self.layout.text, *shows)  # type: ignore[arg-type]

    def _draw_caption(self, surface: pygame.Surface, area: pygame.Rect, _: object) -> None:
        panels.caption(surface, area, self._texts.say("caption"), round(area.height * 0.5))

    def _draw_bars(self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[object, ...]) -> None:
        panels.bars(surface, area, *shows)  # type: ignore[arg-type]

    def _draw_sign(
        self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[bool, float | None, str]
    ) -> None:
        reachable, fraction, chapter = shows
        if not reachable:
            panels.sign(surface, area, self._texts.say("no_wall"), None)
        elif fraction is not None:
            panels.sign(surface, area, self._texts.chapter(chapter), fraction)

    def _draw_button(self, surface: pygame.Surface, area: pygame.Rect, shows: tuple[str, bool, bool]) -> None:
        name, enabled, pressed = shows
        main = name == "predict"
        panels.button(surface, area, self._texts.say(name), main=main, enabled=enabled, pressed=pressed)


def _rise(part: float) -> float:
    """Ease out: starts fast, ends still (cubic)."""
    return 1 - (1 - min(max(part, 0.0), 1.0)) ** 3
