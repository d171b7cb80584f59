"""A tensor: an array of numbers that may remember how it was made.

The one idea of this engine stands here. Every operation computes its value and hands `record` one
*rule* per input: how a gradient at the value becomes a gradient at that input. The product of a and b:

    record("mul", a.array * b.array, (a, lambda g: g * b.array), (b, lambda g: g * a.array))

`record` makes the new tensor and lets it remember (operation, inputs, rules) as its `grad_fn`. Going back
through what was remembered, from the loss to the parameters, is the chain rule; `graph.py` does it.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from display_node.scratch.dtypes import Array, DTypeLike, is_float
from display_node.scratch.errors import GraphError, unknown
from display_node.scratch.mode import mode
from display_node.scratch.numbers import Numbers

Rule = Callable[[Array], Array]
Edge = tuple["Tensor", Rule]

_births = count()


class Step:
    """How a tensor was made: torch's `grad_fn`.

    `edges` are the inputs with their rules; None once `backward` has let them go. `versions` says how
    often each input had been changed in place when it was used.
    """

    __slots__ = ("edges", "op", "versions")

    def __init__(self, op: str, edges: tuple[Edge, ...]) -> None:
        self.op = op
        self.edges: tuple[Edge, ...] | None = edges
        self.versions = [source.changes[0] for source, _ in edges]

    def __repr__(self) -> str:
        return f"<{self.op}>"


class Tensor(Numbers):
    """`grad` is what `backward` left here; `order` when it was made, counted up over all tensors.

    `changes` counts in-place changes, in a list of one that tensors sharing their numbers share as well.
    """

    __slots__ = ("__weakref__", "_requires_grad", "changes", "grad", "grad_fn", "order", "retains_grad")
    __array_ufunc__ = None  # numpy leaves `array * tensor` to us

    def __init__(self, data: npt.ArrayLike, *, requires_grad: bool = False) -> None:
        super().__init__(data)
        self.grad: Tensor | None = None
        self.grad_fn: Step | None = None
        self.changes = [0]
        self.order = next(_births)
        self.retains_grad = False
        self._requires_grad = False
        if requires_grad:
            self.requires_grad = True

    def __getattr__(self, name: str) -> Callable[..., "Tensor"]:
        """`x.exp()` is `exp(x)`: what may be written behind a dot as well stands in `methods.METHODS`."""
        function = methods.METHODS.get(name)
        if function is None:
            raise unknown("scratch's Tensor", name, self.__dir__())
        return lambda *values, **options: function(self, *values, **options)

    def __dir__(self) -> list[str]:
        return [*dir(type(self)), *methods.METHODS]

    @property
    def requires_grad(self) -> bool:
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted and not is_float(self.dtype):
            raise GraphError(f"only floating-point tensors can require gradients, not {self.dtype}")
        if self.grad_fn is not None and not wanted:
            raise GraphError("a computed tensor cannot stop requiring gradients: detach() it")
        self._requires_grad = wanted

    def requires_grad_(self, requires_grad: bool = True) -> "Tensor":
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def data(self) -> "Tensor":
        """The very same numbers, without the memory."""
        same = Tensor(self.array)
        same.changes = self.changes
        return same

    @data.setter
    def data(self, other: "Tensor") -> None:
        self.array = other.array
        self.changes[0] += 1

    def detach(self) -> "Tensor":
        return self.data

    def numpy(self) -> Array:
        """The very same numbers, not a copy. A tensor that requires gradients is to be detached first."""
        if self._requires_grad:
            raise GraphError("this tensor requires gradients: detach() it before numpy()")
        return self.array

    def __array__(self, dtype: DTypeLike = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype, copy=copy)

    def backward(
        self, gradient: "Tensor | None" = None, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Add d(self)/d(leaf) to the `grad` of every leaf that requires it; see `graph.backward`."""
        graph.backward(self, gradient, retain_graph, create_graph)

    def retain_grad(self) -> None:
        """Let `backward` leave its gradient here too, though this tensor is computed."""
        self.retains_grad = True

    def _memory(self) -> str:
        if self.grad_fn is not None:
            return f", grad_fn={self.grad_fn}"
        return ", requires_grad=True" if self._requires_grad else ""

    @property
    def T(self) -> "Tensor":
        return shape.permute(self, *reversed(range(self.ndim)))

    @property
    def mT(self) -> "Tensor":
        return shape.transpose(self, -2, -1)

    def __getitem__(self, key: Any) -> "Tensor":
        return indexing.index(self, key)

    def __setitem__(self, key: Any, value: "Tensor | float") -> None:
        indexing.put_(self, key, value)

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[index] for index in range(len(self)))

    def __neg__(self) -> "Tensor":
        return arithmetic.neg(self)

    def __abs__(self) -> "Tensor":
        return pointwise.abs(self)

    def __matmul__(self, other: "Tensor") -> "Tensor":
        return products.matmul(self, other)

    def __add__(self, other: "Tensor | float") -> "Tensor":
        return arithmetic.add(self, other)

    def __sub__(self, other: "Tensor | float") -> "Tensor":
        return arithmetic.sub(self, other)

    def __rsub__(self, other: float) -> "Tensor":
        return arithmetic.sub(other, self)

    def __mul__(self, other: "Tensor | float") -> "Tensor":
        return arithmetic.mul(self, other)

    def __truediv__(self, other: "Tensor | float") -> "Tensor":
        return arithmetic.div(self, other)

    def __rtruediv__(self, other: float) -> "Tensor":
        return arithmetic.div(other, self)

    def __pow__(self, other: "Tensor | float") -> "Tensor":
        return arithmetic.pow(self, other)

    def __rpow__(self, other: float) -> "Tensor":
        return arithmetic.pow(other, self)

    __radd__ = __add__
    __rmul__ = __mul__

    def __iadd__(self, other: "Tensor | float") -> "Tensor":
        return inplace.add_(self, other)

    def __isub__(self, other: "Tensor | float") -> "Tensor":
        return inplace.sub_(self, other)

    def __imul__(self, other: "Tensor | float") -> "Tensor":
        return inplace.mul_(self, other)

    def __itruediv__(self, other: "Tensor | float") -> "Tensor":
        return inplace.div_(self, other)

    def __eq__(self, other: object) -> "Tensor":  # type: ignore[override]
        return compare.eq(self, other) if isinstance(other, _COMPARABLE) else NotImplemented

    def __ne__(self, other: object) -> "Tensor":  # type: ignore[override]
        return compare.ne(self, other) if isinstance(other, _COMPARABLE) else NotImplemented

    def __lt__(self, other: "Tensor | float") -> "Tensor":
        return compare.lt(self, other)

    def __le__(self, other: "Tensor | float") -> "Tensor":
        return compare.le(self, other)

    def __gt__(self, other: "Tensor | float") -> "Tensor":
        return compare.gt(self, other)

    def __ge__(self, other: "Tensor | float") -> "Tensor":
        return compare.ge(self, other)

    __hash__ = object.__hash__  # a tensor is itself, whatever its numbers are


_COMPARABLE = (Tensor, int, float, np.generic)


def record(op: str, value: Any, *edges: Edge) -> Tensor:
    """The tensor of `value`; it remembers `op` and `edges` if a gradient will ever be asked of an input."""
    made = Tensor(value if type(value) is np.ndarray else np.asarray(value))  # sums come as scalars
    if mode.remembers:
        for source, _ in edges:
            if source._requires_grad:
                made.grad_fn = Step(op, edges)
                made._requires_grad = True
                break
    return made


# Down here because tensors have operations and operations make tensors. The package imports this file
# first, so `Tensor` and `record` are there when the operations want them.
from display_node.scratch import (  # noqa: E402
    arithmetic,
    compare,
    graph,
    indexing,
    inplace,
    methods,
    pointwise,
    products,
    shape,
)
