"""What of a network is shown, and where it stands: one block of boxes a stage, along the z axis.

A stage is a layer that computes (convolution, flatten, linear) together with the ReLU behind it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from display_node.network import Layer, Network, Shape
from display_node.scene import Point

GAP = 20.0
"""Units between the front of one block and the back of the next: room for a kernel to hover."""
DEPTH = 1.05
"""Units from channel to channel."""
LINE_PITCH = 1.15
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
    layers = network.layers
    for layer, after in zip(layers, [*layers[1:], None], strict=True):
        if layer.op == "relu":
            continue
        shown = after.name if after is not None and after.op == "relu" else layer.name
        z = float(found[-1].high[2]) + GAP
        index = len(found)
        if len(layer.after) == 3:
            found.append(_block(index, layer.op, shown, layer.after, z, layer))
        else:
            found.append(_line(index, layer.op, shown, layer.after, z, layer, last=after is None))
    return found


def _block(index: int, kind: str, shown: str, shape: Shape, z: float, layer: Layer | None) -> Stage:
    channels, rows, columns = shape
    # Smaller maps get bigger boxes, so that a 2×2 map is still seen from across the hall.
    wide = 1.0 if index == 0 else 1.3 * (16 / max(rows, columns)) ** 0.72
    c, y, x = np.meshgrid(np.arange(channels), np.arange(rows), np.arange(columns), indexing="ij")
    centres = np.stack(
        [(x - (columns - 1) / 2) * wide, ((rows - 1) / 2 - y) * wide, c * DEPTH + z], axis=-1
    ).reshape(-1, 3)
    size = (FILL * wide, FILL * wide, FILL * DEPTH)
    return Stage(index, kind, shown, shape, centres.astype(np.float32), (wide, wide, DEPTH), size, layer)


def _line(index: int, kind: str, shown: str, shape: Shape, z: float, layer: Layer, last: bool) -> Stage:
    (count,) = shape
    pitch = ANSWER_PITCH if last else LINE_PITCH
    centres = np.zeros((count, 3), np.float32)
    centres[:, 0] = (np.arange(count) - (count - 1) / 2) * pitch
    centres[:, 2] = z
    edge = 4.0 if last else FILL * LINE_PITCH
    return Stage(index, kind, shown, shape, centres, (pitch, pitch, pitch), (edge, edge, edge), layer)
