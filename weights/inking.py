"""Drawings → pictures to learn from and to be measured on, by the very raster that the station uses."""

import multiprocessing
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from common.bitmap import SIDE, Bitmap, frame
from common.raster import draw, framed
from common.strokes import Drawing, smooth
from weights.jitter import BEND, jittered
from weights.mnist import Digits

NIBS = (1.6, 4.5)
"""Thinnest and thickest framed ink to learn, in pixels."""
LEGACY_NIB = 3.0
"""Pixels: the pen of a sketch that draws straight into 32×32."""
LEGACY_SHARE = 0.2
"""Part of the variants that are drawn the way such a sketch draws."""


def measured(drawings: Sequence[Drawing], ink: Callable[[Drawing], Bitmap] = framed) -> Digits:
    """Each labelled drawing once, as it is."""
    images = [ink(drawing).array for drawing in drawings]
    labels = [drawing.label for drawing in drawings]
    return Digits(np.array(images, np.uint8).reshape(-1, SIDE, SIDE), np.array(labels, np.int64))


def varied(
    drawings: Sequence[Drawing], variants: int, seed: int, processes: int = 1, bend: float = BEND
) -> Digits:
    """`variants` of each drawing, all different; the same for the same seed, whatever `processes` is."""
    tasks = [(drawing, variants, seed, index, bend) for index, drawing in enumerate(drawings)]
    if processes == 1:
        images = [_variants(task) for task in tasks]
    else:
        # A fresh interpreter per process: forking one that has run torch can hang in its thread pool.
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            images = pool.map(_variants, tasks, chunksize=64)
    labels = np.repeat([drawing.label for drawing in drawings], variants)
    return Digits(np.concatenate(images), labels.astype(np.int64))


def legacy(drawing: Drawing, nib: float = LEGACY_NIB, fill: float = 1.0) -> Bitmap:
    """As a sketch without anti-aliasing draws it, straight into `fill` of a 32×32 frame, then framed."""
    points = np.concatenate(drawing.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE * fill - nib) / max(float((high - low).max()), 1e-9)
    shift = (SIDE - (low + high) * scale) / 2.0
    ink = draw([smooth(stroke * scale + shift, 0.7) for stroke in drawing.strokes], nib)
    return frame(Bitmap.of((ink >= 0.5).astype(np.float32)))


def _variants(task: tuple[Drawing, int, int, int, float]) -> npt.NDArray[np.uint8]:
    """(variants, 32, 32) of one drawing; its index seeds it, so that the order of work does not matter."""
    drawing, variants, seed, index, bend = task
    random = np.random.default_rng([seed, index])
    images = np.empty((variants, SIDE, SIDE), np.uint8)
    for image in images:
        shaken = jittered(drawing, random, bend)
        if random.random() < LEGACY_SHARE:
            bitmap = legacy(shaken, random.uniform(2.0, 4.5), random.uniform(0.6, 1.0))
        else:
            bitmap = framed(shaken, random.uniform(*NIBS))
        image[:] = bitmap.array
    return images
