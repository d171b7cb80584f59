"""A whole tour of the shipped network, against the same tour as it would be done box by box.

The other one is how the original does it, as well as numpy can: each frame, every box alive is updated,
batch by batch, and written to the GPU. It is spared everything else: which boxes may be alive is searched as
we search it, and it draws nothing, neither boxes nor words. Run under `GALLIUM_NOOP=1`, Mesa's null
driver, in a process of its own: what is measured is the CPU's work alone.
"""

import bisect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import moderngl
import numpy as np

from common.raster import framed, preview
from display_node.engines.eager import Eager
from display_node.exhibit import find
from display_node.network import SHIPPED, load
from display_node.render.easing import ease
from display_node.render.palette import SAND
from display_node.render.renderer import FRAME_BYTES, Renderer
from display_node.render.target import headless
from display_node.render.text import GpuText
from display_node.scene import Batch, Scene
from tests.bench.draw_cpu import make_renderer
from tests.bench.report import Row, at_most, side_by_side
from tests.display_node.drawn import three

RATE = 60
"""Frames a second."""
INSTANTS = 120
"""At which both are measured, spread evenly over the tour."""
BUILDS = 9
LESS = 1 / 20
"""The goal."""
_FLOATS = 9
"""Of a box: its place, its size and its colour."""
_POSITIVE, _NEGATIVE = np.array(SAND.positive, np.float32), np.array(SAND.negative, np.float32)


class NaiveBatch:
    """Updates and writes what is alive of one batch."""

    def __init__(self, context: moderngl.Context, batch: Batch) -> None:
        boxes = batch.boxes
        self._births, self._deaths, self._values = batch.births, batch.last_deaths, batch.values
        self._boxes = {name: np.ascontiguousarray(boxes[name]) for name in boxes.dtype.names or ()}
        self._tint = boxes["tint"].astype(int)
        self._row = boxes["row"].astype(int)
        self._offsets = batch.offsets
        self._out = np.empty((len(boxes), len(batch.offsets), _FLOATS), np.float32)
        self._buffer = context.buffer(reserve=self._out.nbytes)

    def update(self, t: float) -> int:
        """To the instant `t`; returns how many bytes were written."""
        first, last = bisect.bisect_right(self._deaths, t), bisect.bisect_right(self._births, t)
        if first >= last:
            return 0
        alive: slice | np.ndarray = slice(first, last)
        living = self._boxes["death"][alive] > t
        if not living.all():
            alive = first + np.flatnonzero(living)
        now = {name: values[alive] for name, values in self._boxes.items()}
        part = ease((t - now["birth"]) / now["flight"]).astype(np.float32)
        place = _between(now["start"], now["end"], part[:, None])
        spread = _between(now["spread"], now["spread_end"], part)
        size = _between(now["size"], now["size_end"], part[:, None])
        if self._values is None:
            value = _between(now["value"], now["value_end"], part)[:, None]
        else:
            value = self._values[self._row[alive]]
        lit = np.sqrt(np.minimum(np.abs(value) * now["gain"][:, None], np.float32(1.0)))
        below = value < 0
        out = self._out[: len(part)]
        out[..., 0:3] = place[:, None] + self._offsets * spread[:, None, None]
        hollow = np.where(below, 1 - np.float32(0.45) * np.minimum(4 * lit, 1), np.float32(1.0))
        out[..., 3:6] = size[:, None] * hollow[..., None]
        tint = self._tint[alive]
        hue = np.where(below[..., None], _NEGATIVE[tint][:, None], _POSITIVE[tint][:, None])
        out[..., 6:9] = hue * lit[..., None]
        self._buffer.orphan()  # as is advised; it also spares the null driver a crash in partial writes
        self._buffer.write(out)
        return out.nbytes


def _between(start: np.ndarray, end: np.ndarray, part: np.ndarray) -> np.ndarray:
    return start + (end - start) * part


def uploaded(renderer: Renderer) -> int:
    """Bytes that a scene which was drawn has taken to the GPU: boxes, meshes, tables, glyphs."""
    words = [glyphs for _, _, glyphs in renderer._overlay._spoken]
    texts: list[GpuText | None] = [renderer._labels, renderer._overlay._legend, renderer._overlay._progress]
    total = sum(text._buffer.size for text in (*texts, *words) if text is not None and text._buffer)
    for batch in renderer._uploaded.values():
        total += sum(part.size for part in (batch._instances, batch._vertices, batch._indices))
        total += 4 * batch._own.width * batch._own.height if batch._own else 0
    return int(total)


def passes(frame: Callable[[float], object], times: Sequence[float]) -> Callable[[], None]:
    def run() -> None:
        for t in times:
            frame(t)

    return run


def compiled() -> tuple[Scene, float]:
    """The tour, and the seconds that it takes to compile it."""
    network, exhibit = load(SHIPPED), find("convolution")
    probe = Eager(network).read(framed(three()), preview(three()))
    spent = []
    for _ in range(BUILDS):
        start = time.perf_counter()
        scene = exhibit.build(network, probe, 1)
        spent.append(time.perf_counter() - start)
    return scene, median(spent)


def main() -> None:
    scene, building = compiled()
    times = [(index + 0.5) * scene.duration / INSTANTS for index in range(INSTANTS)]
    context = headless()
    renderer = make_renderer(context)
    assert context.info["GL_RENDERER"].startswith("NOOP"), "run with GALLIUM_NOOP=1"
    renderer.show(scene)
    batches = [NaiveBatch(context, batch) for batch in scene.batches]

    def naive(t: float) -> int:
        return sum(batch.update(t) for batch in batches)

    ours, theirs = side_by_side(passes(renderer.draw, times), passes(naive, times), rounds=9)
    frames = scene.duration * RATE
    print(
        json.dumps(
            {
                "seconds": scene.duration,
                "compile": building,
                "frame": ours / INSTANTS,
                "naive_frame": theirs / INSTANTS,
                "bytes": uploaded(renderer) + frames * FRAME_BYTES,
                "naive_bytes": frames * sum(naive(t) for t in times) / INSTANTS,
            }
        )
    )


def measure() -> list[Row]:
    environment = {**os.environ, "GALLIUM_NOOP": "1"}
    found = json.loads(subprocess.check_output([sys.executable, "-m", "tests.bench.tour"], env=environment))
    frames = RATE * found["seconds"]
    named = f"its {frames:,.0f} frames in numpy"
    return [
        at_most(
            "CPU of a frame of the tour", 1e6 * found["frame"], 1e6 * found["naive_frame"], "µs",
            "every alive box in numpy", LESS,
        ),
        Row("a full tour compiled", 1e3 * found["compile"], 1e3 * frames * found["naive_frame"], "ms", named),
        Row("uploaded for a drawing", found["bytes"] / 2**20, found["naive_bytes"] / 2**20, "MiB", named),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
