"""Digits as pens wrote them on a tablet: UNIPEN text → drawings with their writers.

Pen-Based Recognition of Handwritten Digits, E. Alpaydin and F. Alimoglu, UCI Machine Learning Repository,
https://archive.ics.uci.edu/dataset/81 (CC BY 4.0): 30 writers, about 250 digits each, in boxes of 500 × 500
tablet units, y up. The text format is UNIPEN's: a segment names its digit, a comment its writer, and the
points between pen down and pen up stand one to a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import DataError
from common.strokes import MAX_POINTS, Drawing, Points
from weights import sources

SIDE = 500.0
"""Of the box that a writer wrote into, in tablet units."""
MAX_BYTES = 64 << 20
"""Of the whole text; the one that we know has 3.6 MB."""

UNSEEN = frozenset({2, 8, 9, 14, 17, 22})
"""Writers kept out of all training: `numpy.random.default_rng(0).choice(range(1, 31), 6, replace=False)`."""


@dataclass(frozen=True)
class Sample:
    drawing: Drawing
    writer: int


def training() -> list[Sample]:
    """What the writers wrote whom training may know."""
    return [sample for sample in _everything() if sample.writer not in UNSEEN]


def unseen() -> list[Sample]:
    """What the writers wrote whom training never meets."""
    return [sample for sample in _everything() if sample.writer in UNSEEN]


def _everything() -> list[Sample]:
    return read(sources.obtain(sources.PENS))


def read(path: Path) -> list[Sample]:
    """All samples of a UNIPEN text. Raises `DataError` naming the file, the line and the fault."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is longer than {MAX_BYTES} bytes")
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UNIPEN text") from None
    try:
        samples = list(_samples(text))
    except ValueError as error:
        raise DataError(f"{path}, {error}") from None
    if not samples:
        raise DataError(f"{path} holds no digits")
    return samples


@dataclass
class _Segment:
    """A digit while its lines are read; `pen` is the stroke under way, None while the pen is up."""

    label: int
    line: int
    writer: int | None = None
    strokes: list[list[tuple[int, int]]] | None = None
    pen: list[tuple[int, int]] | None = None

    def sample(self) -> Sample:
        if self.pen is not None:
            raise ValueError(f"line {self.line}: the pen of this digit is never lifted")
        if self.writer is None or not self.strokes:
            raise ValueError(f"line {self.line}: this digit has no writer or no strokes")
        if sum(len(stroke) for stroke in self.strokes) > MAX_POINTS:
            raise ValueError(f"line {self.line}: this digit has more than {MAX_POINTS} points")
        strokes = tuple(_upright(stroke) for stroke in self.strokes)
        return Sample(Drawing(strokes, (SIDE, SIDE), self.label), self.writer)


def _samples(text: str) -> Iterator[Sample]:
    segment: _Segment | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if words[0] == ".SEGMENT":
            if segment:
                yield segment.sample()
            segment = _Segment(_label(words, number), number, strokes=[])
        elif segment:
            _take(segment, words, number)
    if segment:
        yield segment.sample()


def _label(words: list[str], number: int) -> int:
    """From `.SEGMENT DIGIT 0-1 ? "8"`: which components, their quality, what is meant."""
    if len(words) != 5 or words[1] != "DIGIT" or words[4] not in {f'"{digit}"' for digit in range(10)}:
        raise ValueError(f"line {number}: {' '.join(words)[:40]!r} does not name a digit")
    return int(words[4][1])


def _take(segment: _Segment, words: list[str], number: int) -> None:
    """One line inside a segment. Keywords that say nothing of ink (`.DT`, the pause, …) are passed over."""
    if words[0] == ".COMMENT" and len(words) == 4 and segment.writer is None:
        segment.writer = _whole(words[2], number)
    elif words[0] == ".PEN_DOWN" and segment.pen is None:
        segment.pen = []
    elif words[0] == ".PEN_UP" and segment.pen:
        assert segment.strokes is not None
        segment.strokes.append(segment.pen)
        segment.pen = None
    elif segment.pen is not None and len(words) == 2:
        segment.pen.append((_whole(words[0], number), _whole(words[1], number)))
    elif not words[0].startswith(".") or words[0] in (".COMMENT", ".PEN_DOWN", ".PEN_UP"):
        raise ValueError(f"line {number}: {' '.join(words)[:40]!r} is out of place")


def _whole(word: str, number: int) -> int:
    if not word.isdecimal() or len(word) > 6:
        raise ValueError(f"line {number}: {word[:20]!r} is not a number of at most six digits")
    return int(word)


def _upright(stroke: list[tuple[int, int]]) -> Points:
    """(n, 2), y turned over: UNIPEN's points up, ours down."""
    points = np.array(stroke, dtype=np.float64)
    points[:, 1] = SIDE - points[:, 1]
    return points
