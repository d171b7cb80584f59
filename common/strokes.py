"""Strokes: what a pen left, before it is pixels. Pure geometry and the `*.strokes.json` file.

A stroke is an (n, 2) float64 array of x, y in canvas units, y down, in drawing order; one point is a dot.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from common.errors import DataError

FORMAT = "sandglass-strokes-1"
MAX_POINTS = 20_000
"""Points of one drawing, all strokes together: ten minutes of a pen that is never lifted."""

Points = npt.NDArray[np.float64]

FAR = 4
"""Canvases from the origin within which points must lie: a pen may slip over the edge, no further."""


@dataclass(frozen=True)
class Drawing:
    """Strokes on a canvas of `box` = (width, height) units; `label` is the digit meant, if known."""

    strokes: tuple[Points, ...]
    box: tuple[float, float]
    label: int | None = None


def smooth(points: Points, step: float) -> Points:
    """A polyline with a point at least every `step` units, rounded through the midpoints of `points`.

    Each inner point becomes the control point of a quadratic Bézier between the midpoints of its two
    neighbouring segments, so that sparse pen events don't show as corners. First and last stay.
    """
    if len(points) < 3:
        return np.concatenate(list(_straight(points, step)))
    middles = (points[:-1] + points[1:]) / 2.0
    pieces = [points[:1], *_straight(np.stack([points[0], middles[0]]), step)]
    for start, control, end in zip(middles[:-1], points[1:-1], middles[1:], strict=True):
        pieces.append(curve(start, control, end, step))
    pieces.extend(_straight(np.stack([middles[-1], points[-1]]), step))
    return np.concatenate(pieces)


def curve(start: Points, control: Points, end: Points, step: float) -> Points:
    """(k, 2) points along a quadratic Bézier, `start` left out, `end` included."""
    length = float(np.linalg.norm(control - start) + np.linalg.norm(end - control))
    t = np.arange(1, _parts(length, step) + 1)[:, None] / _parts(length, step)
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)


def _straight(points: Points, step: float) -> Iterator[Points]:
    yield points[:1]
    for start, end in pairwise(points):
        parts = _parts(float(np.linalg.norm(end - start)), step)
        yield start + (end - start) * (np.arange(1, parts + 1)[:, None] / parts)


def _parts(length: float, step: float) -> int:
    return max(1, int(np.ceil(length / step)))


def read(path: Path) -> list[Drawing]:
    """All drawings of a `*.strokes.json`. Raises `DataError` naming the file, the drawing and the fault."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DataError(f'{path} is not a strokes file: it must say "format": "{FORMAT}"')
    entries = document.get("drawings")
    if not isinstance(entries, list):
        raise DataError(f'{path} has no list "drawings"')
    drawings = []
    for index, entry in enumerate(entries):
        try:
            drawings.append(_drawing(entry))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise DataError(f"{path}, drawing {index}: {error}") from None
    return drawings


def _drawing(entry: dict[str, Any]) -> Drawing:
    width, height = (float(side) for side in entry["box"])
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise ValueError(f"box {entry['box']} must be two positive lengths")
    strokes = tuple(np.array(stroke, dtype=np.float64) for stroke in entry["strokes"])
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2 or not len(stroke):
            raise ValueError("a stroke must be a list of at least one [x, y]")
        # Ink is sampled along its length, so a point light years away would take all memory.
        if not (np.abs(stroke) <= FAR * max(width, height)).all():
            raise ValueError(f"a point lies further than {FAR} canvases away, or is not a finite number")
    if sum(len(stroke) for stroke in strokes) > MAX_POINTS:
        raise ValueError(f"more than {MAX_POINTS} points")
    label = entry.get("label")
    return Drawing(strokes, (width, height), None if label is None else int(label))


def write(path: Path, drawings: Sequence[Drawing]) -> None:
    """Replace `path` in one step, so that a power cut leaves the old file or the new one."""
    entries = [
        {
            "label": drawing.label,
            "box": list(drawing.box),
            "strokes": [np.round(stroke, 2).tolist() for stroke in drawing.strokes],
        }
        for drawing in drawings
    ]
    lines = ",\n".join("  " + json.dumps(entry, separators=(",", ":")) for entry in entries)
    text = f'{{"format": "{FORMAT}", "drawings": [\n{lines}\n]}}\n'
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
