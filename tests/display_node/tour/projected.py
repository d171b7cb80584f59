"""Where the words of a scene are on the screen at any time: what glyphs.vert does, in numpy, for whole texts.

Rectangles are (left, bottom, right, top) in parts of the screen's height, from its lower left corner. They
hold the ink alone, without the field around it that a glyph's quad has.
"""

from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from display_node.language import Language
from display_node.render.atlas import EM, RECTANGLE, Atlas
from display_node.render.camera import Track, matrix
from display_node.render.captions import caption
from display_node.render.easing import ease
from display_node.render.framing import scrim
from display_node.render.labels import labels
from display_node.render.legend import legend
from display_node.render.palette import SAND
from display_node.render.signs import REACH
from display_node.render.text import Glyphs
from display_node.scene import Label, Scene

SEEN = 0.15
"""Part of its light from which a text counts as being there."""
SHADE = 0.10
"""What is left of a label's light where captions and legend stand: as in scrim.glsl."""

Floats = npt.NDArray[np.float64]


def capital(atlas: Atlas) -> float:
    """Height of a capital, ems."""
    (glyph,) = atlas.glyphs("H")
    return glyph.height - 2 * REACH / EM


def ink(glyphs: Glyphs) -> Floats:
    """(4,) the ems from its middle that a text covers."""
    quads = glyphs["offset_size"].astype(np.float64)
    quads = quads[quads[:, 2] > 0]
    low, high = quads[:, :2] + REACH / EM, quads[:, :2] + quads[:, 2:] - REACH / EM
    return np.concatenate([low.min(axis=0), high.max(axis=0)])


def _step(low: npt.ArrayLike, high: npt.ArrayLike, x: npt.ArrayLike) -> Floats:
    """GLSL's smoothstep."""
    low, high, x = np.asarray(low), np.asarray(high), np.asarray(x)
    part = np.clip((x - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    return np.asarray(part * part * (3 - 2 * part))


@dataclass
class Projected:
    """The labels of a scene on a screen of this aspect (width / height)."""

    scene: Scene
    atlas: Atlas
    aspect: float
    labels: tuple[Label, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.labels = self.scene.labels
        self._track = Track(self.scene.camera, self.aspect)
        glyphs = labels(self.atlas, self.labels, SAND)
        ends = np.cumsum([len(label.text) for label in self.labels])
        texts = np.split(glyphs, ends[:-1])
        first = np.array([text[0] for text in texts])
        self._ink = np.array([ink(text) for text in texts])
        self._at, self._birth = first["anchor_birth"][:, :3], first["anchor_birth"][:, 3]
        self._to, self._flight = first["to_flight"][:, :3], first["to_flight"][:, 3]
        self._em, self._death, self._come, self._go = first["look"].astype(np.float64).T
        self._light = first["colour_light"][:, 3]
        self._kept = -1.0, np.zeros((0, 4))

    @cached_property
    def still(self) -> npt.NDArray[np.bool_]:
        """Those that never fly."""
        return np.array([label.to is None for label in self.labels])

    def flying(self, t: float) -> npt.NDArray[np.bool_]:
        return np.asarray(~self.still & (t < self._birth + self._flight))

    def camera(self, t: float) -> Floats:
        """(4, 4), of column vectors."""
        return np.array(matrix(self._track.pose(t), self.aspect)).reshape(4, 4).T

    def place(self, points: npt.ArrayLike, t: float) -> Floats:
        """(n, 2) points of the space on the screen."""
        points = np.asarray(points, np.float64)
        seen = np.column_stack([points, np.ones(len(points))]) @ self.camera(t).T
        return (seen[:, :2] / seen[:, 3:] + 1) / 2 * (self.aspect, 1.0)

    def rectangles(self, t: float) -> Floats:
        """(n, 4) of all labels, there or not. Who asks for their light asks for them too: they are kept."""
        if self._kept[0] != t:
            self._kept = t, self._rectangles(t)
        return self._kept[1]

    def _rectangles(self, t: float) -> Floats:
        camera = self.camera(t)
        right, up = (row[:3] / np.linalg.norm(row[:3]) for row in camera[:2])
        part = ease((t - self._birth) / self._flight)[:, None]
        anchor = self._at + (self._to - self._at) * part
        ems = self._ink[:, ((0, 1), (2, 1), (0, 3), (2, 3))] * self._em[:, None, None]
        space = anchor[:, None] + ems[..., :1] * right + ems[..., 1:] * up
        corners = self.place(space.reshape(-1, 3), t).reshape(-1, 4, 2)
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def light(self, t: float) -> Floats:
        """(n,) 0…1 of all labels, as they come and go; those that aren't there have none."""
        come = _step(self._birth, self._birth + self._come, t)
        gone = np.where(self._go > 0, _step(self._death - self._go, self._death, t), 0.0)
        there = (self._birth <= t) & (t < self._death)
        rectangles = self.rectangles(t)
        height = (rectangles[:, 1] + rectangles[:, 3]) / 2
        dark, lit, still, night = scrim(self.aspect)
        shade = _step(dark, lit, height) * (1 - _step(still, night, height))
        return np.asarray(there * come * (1 - gone) * (SHADE + (1 - SHADE) * shade))

    def em(self, index: int, t: float) -> float:
        """Of a label, in parts of the screen's height."""
        camera = self.camera(t)
        up = camera[1, :3] / np.linalg.norm(camera[1, :3])
        at = np.array(self.labels[index].to or self.labels[index].at)
        low, high = self.place([at, at + up * self._em[index]], t)
        return float(high[1] - low[1])


def overlay(scene: Scene, atlas: Atlas, language: Language, aspect: float) -> tuple[Floats, Floats]:
    """(n, 2) from when to when, (n, 4) where each line of the captions and each word of the legend stands."""
    said = [(spoken, language.say(spoken.key, spoken.values)) for spoken in scene.captions]
    parts = [caption(atlas, texts, aspect, spoken.time, spoken.until) for spoken, texts in said]
    parts.append(legend(atlas, scene.legends, partial(language.say, values={}), aspect, scene.duration, SAND))
    glyphs = np.concatenate(parts)
    glyphs = glyphs[glyphs["atlas"][:, 0] != np.float32(RECTANGLE.u)]
    lines = np.column_stack([glyphs["anchor_birth"][:, [3, 0, 1]], glyphs["look"][:, :2]])
    times, places = [], []
    for line in np.unique(lines, axis=0):
        text = glyphs[(lines == line).all(axis=1)]
        birth, x, y, em, death = (float(part) for part in line)
        middle = (x + 1) / 2 * aspect, (y + 1) / 2
        times.append((birth, death))
        places.append(np.tile(middle, 2) + ink(text) * em)
    return np.array(times), np.array(places)
