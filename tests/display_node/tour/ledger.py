"""The visitor's own sums: labels taken out of a compiled scene, and the decimals printed on them."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from display_node.scene import Label
from display_node.stages import Stage, stages
from tests.display_node.tour.told import Told, chapter_of

PLACE = Decimal("0.01")
"""The last place that is printed: by less than that, a term of a sum may be from its true value."""


class Reader:
    """Takes labels out of a scene, so that what nobody asked for is left over."""

    def __init__(self, told: Told) -> None:
        self.told, self.scene = told, told.scene
        self.line_up = stages(told.network)
        labels = sorted(told.scene.labels, key=lambda label: label.birth)
        self._left = [(chapter_of(told.scene, label.birth), label) for label in labels]

    def take(self, chapter: str, wanted: Callable[[Label], bool]) -> list[Label]:
        """In the order of their births."""
        chosen = [(there == chapter and wanted(label)) for there, label in self._left]
        found = [label for (_, label), taken in zip(self._left, chosen, strict=True) if taken]
        self._left = [kept for kept, taken in zip(self._left, chosen, strict=True) if not taken]
        return found

    def one(self, chapter: str, wanted: Callable[[Label], bool]) -> Label:
        (found,) = self.take(chapter, wanted)
        return found

    def nothing_left(self) -> None:
        numbers = [label for _, label in self._left if re.search(r"\d", label.text)]
        assert not numbers, numbers

    def sums(self, stage: Stage) -> np.ndarray:
        """A stage's numbers before their ReLU."""
        assert stage.layer is not None
        return self.told.probe.activations[stage.layer.name]

    def values(self, stage: Stage) -> np.ndarray:
        return self.told.probe.activations[stage.shown]


def number(text: str) -> Decimal:
    """What a visitor reads: `+ 0.31`, `×−0.31`, `= 0.31` and `= −0.31 → 0` (its sum)."""
    found = re.fullmatch(r"(?:× ?|= ?)?([+−]?) ?(\d+(?:\.\d+)?)(?: → 0)?(?: %)?", text)
    assert found, text
    return Decimal(found[2]) * (-1 if found[1] == "−" else 1)


def rounded(value: float) -> Decimal:
    """Half to even, from the exact binary value."""
    return Decimal(float(value)).quantize(PLACE, ROUND_HALF_EVEN)


def near(text: str, value: float) -> bool:
    """A term of a sum is rounded so that the sum is right: up or down, but never by a whole place."""
    return abs(number(text) - Decimal(float(value))) < PLACE


def result(text: str, terms: Iterable[Decimal], total: float, rectified: bool) -> None:
    """The printed terms add up exactly to the printed sum, which is the network's; then the ReLU."""
    assert text.startswith("= ")
    assert sum(terms) == number(text) == rounded(total), text
    assert text.endswith(" → 0") == (rectified and total < 0), (text, total)


def padded(image: np.ndarray, stage: Stage, row: int, column: int) -> np.ndarray:
    """(channels, k, k) what the convolution `stage` has looked at for one of its cells."""
    layer = stage.layer
    assert layer is not None
    edge = layer.padding
    whole = np.pad(image, ((0, 0), (edge, edge), (edge, edge)))
    top, left = row * layer.stride, column * layer.stride
    return whole[:, top : top + layer.kernel, left : left + layer.kernel]


def nearest(centres: np.ndarray, place: Sequence[float]) -> int:
    away = np.linalg.norm(centres - np.array(place), axis=1)
    assert away.min() < 0.1
    return int(away.argmin())
