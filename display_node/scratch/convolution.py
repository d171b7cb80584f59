"""Convolution, twice: as one matrix product, which is fast, and as six loops, which is what it means."""

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError, only
from display_node.scratch.products import same_dtype
from display_node.scratch.tensor import Tensor, record
from display_node.scratch.windows import fold, pair, windows

Size = int | tuple[int, ...]


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """(n, in, rows, columns), (out, in / groups, r, c), (out,) → (n, out, h, w). One drawing may lack n.

    What each place of the kernel covers is written into a column; then the kernels are the rows of one
    matrix, the columns another, and their product is all the answers. Source: Chellapilla et al. 2006.
    """
    only("conv2d", dilation=(pair(dilation), (1, 1)))
    if input.ndim == 3:
        return conv2d(input.unsqueeze(0), weight, bias, stride, padding, 1, groups).squeeze(0)
    same_dtype("conv2d", input, weight, bias)
    x, kernels = input.array, weight.array
    if x.ndim != 4 or kernels.ndim != 4 or x.shape[1] != kernels.shape[1] * groups or len(kernels) % groups:
        raise GraphError(f"conv2d of {x.shape} with kernels {kernels.shape} in {groups} group(s)")
    step, margin = pair(stride), pair(padding)
    size = (kernels.shape[2], kernels.shape[3])
    covered = windows(x, size, step, margin)
    places = covered.shape
    n, _, _, _, h, w = places
    inputs, outputs = kernels[0].size, len(kernels) // groups  # numbers into one cell; cells of one place
    columns = covered.reshape(n, groups, inputs, h * w)
    rows = kernels.reshape(groups, outputs, inputs)
    value = (rows @ columns).reshape(n, len(kernels), h, w)
    if bias is not None:
        value += bias.array[:, None, None]

    def grouped(g: Array) -> Array:
        return g.reshape(n, groups, outputs, h * w)

    def to_input(g: Array) -> Array:
        parts = rows.swapaxes(-1, -2) @ grouped(g)
        return fold(parts.reshape(places), x.shape, size, step, margin)

    def to_weight(g: Array) -> Array:
        products = grouped(g) @ columns.swapaxes(-1, -2)
        return np.asarray(products.sum(axis=0).reshape(kernels.shape))

    edges = [(input, to_input), (weight, to_weight)]
    if bias is not None:
        edges.append((bias, lambda g: g.sum(axis=(0, 2, 3))))
    return record("conv2d", value, *edges)


def conv2d_loop(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Size = 1, padding: Size = 0
) -> Tensor:
    """The definition, number by number, of one drawing: (in, rows, columns) → (out, h, w). No gradient."""
    x, kernels = input.array, weight.array
    (down, across), (top, left) = pair(stride), pair(padding)
    outs, ins, r, c = kernels.shape
    h = (x.shape[1] + 2 * top - r) // down + 1
    w = (x.shape[2] + 2 * left - c) // across + 1
    value = np.zeros((outs, h, w), x.dtype)
    for k in range(outs):
        for y in range(h):
            for z in range(w):
                total = 0 if bias is None else bias.array[k]
                for channel in range(ins):
                    for i in range(r):
                        for j in range(c):
                            row, column = y * down + i - top, z * across + j - left
                            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                                total += x[channel, row, column] * kernels[k, channel, i, j]
                value[k, y, z] = total
    return Tensor(value)
