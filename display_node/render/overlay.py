"""What stands on the screen, before the space: captions, legend and progress."""

from display_node.render.layout import Layout
from display_node.render.text import GpuText, TextLayer


class Overlay:
    """`take` a layout; then `draw` at any time."""

    def __init__(self, layer: TextLayer, captions: bool) -> None:
        self._layer = layer
        self.captions = captions
        self._spoken: list[tuple[float, float, GpuText]] = []
        self._legend: GpuText | None = None
        self._progress: GpuText | None = None

    def take(self, layout: Layout) -> None:
        """Instead of the last one, which is given back."""
        self.release()
        upload = self._layer.upload
        self._spoken = [(spoken.begin, spoken.end, upload(spoken.glyphs)) for spoken in layout.spoken]
        self._legend, self._progress = upload(layout.legend), upload(layout.progress)

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
