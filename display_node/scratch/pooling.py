"""Fewer cells from many: the largest or the mean of what each window covers."""

import numpy as np

from display_node.scratch.convolution import Size
from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError, only
from display_node.scratch.tensor import Tensor, record
from display_node.scratch.windows import fold, pair, windows


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """(n, channels, rows, columns) → (n, channels, h, w); the stride is the kernel's size unless given.

    The whole gradient goes to the largest cell of each window, the first of equals. The margin never wins.
    """
    only("max_pool2d", ceil_mode=(ceil_mode, False), return_indices=(return_indices, False))
    only("max_pool2d", dilation=(pair(dilation), (1, 1)))
    if input.ndim == 3:
        return max_pool2d(input.unsqueeze(0), kernel_size, stride, padding).squeeze(0)
    size, step, margin = _sizes("max_pool2d", input, kernel_size, stride, padding)
    covered = windows(input.array, size, step, margin, fill=-np.inf)

    def rule(g: Array) -> Array:
        n, channels, r, c, h, w = covered.shape
        largest = covered.reshape(n, channels, r * c, h, w).argmax(axis=2)
        wins = np.arange(r * c)[:, None, None] == largest[:, :, None]
        return fold((wins * g[:, :, None]).reshape(covered.shape), input.shape, size, step, margin)

    return record("max_pool2d", covered.max(axis=(2, 3)), (input, rule))


def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """As `max_pool2d`, but the mean, the margin's zeros included: every cell gets an equal share."""
    only("avg_pool2d", ceil_mode=(ceil_mode, False), divisor_override=(divisor_override, None))
    only("avg_pool2d", count_include_pad=(count_include_pad, True))
    if input.ndim == 3:
        return avg_pool2d(input.unsqueeze(0), kernel_size, stride, padding).squeeze(0)
    size, step, margin = _sizes("avg_pool2d", input, kernel_size, stride, padding)
    covered = windows(input.array, size, step, margin)

    def rule(g: Array) -> Array:
        shares = np.broadcast_to((g / (size[0] * size[1]))[:, :, None, None], covered.shape)
        return fold(shares, input.shape, size, step, margin)

    return record("avg_pool2d", covered.mean(axis=(2, 3)), (input, rule))


def _sizes(
    op: str, input: Tensor, kernel: Size, stride: Size | None, padding: Size
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    size, margin = pair(kernel), pair(padding)
    if input.ndim != 4:
        raise GraphError(f"{op} wants (drawings, channels, rows, columns), not {input.shape}")
    if 2 * margin[0] > size[0] or 2 * margin[1] > size[1]:
        raise GraphError(f"{op}: a margin of {margin} is more than half of a kernel of {size}")
    return size, size if stride is None else pair(stride), margin
