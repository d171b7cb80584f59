"""Golden images: what made them, how far a picture may be from one, what is written when it is farther."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import PIL.Image

from display_node.render.target import Image

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
OUT = ROOT / "out" / "golden"
"""Where pictures that are too far off are written, not in git."""
RECORD = GOLDEN / "made_by.json"
LARGEST = 5_000_000
"""Bytes of the whole folder."""

MEAN = 0.02
"""Mean absolute difference, of 255. Threads, AVX or AVX2, another BLAS: one level in one pixel was seen."""
STRAY, FEW = 12, 4
"""Levels by which no more pixels than FEW may be off: the smallest boxes cover seven."""
SHOWN = 4
"""Factor on the difference in its picture."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What rendered: GL's renderer, Mesa's version, or "" where it isn't Mesa, and the font file."""

    renderer: str
    mesa: str
    font: str
    font_sha256: str

    def decides(self) -> dict[str, str]:
        """The parts that must be alike. With vectors of 128 bits, 400 pixels of edges come out otherwise."""
        bits = re.search(r"\d+ bits", self.renderer)
        return {
            "the rasteriser": self.renderer.split(" ")[0],
            "the width of its vectors": bits[0] if bits else "",
            "Mesa's major version": self.mesa.split(".")[0],
            "the font file": self.font,
            "the font's digest": self.font_sha256[:12],
        }


def maker(info: Mapping[str, object], font: Path) -> Maker:
    """Of this machine; `info` is the GL context's."""
    mesa = re.search(r"Mesa (\d+[\d.]*)", str(info["GL_VERSION"]))
    digest = hashlib.sha256(font.read_bytes()).hexdigest()
    return Maker(str(info["GL_RENDERER"]), mesa[1] if mesa else "", font.name, digest)


def recorded() -> Maker | None:
    """Of the images that are there."""
    if not RECORD.is_file():
        return None
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    return Maker(**{field.name: found[field.name] for field in fields(Maker)})


def unlike(made: Maker, here: Maker) -> str:
    """What keeps the images of one from being those of the other, in words; "" if nothing does."""
    mine = here.decides()
    apart = [
        f"{part} is {mine[part] or 'none'}, not {theirs}"
        for part, theirs in made.decides().items()
        if mine[part] != theirs
    ]
    return "; ".join(apart)


def renew(here: Maker, wanted: set[Path]) -> None:
    """Make room for images by `here`: what is not `wanted`, or was made elsewhere, goes."""
    made = recorded()
    foreign = made is None or bool(unlike(made, here))
    for path in GOLDEN.rglob("*.png"):
        if foreign or path not in wanted:
            path.unlink()
    GOLDEN.mkdir(exist_ok=True)
    if foreign:
        RECORD.write_text(json.dumps(asdict(here), indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Image:
    """(height, width, 3) uint8."""
    with PIL.Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def write(path: Path, image: Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(image).save(path, optimize=True)


def apart(expected: Image, actual: Image) -> str:
    """How far two pictures of one size are from one another, in words; "" within the tolerance."""
    if expected.shape != actual.shape:
        return f"{actual.shape[1]}×{actual.shape[0]}, not {expected.shape[1]}×{expected.shape[0]}"
    off = np.abs(expected.astype(np.int16) - actual)
    mean, stray = float(off.mean()), int((off.max(axis=2) > STRAY).sum())
    if mean <= MEAN and stray <= FEW:
        return ""
    return f"{mean:.3f} of 255 off in the mean, {stray} pixels by more than {STRAY} (the most: {off.max()})"


def keep(name: str, expected: Image, actual: Image) -> list[Path]:
    """Write what was drawn, what should have been, and, SHOWN times as bright, the difference."""
    pictures = {"actual": actual, "expected": expected}
    if expected.shape == actual.shape:
        off = np.abs(expected.astype(np.int16) - actual) * SHOWN
        pictures["difference"] = np.minimum(off, 255).astype(np.uint8)
    paths = []
    for kind, image in pictures.items():
        paths.append(OUT / f"{name.replace('/', '-')}.{kind}.png")
        write(paths[-1], image)
    return paths
