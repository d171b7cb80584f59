"""What stands on the screen, before the space: captions, legend and progress."""

import math

from display_node.language import Language
from display_node.render.captions import caption
from display_node.render.legend import legend
from display_node.render.palette import Palette
from display_node.render.progress import progress
from display_node.render.text import GpuText, TextLayer
from display_node.scene import FOREVER, Scene


class Overlay:
    """`compose` once for a scene, a language and an aspect ratio; then `draw` at any time."""

    def __init__(self, layer: TextLayer, palette: Palette, captions: bool) -> None:
        self._layer, self._palette = layer, palette
        self.captions = captions
        self._spoken: list[tuple[float, float, GpuText]] = []
        self._legend: GpuText | None = None
        self._progress: GpuText | None = None

    def compose(self, scene: Scene, language: Language, aspect: float) -> None:
        self.release()
        atlas, palette = self._layer.atlas, self._palette
        for spoken in scene.captions:
            texts = language.say(spoken.key, spoken.values)
            end = spoken.until if spoken.until < scene.duration else math.inf
            made = caption(atlas, texts, aspect, spoken.time, min(end, FOREVER), palette, spoken.lift)
            self._spoken.append((spoken.time, end, self._layer.upload(made)))
        shown = legend(
            atlas, scene.legends, lambda key: language.say(key, {}), aspect, scene.duration, palette
        )
        self._legend = self._layer.upload(shown)
        self._progress = self._layer.upload(progress(scene, aspect, palette))

    def draw(self, t: float) -> None:
        """Over whatever is drawn already."""
        if self._progress is not None:
            self._layer.draw(self._progress, on_screen=True)
        if not self.captions:
            return
        if self._legend is not None:
            self._layer.draw(self._legend, on_screen=True)
        for begin, end, glyphs in self._spoken:
            if begin <= t < end:
                self._layer.draw(glyphs, on_screen=True)

    def release(self) -> None:
        for text in (self._legend, self._progress, *(glyphs for _, _, glyphs in self._spoken)):
            if text is not None:
                text.release()
        self._spoken, self._legend, self._progress = [], None, None
