"""Changes in place: for optimisers and initialisation, under `no_grad`.

A graph remembers its tensors, not copies of their numbers: changing one that takes part would make its
gradients wrong without a word. So with gradients on, a change in place of or by a tensor that requires
them is refused, more strictly than torch does, which rewrites its graph in some of these cases.
"""

import numpy as np

from display_node.scratch.arithmetic import Operand, both
from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError
from display_node.scratch.mode import mode
from display_node.scratch.tensor import Tensor


def refuse_if_remembered(op: str, x: Tensor, other: object = None) -> None:
    other_requires = isinstance(other, Tensor) and other.requires_grad
    if mode.remembers and (x.requires_grad or other_requires):
        raise GraphError(
            f"{op} changes a tensor in place that the graph remembers: write a = a + b, or no_grad"
        )


def change(op: str, x: Tensor, value: Array | float, by: object = None) -> Tensor:
    """Put `value` into `x`, which must hold its shape and kind of number."""
    refuse_if_remembered(op, x, by)
    try:
        np.copyto(x.array, value, casting="same_kind")
    except (TypeError, ValueError) as error:
        raise GraphError(f"{op}: {error}") from None
    x.changes[0] += 1
    return x


def add_(x: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """x += alpha · other."""
    _, _, a, b = both(x, other)
    return change("add_", x, a + b if alpha == 1 else a + alpha * b, other)


def sub_(x: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    return add_(x, other, alpha=-alpha)


def mul_(x: Tensor, other: Operand) -> Tensor:
    _, _, a, b = both(x, other)
    return change("mul_", x, a * b, other)


def div_(x: Tensor, other: Operand) -> Tensor:
    _, _, a, b = both(x, other)
    return change("div_", x, a / b, other)


def fill_(x: Tensor, value: float) -> Tensor:
    return change("fill_", x, value)


def zero_(x: Tensor) -> Tensor:
    return change("zero_", x, 0)


def copy_(x: Tensor, other: Tensor) -> Tensor:
    """Takes over the other's numbers, in this tensor's dtype."""
    return change("copy_", x, other.array.astype(x.dtype), other)


def clamp_(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    return change("clamp_", x, np.clip(x.array, min, max))
