"""Glyphs as signed distance fields in one image: crisp at any zoom, Hangul included.

FreeType renders the fields (its SDF mode, 3 to 16 ms a glyph), so they are made when first needed
and kept in the user's cache folder. Safe to fill from one thread while another one draws.
"""

import contextlib
import hashlib
import json
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import freetype
import numpy as np
import numpy.typing as npt

from common.errors import GraphicsError
from display_node.render import signs

EM = 48
"""Pixels of an em in the atlas. FreeType records the distance over 8 pixels on either side."""
SIDE = 1024
"""Pixels along the image: room for about 250 Hangul syllables, several times what the captions use."""
GUTTER = 2
SOLID = 8
"""Pixels of a square in the corner that are all inside: what is drawn with them is a plain rectangle."""
_SDF = 5
"""FT_RENDER_MODE_SDF, which freetype-py does not name."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """In ems: the `advance` to the next glyph, the quad's lower left `x`, `y`, `width` and `height`.

    `u`, `v`, `across`, `down` are the same quad in the image, 0…1, its lower left corner first.
    """

    advance: float
    x: float
    y: float
    width: float
    height: float
    u: float
    v: float
    across: float
    down: float


_QUARTER = SOLID / 4 / SIDE
RECTANGLE = Glyph(1.0, 0.0, 0.0, 1.0, 1.0, _QUARTER, _QUARTER, 2 * _QUARTER, 2 * _QUARTER)
"""An em wide and high, in every atlas."""


class Atlas:
    """Grows glyph by glyph. `image` (SIDE, SIDE) uint8; `version` rises with each new glyph."""

    def __init__(self, font: Path, cache: Path | None = None) -> None:
        try:
            self._face = freetype.Face(str(font))
        except freetype.FT_Exception as error:
            raise GraphicsError(f"cannot read the font {font}: {error}") from None
        self._face.set_pixel_sizes(0, EM)
        self.ascent, self.descent = (
            float(part) / self._face.units_per_EM for part in (self._face.ascender, self._face.descender)
        )
        self.image: npt.NDArray[np.uint8] = np.zeros((SIDE, SIDE), np.uint8)
        self._glyphs: dict[str, Glyph] = {}
        self.version = 0
        self._lock = threading.Lock()
        self._x, self._y, self._row = 0, 0, 0
        self._clear()
        self._file = cache / _cache_name(font) if cache else None
        self._restore()

    def glyphs(self, text: str) -> list[Glyph]:
        """One glyph a character; a character that the font lacks is its box for missing ones."""
        with self._lock:
            return [self._glyphs.get(character) or self._add(character) for character in text]

    def order(self) -> str:
        """All characters that have a place, in the order in which they got it: it makes another alike."""
        with self._lock:
            return "".join(self._glyphs)

    def warm(self, texts: Iterable[str]) -> None:
        """Make every glyph of these texts now, and keep them for the next start."""
        before = self.version
        for character in sorted(set("".join(texts))):
            self.glyphs(character)
        if self.version != before:
            self._keep()

    def _add(self, character: str) -> Glyph:
        if character in signs.MISSING and not self._face.get_char_index(character):
            sign = signs.draw(self._face, character)
            glyph = self._put(sign.field, sign.left, sign.top, sign.advance)
        else:
            glyph = self._render(character)
        self._glyphs[character] = glyph
        self.version += 1
        return glyph

    def _render(self, character: str) -> Glyph:
        self._face.load_char(character, freetype.FT_LOAD_NO_HINTING)
        slot = self._face.glyph
        advance = slot.linearHoriAdvance / 65536
        if not slot.outline.n_points:
            return Glyph(advance / EM, 0, 0, 0, 0, 0, 0, 0, 0)
        slot.render(_SDF)
        bitmap = slot.bitmap
        field = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width]
        return self._put(field, slot.bitmap_left, slot.bitmap_top, advance)

    def _put(self, field: npt.NDArray[np.uint8], left: int, top: int, advance: float) -> Glyph:
        """Take a field (rows, columns); its upper left corner lies `left`, `top` from the pen, in pixels."""
        rows, columns = field.shape
        x, y = self._place(columns, rows)
        self.image[y : y + rows, x : x + columns] = field
        return Glyph(
            advance / EM,
            left / EM,
            (top - rows) / EM,
            columns / EM,
            rows / EM,
            x / SIDE,
            (y + rows) / SIDE,
            columns / SIDE,
            -rows / SIDE,
        )

    def _place(self, width: int, height: int) -> tuple[int, int]:
        """Shelves from left to right, top to bottom. A full image starts over: better than no text."""
        if self._x + width + GUTTER > SIDE:
            self._x, self._y, self._row = GUTTER, self._y + self._row + GUTTER, 0
        if self._y + height + GUTTER > SIDE:
            self._clear()
        place = self._x, self._y
        self._x += width + GUTTER
        self._row = max(self._row, height)
        return place

    def _clear(self) -> None:
        self._glyphs.clear()
        self.image[:] = 0
        self.image[:SOLID, :SOLID] = 255
        self._x, self._y, self._row = SOLID + GUTTER, GUTTER, SOLID

    def _keep(self) -> None:
        if self._file is None:
            return
        with self._lock:
            table = json.dumps({character: astuple(glyph) for character, glyph in self._glyphs.items()})
            state = np.array([self._x, self._y, self._row])
            image = self.image.copy()
        partial = self._file.with_suffix(f".{os.getpid()}.part")
        with contextlib.suppress(OSError):  # a full or read-only disk costs a slower start, no more
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                np.savez_compressed(file, image=image, state=state, table=np.array(table))
            os.replace(partial, self._file)

    def _restore(self) -> None:
        if self._file is None:
            return
        try:
            with np.load(self._file, allow_pickle=False) as kept:
                image, state = kept["image"], kept["state"]
                table = json.loads(str(kept["table"]))
                glyphs = {character: Glyph(*numbers) for character, numbers in table.items()}
                x, y, row = (int(number) for number in state)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
            return  # none yet, or a damaged one: made anew
        if image.shape == (SIDE, SIDE) and image.dtype == np.uint8:
            self.image, self._glyphs = image, glyphs
            self._x, self._y, self._row, self.version = x, y, row, len(glyphs)


def _cache_name(font: Path) -> str:
    identity = f"{font} {font.stat().st_size} {EM} {SIDE} {SOLID} {signs.MISSING} {freetype.version()}"
    return f"atlas-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.npz"
