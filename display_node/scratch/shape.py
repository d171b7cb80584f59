"""The same numbers in another order or shape. A rule undoes what was done.

Most of these are views: they share their numbers with the input, so an in-place change counts for both.
"""

import math
from collections.abc import Sequence

import numpy as np

from display_node.scratch.errors import GraphError
from display_node.scratch.tensor import Rule, Tensor, record


def view_of(x: Tensor, op: str, value: np.ndarray, rule: Rule) -> Tensor:
    made = record(op, value, (x, rule))
    made.changes = x.changes
    return made


def sizes(given: tuple[int | Sequence[int], ...]) -> tuple[int, ...]:
    """`reshape(2, 3)` and `reshape((2, 3))` mean the same."""
    if len(given) == 1 and not isinstance(given[0], int | np.integer):
        given = tuple(given[0])
    return tuple(int(size) for size in given)  # type: ignore[arg-type]


def reshape(x: Tensor, *shape: int | Sequence[int]) -> Tensor:
    """One size may be −1: what is left. Where no view is possible, the numbers are copied."""
    try:
        value = x.array.reshape(sizes(shape))
    except ValueError:
        raise GraphError(f"{x.shape} cannot be reshaped to {sizes(shape)}") from None
    return view_of(x, "reshape", value, lambda g: g.reshape(x.shape))


view = reshape
"""torch's `view` refuses to copy; ours is `reshape`."""


def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """All axes from `start_dim` to `end_dim` become one."""
    if x.ndim == 0:
        return reshape(x, 1)
    start, end = start_dim % x.ndim, end_dim % x.ndim
    return reshape(x, *x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])


def squeeze(x: Tensor, dim: int | None = None) -> Tensor:
    """Without axes of size 1: all of them, or this one if it is."""
    at = range(x.ndim) if dim is None else (dim % x.ndim,)
    return reshape(x, *(size for axis, size in enumerate(x.shape) if axis not in at or size != 1))


def unsqueeze(x: Tensor, dim: int) -> Tensor:
    """With an axis of size 1 before `dim`; −1 puts it last."""
    return view_of(x, "unsqueeze", np.expand_dims(x.array, dim), lambda g: g.reshape(x.shape))


def permute(x: Tensor, *dims: int | Sequence[int]) -> Tensor:
    """Axis i of the result is axis dims[i] of the input."""
    order = sizes(dims)
    back = np.argsort([axis % x.ndim for axis in order]) if order else ()
    return view_of(x, "permute", x.array.transpose(order), lambda g: g.transpose(back))


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    return view_of(x, "transpose", x.array.swapaxes(dim0, dim1), lambda g: g.swapaxes(dim0, dim1))


def t(x: Tensor) -> Tensor:
    """A matrix's rows become its columns."""
    if x.ndim > 2:
        raise GraphError(f"t() wants at most two axes, not {x.ndim}")
    return permute(x, *reversed(range(x.ndim)))


def expand(x: Tensor, *shape: int | Sequence[int]) -> Tensor:
    """Repeats axes of size 1 without copying, as broadcasting does; −1 leaves an axis as it is."""
    wanted = sizes(shape)
    kept = (1,) * (len(wanted) - x.ndim) + x.shape
    try:
        full = tuple(old if size == -1 else size for size, old in zip(wanted, kept, strict=True))
        value = np.broadcast_to(x.array, full)
    except ValueError:
        raise GraphError(f"{x.shape} cannot be expanded to {wanted}: only axes of size 1 repeat") from None
    return view_of(x, "expand", value, lambda g: g)


def clone(x: Tensor) -> Tensor:
    return record("clone", x.array.copy(), (x, lambda g: g))


def contiguous(x: Tensor) -> Tensor:
    """Its numbers one after the other in memory."""
    return x if x.array.flags.c_contiguous else clone(x)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """One after the other along `dim`; each gets back its stretch of the gradient."""
    try:
        value = np.concatenate([part.array for part in tensors], axis=dim)
    except ValueError as error:
        shapes = " and ".join(str(part.shape) for part in tensors) or "nothing"
        raise GraphError(f"{shapes} cannot be joined along axis {dim}: {error}") from None
    ends = np.cumsum([part.shape[dim] for part in tensors])

    def stretch(end: int, size: int) -> Rule:
        return lambda g: g.take(range(end - size, end), axis=dim)

    rules = [stretch(int(end), part.shape[dim]) for end, part in zip(ends, tensors, strict=True)]
    return record("cat", value, *zip(tensors, rules, strict=True))


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Side by side along a new axis."""
    return cat([unsqueeze(part, dim) for part in tensors], dim)
