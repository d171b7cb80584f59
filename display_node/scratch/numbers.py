"""What a tensor is before it remembers anything: an array of numbers with torch's names for its parts."""

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from display_node.scratch.dtypes import Array, DType, float32
from display_node.scratch.errors import GraphError, Unsupported


class Numbers:
    """`array` is the numpy array itself: (any shape), one of the dtypes in `dtypes.KNOWN`."""

    __slots__ = ("array",)

    def __init__(self, data: npt.ArrayLike) -> None:
        if type(data) is np.ndarray:
            self.array: Array = data
        elif isinstance(data, int | float):
            raise Unsupported(f"Tensor({data}) is torch's old way to ask for a size: use zeros(…), tensor(…)")
        else:
            self.array = np.array(data, float32)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def dtype(self) -> DType:
        return self.array.dtype

    @property
    def device(self) -> str:
        return "cpu"

    @overload
    def size(self) -> tuple[int, ...]: ...
    @overload
    def size(self, dim: int) -> int: ...
    def size(self, dim: int | None = None) -> tuple[int, ...] | int:
        return self.array.shape if dim is None else self.array.shape[dim]

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    def item(self) -> Any:
        """The one number as Python's own."""
        if self.array.size != 1:
            raise GraphError(f"item() wants one number, but there are {self.array.size}")
        return self.array.item()

    def tolist(self) -> Any:
        return self.array.tolist()

    def __repr__(self) -> str:
        numbers = np.array2string(self.array, separator=", ", prefix="tensor(", precision=4)
        usual = self.dtype.name in ("float32", "int64", "bool")
        return f"tensor({numbers}{'' if usual else f', dtype={self.dtype}'}{self._memory()})"

    def _memory(self) -> str:
        """What `repr` adds for a tensor that takes part in a graph."""
        return ""

    def __format__(self, how: str) -> str:
        return format(self.item(), how) if self.array.ndim == 0 else format(repr(self), how)

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return self.array.__index__()

    def __len__(self) -> int:
        return len(self.array)
