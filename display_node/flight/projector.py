"""The picture that was on the wall at any time, drawn again: the same pixels on the same rasteriser."""

import math
import sys
from dataclasses import fields
from pathlib import Path

from common import __version__, fonts
from common.config import make
from common.errors import ConfigError, DataError, GraphicsError, plain
from common.paths import cache_folder
from display_node.flight.records import Decided, Header
from display_node.flight.stagehand import Stagehand, find_weights
from display_node.flight.tape import Tape
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.palette import find_theme
from display_node.render.renderer import BLEND, Renderer
from display_node.render.target import Image
from display_node.scene import Scene
from display_node.settings import SMALLEST, Settings
from display_node.surface import Surface
from display_node.tiling import parse_tile

DEEPEST = 16
"""Scenes back to which a camera's swing is followed."""


def machine(surface: Surface) -> str:
    """What draws, and with which font: on another one the pictures may differ in a bit."""
    return f"{surface.context.info['GL_RENDERER']}, {fonts.latin()}"


def settings_of(header: Header) -> Settings:
    """The wall's settings at the time; what this version does not know of is left out."""
    known = {field.name for field in fields(Settings)}
    return make(
        Settings, {key: value for key, value in header.settings.items() if key in known}, "the recording"
    )


class Projector:
    """Draws on `surface`, which should have the size that was recorded."""

    def __init__(self, tape: Tape, surface: Surface, weights: Path | None = None) -> None:
        self._tape, self._surface = tape, surface
        header = tape.run.header
        settings = settings_of(header)
        self._stagehand = Stagehand(find_weights(header.weights, weights, settings.weights), settings)
        self._language = Language("en")
        self._renderer = Renderer(
            surface.context,
            tape.decision(0).size,
            self._language,
            _atlas(tape.glyphs),
            samples=settings.samples,
            palette=find_theme(settings.theme),
            portion=parse_tile(settings.tile, settings.bezel).portion,
        )
        self._turn: int | None = None
        self._swung = False
        _warn(header, machine(surface))

    def draw(self, at: float) -> tuple[Decided, Scene]:
        """Draw the instant `at`, monotonic seconds of the recording; what was decided then, and its scene."""
        index = self._tape.index(at)
        self._bring(index, at)
        decided = self._tape.decision(index)
        self._renderer.set_captions(decided.captions)
        self._renderer.set_live(self._tape.canvas(at))
        since = math.inf if decided.left is None else at - decided.since
        light = 0.0 if decided.blackout else 1.0
        self._renderer.draw(decided.clock.show(at), since, light)
        self._renderer.finish(self._surface.screen)
        assert self._renderer.scene is not None
        return decided, self._renderer.scene

    def picture(self, at: float) -> Image:
        """(height, width, 3) uint8."""
        self.draw(at)
        return self._renderer.image()

    def close(self) -> None:
        self._renderer.release()

    def _bring(self, index: int, at: float, depth: int = 0) -> None:
        """Put the scene of decision `index` on, with the camera coming from where it came from."""
        decided = self._tape.decision(index)
        swings = decided.left is not None and at - decided.since < BLEND
        if self._turn != decided.turn or (swings and not self._swung):
            before = self._tape.before(index) if swings and depth < DEEPEST else None
            if before is not None and decided.left is not None:
                self._bring(before, decided.left, depth + 1)
                self._pose(before, decided.left)
            assert decided.act is not None
            self._dress(decided)
            self._renderer.show(self._stagehand.scene(decided.act))
            self._turn, self._swung = decided.turn, before is not None
        else:
            self._dress(decided)

    def _pose(self, index: int, at: float) -> None:
        """Draw nothing that anybody sees: the renderer then knows where the camera is."""
        decided = self._tape.decision(index)
        self._renderer.draw(decided.clock.show(at), math.inf if decided.left is None else at - decided.since)

    def _dress(self, decided: Decided) -> None:
        if min(decided.size) < min(SMALLEST, 2):
            raise DataError(f"a picture of {decided.size[0]}x{decided.size[1]} cannot be drawn")
        if decided.language != self._language.wanted:
            try:
                self._language = Language(decided.language)
            except ConfigError as error:
                raise DataError(f"the recording speaks what this version cannot: {error}") from None
            self._renderer.set_language(self._language)
        self._renderer.resize(decided.size)


def _atlas(glyphs: str) -> Atlas:
    """With the same glyphs in the same places: what is interpolated depends on them in its last bit."""
    font = fonts.latin()
    if font is None:
        raise GraphicsError(fonts.ADVICE)
    kept = Atlas(font, cache_folder())
    if kept.order()[: len(glyphs)] == glyphs:
        return kept
    made = Atlas(font)
    made.glyphs(glyphs)
    return made


def _warn(header: Header, here: str) -> None:
    if header.version != __version__:
        said = f"recorded by version {plain(header.version, 40)}, this is {__version__}"
        print(f"sandglass: {said}: pictures may differ", file=sys.stderr)
    if header.machine != here:
        print(f"sandglass: drawn by {plain(header.machine)} then, by {here} now", file=sys.stderr)
