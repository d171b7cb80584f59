"""From many numbers to fewer: sums, means and maxima, over all axes or some.

`dim` is None (all), an axis or several; `keepdim` leaves a reduced axis in place with one entry.
"""

from typing import NamedTuple

import numpy as np

from display_node.scratch.compare import maximum
from display_node.scratch.dtypes import Array, bool_, int64, is_float
from display_node.scratch.errors import GraphError
from display_node.scratch.tensor import Tensor, record

Dim = int | tuple[int, ...] | None


class Extremes(NamedTuple):
    """What `max(x, dim)` gives: the values, and where along `dim` they stand."""

    values: Tensor
    indices: Tensor


def _spread(g: Array, like: Array, dim: Dim, keepdim: bool) -> Array:
    """A reduced gradient in the shape it had before: every number that went into a sum gets it whole."""
    if dim is not None and not keepdim:
        g = np.expand_dims(g, dim)
    return np.broadcast_to(g, like.shape)


def sum(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    dim = tuple(dim) if isinstance(dim, list) else dim
    dtype = x.dtype if is_float(x.dtype) else int64
    value = x.array.sum(axis=dim, keepdims=keepdim, dtype=dtype)
    return record("sum", value, (x, lambda g: _spread(g, x.array, dim, keepdim)))


def mean(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    if not is_float(x.dtype):
        raise GraphError(f"mean() wants floating-point numbers, not {x.dtype}: use float()")
    dim = tuple(dim) if isinstance(dim, list) else dim
    value = np.asarray(x.array.mean(axis=dim, keepdims=keepdim))
    count = x.array.size / (value.size or 1)
    return record("mean", value, (x, lambda g: _spread(g, x.array, dim, keepdim) / count))


def amax(x: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The largest; where several are, they share the gradient evenly."""
    dim = tuple(dim) if isinstance(dim, list) else dim
    value = x.array.max(axis=dim, keepdims=keepdim)

    def rule(g: Array) -> Array:
        top = x.array == _spread(value, x.array, dim, keepdim)
        return np.asarray(
            _spread(g, x.array, dim, keepdim) * top / top.sum(axis=dim, keepdims=True, dtype=g.dtype)
        )

    return record("amax", value, (x, rule))


def max(x: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Tensor | Extremes:
    """`max(x)`: the largest of all; `max(x, dim)`: (values, indices); `max(x, y)`: the larger ones."""
    if dim is None:
        return amax(x)
    if isinstance(dim, Tensor):
        return maximum(x, dim)
    axis = dim
    where = np.expand_dims(x.array.argmax(axis), axis)  # the first of equals gets the whole gradient

    def rule(g: Array) -> Array:
        spread = np.zeros_like(x.array)
        np.put_along_axis(spread, where, g if keepdim else np.expand_dims(g, axis), axis)
        return spread

    value = np.take_along_axis(x.array, where, axis)
    if not keepdim:
        return Extremes(record("max", value.squeeze(axis), (x, rule)), Tensor(where.squeeze(axis)))
    return Extremes(record("max", value, (x, rule)), Tensor(where))


def argmax(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest stands, the first of equals; without `dim`, counted through all numbers."""
    return Tensor(np.asarray(np.argmax(x.array, axis=dim, keepdims=keepdim)))


def all(x: Tensor) -> Tensor:
    return Tensor(np.asarray(x.array.all(), bool_))


def any(x: Tensor) -> Tensor:
    return Tensor(np.asarray(x.array.any(), bool_))
