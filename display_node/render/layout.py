"""What of a scene is composed before it goes to the GPU: words and camera. No GL, so any thread may do it."""

from dataclasses import dataclass

from display_node.language import Language
from display_node.render.atlas import Atlas
from display_node.render.camera import Track
from display_node.render.captions import caption
from display_node.render.labels import labels
from display_node.render.legend import legend
from display_node.render.palette import Palette
from display_node.render.progress import progress
from display_node.render.text import Glyphs
from display_node.scene import FOREVER, Scene
from display_node.tiling import Gap, Portion


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A caption, shown from `begin` to `end`, s."""

    begin: float
    end: float
    glyphs: Glyphs


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A scene for one `language`, one `aspect` ratio (width / height), and `gaps` that nobody sees."""

    language: Language
    aspect: float
    gaps: tuple[Gap, ...]
    track: Track
    labels: Glyphs
    spoken: tuple[Spoken, ...]
    legend: Glyphs
    progress: Glyphs


def layout(scene: Scene, atlas: Atlas, palette: Palette, language: Language, portion: Portion) -> Layout:
    """All of it, composed for the whole picture. What the atlas lacks is made and added."""
    aspect = portion.aspect

    def say(key: str) -> list[str]:
        return language.say(key, {})

    spoken = []
    for wanted in scene.captions:
        end = wanted.until if wanted.until < scene.duration else FOREVER
        texts = language.say(wanted.key, wanted.values)
        made = caption(atlas, texts, aspect, wanted.time, end, palette, wanted.lift, portion.gaps)
        spoken.append(Spoken(wanted.time, end, made))
    return Layout(
        language,
        aspect,
        portion.gaps,
        Track(scene.camera, aspect),
        labels(atlas, scene.labels, palette),
        tuple(spoken),
        legend(atlas, scene.legends, say, aspect, scene.duration, palette, portion.gaps),
        progress(scene, aspect, palette),
    )
