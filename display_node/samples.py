"""The drawings that come with the wall, drawn by us in the station: they drift by between visitors'."""

from collections.abc import Sequence
from pathlib import Path

from common import strokes
from common.bitmap import Bitmap
from common.raster import framed

DRAWINGS = Path(__file__).parent / "drawings" / "digits.strokes.json"
FIRST = (3, 7, 5)
"""Digits to try a network with."""


def samples(digits: Sequence[int] = FIRST) -> list[Bitmap]:
    """One framed drawing of each of these digits, as many as there are."""
    drawings = strokes.read(DRAWINGS)
    found = {drawing.label: framed(drawing) for drawing in reversed(drawings)}
    return [found[digit] for digit in digits if digit in found]


def collection() -> list[Bitmap]:
    """All of them, framed: several of each digit."""
    return [framed(drawing) for drawing in strokes.read(DRAWINGS)]
