"""The kinds of numbers: numpy's own dtypes under torch's names, and torch's rules for mixing them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from display_node.scratch.errors import Unsupported

Array = npt.NDArray[Any]
DType = np.dtype[Any]
DTypeLike = npt.DTypeLike | None
"""Also takes None: whatever fits."""

float32: DType = np.dtype(np.float32)
float64: DType = np.dtype(np.float64)
int64: DType = np.dtype(np.int64)
int32: DType = np.dtype(np.int32)
uint8: DType = np.dtype(np.uint8)
bool_: DType = np.dtype(np.bool_)

KNOWN = (float32, float64, int64, int32, uint8, bool_)
NAMES = {
    "float32": float32,
    "float": float32,
    "float64": float64,
    "double": float64,
    "int64": int64,
    "long": int64,
    "int32": int32,
    "int": int32,
    "uint8": uint8,
    "bool": bool_,
}
"""As `torch.float32` and so on; a Python `float` becomes float32 unless told otherwise."""
_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def checked(dtype: DTypeLike) -> DType:
    """Also takes Python's `float`, `int` and `bool`; raises `Unsupported` for what the engine lacks."""
    if isinstance(dtype, type) and dtype in (float, int, bool):
        return {float: float32, int: int64, bool: bool_}[dtype]
    found = np.dtype(dtype)
    if found not in KNOWN:
        raise Unsupported(f"scratch has no {found}: it knows {', '.join(map(str, KNOWN))}")
    return found


def is_float(dtype: DType) -> bool:
    return dtype.kind == "f"


def common(a: Array, b: Array) -> DType:
    """The dtype in which two tensors meet.

    Floating beats whole beats bool; within one category a tensor with dimensions beats one without,
    else the wider wins. Source: torch, "Type promotion" in the documentation of tensor attributes.
    """
    first, second = _CATEGORY[a.dtype.kind], _CATEGORY[b.dtype.kind]
    if first != second:
        return a.dtype if first > second else b.dtype
    if (a.ndim == 0) != (b.ndim == 0):
        return b.dtype if a.ndim == 0 else a.dtype
    return np.promote_types(a.dtype, b.dtype)


def of_number(value: float | np.generic, beside: DType) -> DType:
    """The dtype that a Python number takes beside a tensor: the tensor's, unless its category is lower."""
    if isinstance(value, bool | np.bool_) or is_float(beside):
        return beside
    if isinstance(value, int | np.integer):
        return int64 if beside == bool_ else beside
    return float32
