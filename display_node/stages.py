"""What of a network is shown, and where it stands: one block of boxes a stage, along the z axis.

A stage is a layer that computes or moves boxes (convolution, pool, flatten, linear), together with the
ReLU behind it. Flattening the drawing itself moves nothing: read row by row, it is a row of numbers already.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from common.bitmap import SIDE
from display_node.network import Layer, Network, Shape
from display_node.scene import Point

GAP = 20.0
"""Units between the front of one block and the back of the next: room for a kernel to hover."""
DEPTH = 1.05
"""Units from channel to channel."""
DEEPEST = 64
"""Channels that stand DEPTH apart; more of them stand closer, so that no block is deeper."""
LINE_PITCH = 1.15
WIDEST = 128
"""Boxes in a row. A longer line is wrapped into rows of one length, like text."""
UPRIGHT = 10.0
"""Units: a stage higher than that is looked at from the front, a lower one from above."""
FAR = 3 * GAP
"""The same as GAP in front of a stage that is upright and weighed: room for pictures of weights beside it."""
ANSWER_PITCH = 8.0
FILL = 0.72
"""Edge of a box as a part of its pitch."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Stage:
    """`index` 0 is the input. `shown` is the name of the activations on its boxes, `shape` their shape.

    `centres` (n, 3) are the boxes' places in the tensor's C order, `pitch` (3,) the way from one to the
    next along x, y, z, `size` (3,) a box's edges.
    """

    index: int
    kind: str
    shown: str
    shape: Shape
    centres: Floats
    pitch: tuple[float, float, float]
    size: tuple[float, float, float]
    layer: Layer | None = None

    @property
    def height(self) -> float:
        """Units from the middle of the lowest box to that of the highest: 0 for a row."""
        return float(np.ptp(self.centres[:, 1]))

    @property
    def upright(self) -> bool:
        """More like a picture than like a line: what comes to lie on it comes from the front."""
        return self.height > UPRIGHT

    @property
    def low(self) -> Floats:
        return np.asarray(self.centres.min(axis=0) - np.array(self.size, np.float32) / 2)

    @property
    def high(self) -> Floats:
        return np.asarray(self.centres.max(axis=0) + np.array(self.size, np.float32) / 2)

    def corners(self, above: float = 0.0, below: float = 0.0, ahead: float = 0.0) -> tuple[Point, ...]:
        """The eight corners of the block, with room (units) over, under and in front of it."""
        (left, bottom, back), (right, top, front) = self.low.tolist(), self.high.tolist()
        heights, depths = (bottom - below, top + above), (back, front + ahead)
        return tuple((x, y, z) for x in (left, right) for y in heights for z in depths)


def stages(network: Network) -> list[Stage]:
    """The stages of `network` from the input to the ten digits, placed one behind the other."""
    found = [_block(0, "input", "input", network.input, 0.0, None)]
    steps = _steps(network)
    for index, (layer, shown) in enumerate(steps, 1):
        weighed = layer.op == "linear" and found[-1].upright
        z = float(found[-1].high[2]) + (FAR if weighed else GAP)
        if len(layer.after) == 3:
            found.append(_block(index, layer.op, shown, layer.after, z, layer))
        else:
            found.append(_line(found[-1], shown, z, layer, last=index == len(steps)))
    return found


def canvas() -> Stage:
    """The visitor's canvas where the input stands, box over box: it has a margin if the input is smaller."""
    return _block(0, "canvas", "canvas", (1, SIDE, SIDE), 0.0, None)


def _steps(network: Network) -> list[tuple[Layer, str]]:
    """The layers that are stages, each with the name of the activations on its boxes."""
    found: list[tuple[Layer, str]] = []
    for layer in network.layers:
        if layer.op == "relu":
            if found:  # else it is the drawing that is rectified, which holds nothing negative
                found[-1] = found[-1][0], layer.name
        elif layer.op != "flatten" or (found and len(layer.before) == 3):
            found.append((layer, layer.name))
    return found


def _block(index: int, kind: str, shown: str, shape: Shape, z: float, layer: Layer | None) -> Stage:
    channels, rows, columns = shape
    # Smaller maps get bigger boxes, so that a 2×2 map is still seen from across the hall.
    wide = 1.0 if index == 0 else 1.3 * (16 / max(rows, columns)) ** 0.72
    deep = DEPTH * min(1.0, DEEPEST / channels)
    c, y, x = np.meshgrid(np.arange(channels), np.arange(rows), np.arange(columns), indexing="ij")
    centres = np.stack(
        [(x - (columns - 1) / 2) * wide, ((rows - 1) / 2 - y) * wide, c * deep + z], axis=-1
    ).reshape(-1, 3)
    size = (FILL * wide, FILL * wide, FILL * deep)
    return Stage(index, kind, shown, shape, centres.astype(np.float32), (wide, wide, deep), size, layer)


def _line(source: Stage, shown: str, z: float, layer: Layer, last: bool) -> Stage:
    """A row, or several, as high as `source`; before a picture lower, so that it doesn't cut through it."""
    (count,) = layer.after
    pitch, edge = (ANSWER_PITCH, 4.0) if last else (LINE_PITCH, FILL * LINE_PITCH)
    rows = math.ceil(count / WIDEST)
    columns = math.ceil(count / rows)
    y, x = np.divmod(np.arange(count), columns)
    centres = np.zeros((count, 3), np.float32)
    centres[:, 0] = (x - (columns - 1) / 2) * pitch
    centres[:, 1] = ((rows - 1) / 2 - y) * pitch
    centres[:, 2] = z
    centres[:, 1] += (source.low[1] + source.high[1]) / 2
    if layer.op == "linear" and source.upright:
        centres[:, 1] -= source.height / 2
    size = (edge, edge, edge)
    return Stage(source.index + 1, layer.op, shown, layer.after, centres, (pitch, pitch, pitch), size, layer)
