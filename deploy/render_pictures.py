"""Pictures of the tour: a frame of each chapter and a short clip. `make pictures` renews the README's."""

import sys
from collections.abc import Iterator
from pathlib import Path

import PIL.Image

from common.errors import explain
from display_node.render.offline import Options, film, open_show, picture
from display_node.samples import DRAWINGS

PICTURES = Path(__file__).parent / "pictures"
MOMENT = 0.62
"""Part of a chapter that has passed when its picture is taken: its action is at its height."""
CLIP = {"size": "640x360", "frame_rate": 12, "speed": 4.0}
"""About fifteen seconds; a software rasteriser makes it in half a minute."""


def render_chapters(drawing: str, folder: Path, size: str = "1280x720") -> Iterator[Path]:
    """One PNG a chapter, numbered in order, in `folder`; yields each as it is done."""
    renderer, scene = open_show(Options(drawing=drawing, size=size))
    for number, chapter in enumerate(scene.chapters):
        end = scene.next_chapter(chapter.start)
        output = folder / f"{number:02d}-{chapter.name}.png"
        image = picture(renderer, chapter.start + MOMENT * (end - chapter.start))
        PIL.Image.fromarray(image).save(output, optimize=True)
        yield output
    renderer.release()


def render_clip(drawing: str, output: Path) -> Path:
    """The tour as an MP4, four times as fast."""
    options = Options(drawing=drawing, **CLIP)  # type: ignore[arg-type]
    renderer, scene = open_show(options)
    film(renderer, scene, output, options.frame_rate, options.speed)
    renderer.release()
    return output


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    for output in render_chapters(str(DRAWINGS), PICTURES, "960x540"):
        print(output)
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
