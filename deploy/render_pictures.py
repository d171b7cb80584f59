"""Pictures of the tour: a frame of each chapter and a short clip. `make pictures` renews the README's."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image

from common.errors import explain
from display_node.render.offline import Options, film, open_show, picture
from display_node.samples import DRAWINGS
from display_node.scene import Chapter, Scene

PICTURES = Path(__file__).parent / "pictures"
MOMENT = 0.62
"""Part of a chapter that has passed when its picture is taken: its action is at its height."""
MOMENTS = {
    "drawing": 0.9, "look": 0.8, "everywhere": 0.78, "filters": 0.85, "conv2d2": 0.4, "linear1": 0.85,
    "answer": 0.97, "why": 0.99,
}  # fmt: skip
"""The same for chapters whose height is elsewhere."""
CLIP_SIZE, CLIP_RATE = "640x360", 12
"""A software rasteriser makes ten frames in a second."""
EXAMPLE = 7
"""Index of the drawing on it."""
SHEET = ("drawing", "look", "everywhere", "filters", "conv2d2", "conv2d3", "linear1", "answer", "why")
"""Chapters on the README's sheet, three in a row."""


def moment(scene: Scene, chapter: Chapter) -> float:
    """Seconds into the scene."""
    return chapter.start + MOMENTS.get(chapter.name, MOMENT) * (
        scene.next_chapter(chapter.start) - chapter.start
    )


def render_chapters(drawing: str, folder: Path, size: str = "1280x720") -> Iterator[Path]:
    """One PNG a chapter, numbered in order, in `folder`; yields each as it is done."""
    renderer, scene = open_show(Options(drawing=drawing, size=size))
    for number, chapter in enumerate(scene.chapters):
        output = folder / f"{number:02d}-{chapter.name}.png"
        PIL.Image.fromarray(picture(renderer, moment(scene, chapter))).save(output)
        yield output
    renderer.release()


def render_clip(drawing: str, output: Path, speed: float) -> Path:
    """The tour as an MP4, so many times as fast."""
    options = Options(drawing=drawing, size=CLIP_SIZE, frame_rate=CLIP_RATE, speed=speed)
    renderer, scene = open_show(options)
    film(renderer, scene, output, options.frame_rate, options.speed)
    renderer.release()
    return output


def render_sheet(drawing: str, output: Path) -> Path:
    """Nine chapters on one picture."""
    renderer, scene = open_show(Options(drawing=drawing, size="640x360", language="en"))
    chapters = {chapter.name: chapter for chapter in scene.chapters}
    frames = [picture(renderer, moment(scene, chapters[name])) for name in SHEET]
    renderer.release()
    rows = [np.concatenate(frames[start : start + 3], axis=1) for start in (0, 3, 6)]
    PIL.Image.fromarray(np.concatenate(rows)).save(output, optimize=True)
    return output


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    print(render_sheet(f"{DRAWINGS}:{EXAMPLE}", PICTURES / "tour.png"))
    renderer, _ = open_show(Options(exhibit="invitation", size="1280x720"))
    PIL.Image.fromarray(picture(renderer, 8.0)).save(PICTURES / "invitation.png", optimize=True)
    print(PICTURES / "invitation.png")
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
