"""New tensors."""

from typing import Any

import numpy as np

from display_node.scratch.dtypes import Array, DTypeLike, checked, float32, int64, is_float
from display_node.scratch.errors import GraphError, Unsupported
from display_node.scratch.shape import sizes
from display_node.scratch.tensor import Tensor


def device_is_here(where: str, device: object) -> None:
    if device is not None and str(device) != "cpu":
        raise Unsupported(f"scratch's {where} knows the device 'cpu' only, not {str(device)!r}")


def tensor(
    data: Any, *, dtype: DTypeLike = None, device: object = None, requires_grad: bool = False
) -> Tensor:
    """A copy of numbers, lists or an array. Python's own floats become float32; an array keeps its dtype."""
    device_is_here("tensor", device)
    try:
        array = data.array if isinstance(data, Tensor) else np.asarray(data)
    except ValueError:
        raise GraphError("tensor() wants rows of equal length") from None
    if dtype is None and is_float(array.dtype) and not isinstance(data, np.ndarray | np.generic | Tensor):
        dtype = float32
    return Tensor(array.astype(checked(array.dtype if dtype is None else dtype)), requires_grad=requires_grad)


def from_numpy(array: Array) -> Tensor:
    """The very same numbers, not a copy."""
    checked(array.dtype)
    return Tensor(array)


def as_tensor(data: Any, dtype: DTypeLike = None) -> Tensor:
    """The very same tensor or numbers where that is possible."""
    if isinstance(data, Tensor) and dtype in (None, data.dtype):
        return data
    return from_numpy(data) if isinstance(data, np.ndarray) and dtype is None else tensor(data, dtype=dtype)


def full(size: Any, fill_value: float, *, dtype: DTypeLike = None, requires_grad: bool = False) -> Tensor:
    kind = tensor(fill_value).dtype if dtype is None else checked(dtype)
    return Tensor(np.full(sizes((size,)), fill_value, kind), requires_grad=requires_grad)


def zeros(*size: Any, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    return Tensor(np.zeros(sizes(size), checked(dtype)), requires_grad=requires_grad)


def ones(*size: Any, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    return Tensor(np.ones(sizes(size), checked(dtype)), requires_grad=requires_grad)


empty = zeros
"""torch leaves the numbers of `empty` to chance; zeros are as good as any."""


def zeros_like(input: Tensor) -> Tensor:
    return Tensor(np.zeros_like(input.array))


def ones_like(input: Tensor) -> Tensor:
    return Tensor(np.ones_like(input.array))


def arange(start: float, end: float | None = None, step: float = 1, dtype: DTypeLike = None) -> Tensor:
    """start, start + step, … without `end`; `arange(n)` counts from 0."""
    first, last = (0, start) if end is None else (start, end)
    whole = all(isinstance(value, int) for value in (first, last, step))
    kind = (int64 if whole else float32) if dtype is None else checked(dtype)
    return Tensor(np.arange(first, last, step).astype(kind))


def linspace(start: float, end: float, steps: int) -> Tensor:
    """`steps` numbers from `start` to `end`, both included."""
    return Tensor(np.linspace(start, end, steps, dtype=float32))


def eye(n: int) -> Tensor:
    """Ones from corner to corner."""
    return Tensor(np.eye(n, dtype=float32))
