"""Shows without a wall: any instant of any exhibit, for one drawing, as pixels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from rich.progress import track

from common import fonts, strokes
from common.bitmap import SIDE, Bitmap
from common.config import setting
from common.errors import DataError, GraphicsError
from common.paths import cache_folder
from common.raster import framed, preview
from display_node.engine import ENGINES, open_engine
from display_node.exhibit import find
from display_node.form import Form
from display_node.language import Language
from display_node.network import SHIPPED, load
from display_node.render.atlas import Atlas
from display_node.render.palette import find_theme
from display_node.render.renderer import Renderer
from display_node.render.target import Image, headless
from display_node.render.video import writing
from display_node.samples import DRAWINGS
from display_node.scene import Scene
from display_node.settings import parse_size
from display_node.sound.mix import mix
from display_node.tiling import parse_tile


@dataclass(frozen=True)
class Options:
    drawing: str = setting(str(DRAWINGS), "a 32×32 PNG, or F.strokes.json[:index]")
    exhibit: str = setting("convolution", "which exhibit")
    at: float | None = setting(None, "seconds into it, for a PNG (default: its end)", low=0.0)
    form: str = setting(Form.FULL.value, "its length", choices=[form.value for form in Form])
    size: str = setting("1280x720", "WIDTHxHEIGHT in pixels, of a tile if there are tiles")
    tile: str = setting("", "one tile of a picture, COLUMNSxROWS:COLUMN,ROW from the upper left")
    bezel: str = setting("0", "pixels that frames hide between two tiles, PIXELS or ACROSSxDOWN")
    output: Path | None = setting(None, "OUT.png or OUT.mp4")
    language: str = setting("en+ko", "en, ko or en+ko")
    theme: str = setting("sand", "the colours, sand or classic")
    weights: Path | None = setting(None, "network to show, a .safetensors file")
    engine: str = setting("torch", "what reads the drawing", choices=ENGINES)
    seed: int = setting(1, "of the order in which things move", low=0)
    samples: int = setting(4, "of anti-aliasing, 0 for none", low=0, high=16)
    frame_rate: int = setting(30, "frames a second of an MP4", low=1, high=120)
    speed: float = setting(1.0, "seconds of the show in a second of an MP4", low=0.1, high=60.0)
    sound: bool = setting(True, "give an MP4 its sound")


def read_drawing(source: str) -> tuple[Bitmap, Bitmap]:
    """(framed, as on the canvas) of a PNG or of one drawing of a strokes file."""
    name, _, index = source.rpartition(":")
    if not (name.endswith(".json") and index.isdigit()):
        name, index = source, "0"
    path = Path(name)
    if path.suffix == ".json":
        drawings = strokes.read(path)
        if int(index) >= len(drawings):
            raise DataError(f"{path} holds {len(drawings)} drawings, there is no number {index}")
        drawing = drawings[int(index)]
        return framed(drawing), preview(drawing)
    try:
        with PIL.Image.open(path) as image:
            grey = image.convert("L")
    except (OSError, ValueError, PIL.Image.DecompressionBombError) as error:
        raise DataError(f"{path} is neither a PNG nor a strokes file: {error}") from None
    if grey.size != (SIDE, SIDE):
        raise DataError(f"{path} is {grey.width}×{grey.height}; a drawing is {SIDE}×{SIDE}")
    bitmap = Bitmap(grey.tobytes())
    return bitmap, bitmap


def open_show(options: Options) -> tuple[Renderer, Scene]:
    """A renderer that shows the wanted exhibit, and its scene."""
    size, tile = parse_size(options.size), parse_tile(options.tile, options.bezel)
    bitmap, canvas = read_drawing(options.drawing)
    exhibit, language = find(options.exhibit), Language(options.language)
    theme = find_theme(options.theme)
    weights = options.weights or SHIPPED
    network = load(weights)
    font = fonts.latin()
    if font is None:
        raise GraphicsError(fonts.ADVICE)
    if fonts.hangul() is None:
        language = Language("en")
    # torch takes seconds to import; what is wrong was said before
    probe = open_engine(options.engine, network, weights).read(bitmap, canvas)
    scene = exhibit.build(network, probe, options.seed, Form(options.form))
    atlas = Atlas(font, cache_folder())
    atlas.warm(language.everything())
    renderer = Renderer(
        headless(), size, language, atlas,
        samples=options.samples, palette=theme, portion=tile.portion,
    )  # fmt: skip
    renderer.set_live(canvas)
    renderer.show(scene)
    return renderer, scene


def picture(renderer: Renderer, t: float) -> Image:
    """(height, width, 3) uint8 of the instant `t`."""
    renderer.draw(t)
    renderer.finish()
    return renderer.image()


def film(
    renderer: Renderer, scene: Scene, output: Path, frame_rate: int, speed: float, sound: bool = True
) -> None:
    """The whole of `scene` as an MP4, with a progress bar; with its sound, where there is any."""
    times = np.arange(0.0, scene.duration, speed / frame_rate)
    heard = mix(scene, len(times) / frame_rate, speed) if sound and len(scene.cues) else None
    with writing(output, renderer.target.size, frame_rate, heard) as video:
        for t in track(times.tolist(), description=output.name):
            video.send(picture(renderer, t))
