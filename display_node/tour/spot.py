"""Which spot of this drawing is explained: chosen from the drawing, never a fixed pixel.

Arrays are of one drawing: `incoming` (channels, rows, columns) is what the convolution `target` looks at,
`sums` (maps, h, w) what it makes of it, `values`, of the same shape, what of these is shown behind a ReLU.
"""

import numpy as np
import numpy.typing as npt

from display_node.network import Layer
from display_node.stages import Stage
from display_node.windows import patches

Cell = tuple[int, int, int]
"""Map, row, column."""

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def strongest(target: Stage, incoming: Floats, sums: Floats, values: Floats) -> Cell:
    """The cell where the drawing excites one filter most.

    Its patch holds ink and lies inside the picture, with no padding to be explained, if any such cell is
    above zero; else it only holds ink; else it is the largest sum before the ReLU.
    """
    layer = _convolution(target)
    inked, inside = _inked(layer, incoming), _inside(layer)
    for places in (inside & inked, inked):
        if (values * places).max() > 0:
            return _largest(values, places)
    choice = (inside & inked, inked, inside, np.ones_like(inside))
    return _largest(sums, next(places for places in choice if places.any()))


def negative(target: Stage, incoming: Floats, sums: Floats, channel: int, avoid: Cell) -> Cell | None:
    """The cell of the same map with the most negative sum, whose patch holds ink and lies inside the picture.

    It is never `avoid`, which is explained already. None if there is none.
    """
    layer = _convolution(target)
    places = _inside(layer) & _inked(layer, incoming)
    places[avoid[1:]] = False
    if not ((sums[channel] < 0) & places).any():
        return None
    _, row, column = _largest(-sums[channel : channel + 1], places)
    return channel, row, column


def _convolution(target: Stage) -> Layer:
    if target.layer is None or target.layer.op != "conv2d":
        raise ValueError(f"{target.shown} is no convolution, but {target.kind}")
    return target.layer


def _inked(layer: Layer, incoming: Floats) -> Mask:
    """(h, w) the patch under the kernel is not all zero."""
    covered = patches(incoming, layer.kernel, layer.stride, layer.padding)
    return np.asarray((covered != 0).any(axis=1).reshape(layer.after[1:]))


def _inside(layer: Layer) -> Mask:
    """(h, w) the patch lies inside the picture."""
    _, rows, columns = layer.before
    fits = []
    for places, side in zip(layer.after[1:], (rows, columns), strict=True):
        first = np.arange(places) * layer.stride - layer.padding
        fits.append((first >= 0) & (first + layer.kernel <= side))
    return fits[0][:, None] & fits[1]


def _largest(values: Floats, places: Mask) -> Cell:
    """Among `places` (h, w) of any map; the first of equal ones."""
    at = np.where(places, values, -np.inf).argmax()
    channel, row, column = (int(index) for index in np.unravel_index(at, values.shape))
    return channel, row, column
