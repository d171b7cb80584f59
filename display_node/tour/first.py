"""The first block's three chapters share it: one small look, the same everywhere, and all the other filters.

Each fills in when its cells light up; together they are the block's standing boxes.
"""

from dataclasses import dataclass

import numpy as np

from display_node.flights import standing
from display_node.scene import Batch
from display_node.stages import Stage
from display_node.tour.material import Floats, Material
from display_node.tour.spot import strongest
from display_node.windows import patches

MOST_NUMBERS = 25
"""Numbers on a kernel that can be told one by one."""


@dataclass(frozen=True, eq=False)
class First:
    """`channel`, `row`, `column`: the spot that is explained. `arrivals`, of the block's shape: seconds."""

    told: Material
    source: Stage
    target: Stage
    channel: int
    row: int
    column: int
    arrivals: Floats

    @property
    def place(self) -> int:
        """Index of the spot in its map."""
        return self.row * self.target.shape[2] + self.column

    @property
    def kernel(self) -> Floats:
        """(k²,) the weights of the filter that is explained."""
        layer = self.target.layer
        assert layer is not None
        assert layer.weight is not None
        return np.asarray(layer.weight[self.channel].ravel())

    @property
    def bias(self) -> float:
        layer = self.target.layer
        assert layer is not None
        return 0.0 if layer.bias is None else float(layer.bias[self.channel])

    @property
    def rectified(self) -> bool:
        """Whether a ReLU stands behind the sums."""
        assert self.target.layer is not None
        return self.target.shown != self.target.layer.name

    def patch(self) -> Floats:
        """(k²,) the numbers of the drawing at the spot."""
        layer = self.target.layer
        assert layer is not None
        seen = patches(self.told.shown(self.source), layer.kernel, layer.stride, layer.padding)
        found: Floats = seen[self.place]
        return found

    def sum(self) -> float:
        """Before the ReLU."""
        return float(self.told.sums(self.target)[self.channel, self.row, self.column])

    def box(self) -> int:
        """The cell's index among all of the block."""
        return int(np.ravel_multi_index((self.channel, self.row, self.column), self.target.shape))

    def looked_at(self) -> tuple[int, int]:
        """Row and column of the drawing in the middle of the patch."""
        layer = self.target.layer
        assert layer is not None
        reach = (layer.kernel - 1) // 2 - layer.padding
        return self.row * layer.stride + reach, self.column * layer.stride + reach

    def standing(self) -> Batch:
        return standing(self.target, self.told.shown(self.target), self.arrivals.ravel())


def explained(told: Material) -> First | None:
    """The spot that is explained; None where the first layer is no convolution of few weights."""
    source, target = told.line_up[0], told.line_up[1]
    layer = target.layer
    if layer is None or layer.op != "conv2d" or layer.kernel**2 > MOST_NUMBERS:
        return None
    channel, row, column = strongest(target, told.shown(source), told.sums(target), told.shown(target))
    arrivals = np.full(target.shape, np.inf, np.float32)
    return First(told, source, target, channel, row, column, arrivals)


def inked(told: Material) -> tuple[int, int]:
    """Row and column of the drawing's darkest box, for networks without a spot to be explained."""
    picture = told.shown(told.line_up[0])[0]
    row, column = np.unravel_index(int(picture.argmax()), picture.shape)
    return int(row), int(column)
