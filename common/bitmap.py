"""The 32×32 picture that travels, and how bare pixels are framed as the training data is.

Framing follows MNIST (LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist/): the ink fits a
20-pixel box, its aspect kept, and its centre of mass lies in the middle of the frame. MNIST's frame
is 28 wide; ours is 32, two more pixels on each side.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SIDE = 32
"""Pixels along each side of every bitmap."""

BOX = 20.0
"""Pixels along the longer side of the framed ink."""

MARGIN = 1.0
"""Centring by mass stops when the ink comes this close (pixels) to the edge of the frame."""

INK_THRESHOLD = 32
"""A pixel at least this bright (of 255) counts as ink when its extent is measured."""

_PAPER = bytes(range(INK_THRESHOLD))

SMALLEST = 8.0
"""Ink smaller than this many pixels is not enlarged further: a stray dot must not fill the frame."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """`SIDE`² bytes, row-major from the top left, 0 = empty, 255 = ink. Compares and hashes by value."""

    pixels: bytes

    def __post_init__(self) -> None:
        if len(self.pixels) != SIDE * SIDE:
            raise ValueError(f"a bitmap has {SIDE}×{SIDE} bytes, not {len(self.pixels)}")

    @classmethod
    def of(cls, image: npt.ArrayLike) -> "Bitmap":
        """From a (32, 32) array: uint8 as it is, floats as coverage 0…1 (clipped)."""
        array = np.asarray(image)
        if array.shape != (SIDE, SIDE):
            raise ValueError(f"a bitmap is {SIDE}×{SIDE}, not {array.shape}")
        if array.dtype != np.uint8:
            array = (np.clip(array, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
        return cls(array.tobytes())

    @property
    def array(self) -> npt.NDArray[np.uint8]:
        """(32, 32) uint8, read-only, sharing our memory."""
        return np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE)

    @property
    def unit(self) -> Floats:
        """(32, 32) float32 in 0…1: what the network reads."""
        return self.array.astype(np.float32) / np.float32(255.0)

    @property
    def empty(self) -> bool:
        return not self.pixels.translate(None, _PAPER)  # fifteen times as fast as `max`


BLANK = Bitmap(bytes(SIDE * SIDE))


def frame(bitmap: Bitmap) -> Bitmap:
    """Frame pixels that came without strokes; an empty bitmap stays as it is.

    Light paper with dark ink is turned over first (the median of the border tells).
    """
    image = bitmap.unit
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if np.median(border) > 0.5:
        image = 1.0 - image
    ink = image >= INK_THRESHOLD / 255.0
    if not ink.any():
        return Bitmap.of(image)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    top, bottom = float(rows[0]), float(rows[-1] + 1)
    left, right = float(columns[0]), float(columns[-1] + 1)
    scale = BOX / max(bottom - top, right - left, SMALLEST)
    centre = np.arange(SIDE, dtype=np.float32) + 0.5
    mass_x = float(image.sum(axis=0) @ centre / image.sum())
    mass_y = float(image.sum(axis=1) @ centre / image.sum())
    across = _resample(scale, shift_to_centre(mass_x * scale, left * scale, right * scale))
    down = _resample(scale, shift_to_centre(mass_y * scale, top * scale, bottom * scale))
    return Bitmap.of(down @ image @ across.T)


def shift_to_centre(mass: float, low: float, high: float) -> float:
    """How far (pixels) to move ink that reaches from `low` to `high` so that `mass` is in the middle.

    The ink is kept `MARGIN` away from the frame's edges, which matters only for lopsided drawings.
    """
    shift = SIDE / 2 - mass
    return min(max(shift, MARGIN - low), SIDE - MARGIN - high)


def _resample(scale: float, shift: float) -> Floats:
    """(32, 32) matrix that maps a row of pixels to `scale` × position + `shift`, triangle-filtered."""
    source = (np.arange(SIDE, dtype=np.float32) + 0.5) * scale + shift
    target = np.arange(SIDE, dtype=np.float32) + 0.5
    support = max(scale, 1.0)
    weights = np.clip(1.0 - np.abs(target[:, None] - source[None, :]) / support, 0.0, None)
    # An enlarged pixel is spread over `scale` targets, a reduced one adds up `1/scale` sources.
    norm = support / scale
    return (weights / norm).astype(np.float32)
