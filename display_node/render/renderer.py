"""Draws a Scene at a time. Take it once with `show`, then `draw(t)` for as long as you like."""

import math
from collections.abc import Callable
from weakref import WeakKeyDictionary

import moderngl
import numpy as np

from common.bitmap import BLANK, SIDE, Bitmap
from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.boxes import BoxShader, GpuBatch, span
from display_node.render.camera import FrameBlock, Pose
from display_node.render.easing import glide
from display_node.render.framing import scrim
from display_node.render.glow import Glow
from display_node.render.layout import Layout, layout
from display_node.render.overlay import Overlay
from display_node.render.palette import SAND, Palette
from display_node.render.target import Target
from display_node.render.text import GpuText, TextLayer
from display_node.scene import Batch, Scene
from display_node.tiling import Portion, Size, alone

FRAME_BYTES = 24 * 4
BLEND = 1.3
"""Seconds in which the camera goes from where it was in the last scene to where the new one wants it."""
DIP = 0.5
"""Seconds in which the light comes back after a change of scene."""


class Renderer:
    """One per GL context. Everything that it draws is a function of the scene, the time and the size."""

    def __init__(
        self,
        context: moderngl.Context,
        size: Size,
        language: Language,
        atlas: Atlas,
        *,
        samples: int = 4,
        palette: Palette = SAND,
        captions: bool = True,
        portion: Callable[[Size], Portion] = alone,
    ) -> None:
        """`size` in pixels is what is shown, and `portion` says which part of the whole picture that is."""
        self._context, self._samples, self._palette = context, samples, palette
        self._glow = Glow(context, palette.glow)
        self._portion = portion
        self.target = Target(context, self._glow, portion(size), samples)
        self._boxes = BoxShader(context, palette)
        self._text = TextLayer(context, atlas)
        self._language = language
        self._frame, self._block = context.buffer(reserve=FRAME_BYTES), FrameBlock()
        self._live = context.texture((SIDE * SIDE, 1), 1, dtype="f4")
        self.set_live(BLANK)
        self._batches: list[tuple[float, float, Batch]] = []
        self._uploaded: dict[Batch, GpuBatch] = {}
        self._labels: GpuText | None = None
        self._overlay = Overlay(self._text, captions)
        self._prepared: WeakKeyDictionary[Scene, Layout] = WeakKeyDictionary()
        self.scene: Scene | None = None
        self._layout: Layout | None = None
        self._leaving: Pose | None = None
        self._pose: Pose | None = None

    def prepare(self, scene: Scene) -> None:
        """Compose what `show` will need, so that the frame that takes the scene only uploads.

        May be called from any thread; without it, or after a change of size or language, `show` does it.
        """
        self._prepared[scene] = self._compose(scene)

    def show(self, scene: Scene) -> None:
        """Take this scene from now on; the last one's buffers are given back.

        A batch is uploaded when it is first drawn: most of a tour's come later, none has to be waited for.
        """
        self._release_scene()
        self.scene = scene
        self._batches = [(*span(batch), batch) for batch in scene.batches]
        self._leaving = self._pose
        self._lay_out()

    def set_live(self, bitmap: Bitmap) -> None:
        """The picture on the visitor's canvas, for batches that are live."""
        self._live.write(bitmap.unit.tobytes())

    def set_language(self, language: Language) -> None:
        self._language = language
        self._lay_out()

    def set_captions(self, shown: bool) -> None:
        """Words and legend on the screen, or none: the silent form."""
        self._overlay.captions = shown

    def resize(self, size: Size) -> None:
        """Compose anew for another window; a minimised window keeps the last size."""
        if size != self.target.size and min(size) > 0:
            self.target.release()
            self.target = Target(self._context, self._glow, self._portion(size), self._samples)
            self._lay_out()

    def draw(self, t: float, since: float = math.inf, light: float = 1.0) -> int:
        """Draw the scene at `t` seconds into the target; returns how many instances were alive.

        `since` is how long the scene has been on the wall: within the first moments the light and the
        camera come over from the scene before. `light` 0…1 dims everything.
        """
        self.target.use()
        # In a window others may have bound their own; both are set every frame, and cost next to nothing.
        self._context.enable_only(moderngl.DEPTH_TEST)
        self._context.clear(*self._palette.room, 1.0)
        if self.scene is None or self._layout is None:
            return 0
        t = self.scene.clamp(t)
        pose = self._layout.track.pose(t)
        fade = light
        if since < BLEND and self._leaving is not None:
            pose = self._leaving.toward(pose, glide(since / BLEND))
            fade *= 0.25 + 0.75 * glide(since / DIP)
        self._pose = pose
        self._frame.write(self._block.pack(pose, self._layout.aspect, t, fade))
        self._frame.bind_to_uniform_block(0)
        alive = 0
        for begin, end, batch in self._batches:
            if begin <= t < end:
                alive += (self._uploaded.get(batch) or self._upload(batch)).draw(t)
        if self._labels is not None:
            self._text.draw(self._labels, on_screen=False)
        self._overlay.draw(t)
        return alive

    def finish(self, screen: moderngl.Framebuffer | None = None) -> None:
        """Complete the frame, in the window's framebuffer too where there is one."""
        self.target.finish(screen)

    def image(self) -> np.ndarray:
        """(height, width, 3) uint8 of the last finished frame."""
        return self.target.read()

    def release(self) -> None:
        """Give back what the scene and the target hold."""
        self._release_scene()
        self.target.release()

    def _compose(self, scene: Scene) -> Layout:
        return layout(scene, self._text.atlas, self._palette, self._language, self.target.portion)

    def _lay_out(self) -> None:
        """What depends on the aspect ratio or on the language."""
        if self.scene is None:
            return
        portion = self.target.portion
        wanted = self._language, portion.aspect, portion.gaps
        made = self._prepared.get(self.scene)
        if made is None or (made.language, made.aspect, made.gaps) != wanted:
            made = self._prepared[self.scene] = self._compose(self.scene)
        self._layout = made
        self._boxes.scrim.value = self._text.scrim.value = tuple(
            height * portion.whole[1] - self.target.below for height in scrim(portion.aspect)
        )
        if self._labels is not None:
            self._labels.release()
        self._labels = self._text.upload(made.labels)
        self._overlay.take(made)

    def _upload(self, batch: Batch) -> GpuBatch:
        made = self._uploaded[batch] = GpuBatch(self._boxes, batch, self._live)
        return made

    def _release_scene(self) -> None:
        for batch in self._uploaded.values():
            batch.release()
        self._overlay.release()
        if self._labels is not None:
            self._labels.release()
        self._batches, self._uploaded, self._labels = [], {}, None
