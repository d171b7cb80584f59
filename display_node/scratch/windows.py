"""The places on which a kernel lies while it walks over a picture, and the way back from them.

Pictures are (drawings, channels, rows, columns). A kernel of (r, c) with a stride stands on h × w places.
"""

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError

Pair = tuple[int, int]


def pair(value: int | tuple[int, ...]) -> Pair:
    """Rows and columns; one number means both."""
    if isinstance(value, int):
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    raise GraphError(f"a whole number or two (rows, columns) are wanted, not {value!r}")


def padded(picture: Array, padding: Pair, fill: float = 0.0) -> Array:
    """With a margin of `fill`. Always contiguous."""
    down, across = padding
    if not down and not across:
        return np.ascontiguousarray(picture)
    n, channels, rows, columns = picture.shape
    wide = np.full((n, channels, rows + 2 * down, columns + 2 * across), fill, picture.dtype)
    wide[:, :, down : down + rows, across : across + columns] = picture
    return wide


def windows(picture: Array, kernel: Pair, stride: Pair, padding: Pair, fill: float = 0.0) -> Array:
    """(n, channels, r, c, h, w): at […, i, j, y, x] is what the kernel's cell (i, j) covers on place (y, x).

    Nothing is copied but the margin: neighbouring windows overlap, so the same number is met many times
    by stepping through memory in strides.
    """
    if min(stride) < 1 or min(padding) < 0:
        raise GraphError(f"a stride of {stride} with a margin of {padding}")
    wide = padded(picture, padding, fill)
    n, channels, rows, columns = wide.shape
    h, w = (rows - kernel[0]) // stride[0] + 1, (columns - kernel[1]) // stride[1] + 1
    if h < 1 or w < 1:
        raise GraphError(f"a kernel of {kernel} does not fit on {rows} × {columns}, margin included")
    a, b, down, across = wide.strides
    strides = (a, b, down, across, down * stride[0], across * stride[1])
    return np.ndarray((n, channels, *kernel, h, w), wide.dtype, wide, 0, strides)


def fold(parts: Array, shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair) -> Array:
    """The way back: every number of `parts`, laid out as by `windows`, is added to the cell it came from."""
    n, channels, rows, columns = shape
    down, across = padding
    h, w = parts.shape[-2:]
    wide = np.zeros((n, channels, rows + 2 * down, columns + 2 * across), parts.dtype)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            wide[:, :, i : i + h * stride[0] : stride[0], j : j + w * stride[1] : stride[1]] += parts[
                :, :, i, j
            ]
    return wide[:, :, down : down + rows, across : across + columns]
