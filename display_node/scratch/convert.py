"""The same values as another kind of number."""

from display_node.scratch.create import device_is_here
from display_node.scratch.dtypes import DType, DTypeLike, bool_, checked, float32, float64, int32, int64
from display_node.scratch.tensor import Tensor, record


def to(x: Tensor, target: DTypeLike | Tensor | str = None, *, dtype: DTypeLike = None) -> Tensor:
    """`to(dtype)`, `to(tensor)` or `to("cpu")`; the very same tensor where nothing changes."""
    if isinstance(target, Tensor):
        dtype = target.dtype
    elif isinstance(target, str):
        device_is_here("to", target)
    elif target is not None:
        dtype = target
    kind = x.dtype if dtype is None else checked(dtype)
    if kind == x.dtype:
        return x
    return _cast(x, kind)


def _cast(x: Tensor, kind: DType) -> Tensor:
    value = x.array.astype(kind)
    return record("to", value, (x, lambda g: g)) if kind.kind == "f" else Tensor(value)


def cpu(x: Tensor) -> Tensor:
    return x


def type_as(x: Tensor, other: Tensor) -> Tensor:
    return to(x, other.dtype)


def float(x: Tensor) -> Tensor:
    return to(x, float32)


def double(x: Tensor) -> Tensor:
    return to(x, float64)


def long(x: Tensor) -> Tensor:
    return to(x, int64)


def int(x: Tensor) -> Tensor:
    return to(x, int32)


def bool(x: Tensor) -> Tensor:
    return to(x, bool_)
