"""Strokes: what a pen left, before it is pixels. Pure geometry and the `*.strokes.json` file.

A stroke is an (n, 2) float64 array of x, y in canvas units, y down, in drawing order; one point is a dot.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
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
    if len(points) < 2:
        return points
    middles = (points[:-1] + points[1:]) / 2.0
    starts = np.concatenate([points[:1], middles])
    ends = np.concatenate([middles, points[-1:]])
    # The first and the last piece are straight: their control point lies in their middle.
    controls = np.concatenate([(starts[:1] + ends[:1]) / 2.0, points[1:-1], (starts[-1:] + ends[-1:]) / 2.0])
    return np.concatenate([points[:1], _curves(starts, controls, ends, step)])


def curve(start: Points, control: Points, end: Points, step: float) -> Points:
    """(k, 2) points along a quadratic Bézier, `start` left out, `end` included."""
    return _curves(start[None], control[None], end[None], step)


def _curves(starts: Points, controls: Points, ends: Points, step: float) -> Points:
    """The same along many, (n, 2) each, one after the other."""
    reach = np.linalg.norm(controls - starts, axis=1) + np.linalg.norm(ends - controls, axis=1)
    parts = np.maximum(np.ceil(reach / step), 1.0).astype(np.int64)
    which = np.repeat(np.arange(len(parts)), parts)
    t = ((np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts) + 1) / parts[which])[:, None]
    return np.asarray((1 - t) ** 2 * starts[which] + 2 * t * (1 - t) * controls[which] + t**2 * ends[which])


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
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
