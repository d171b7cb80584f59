"""Comparisons and choices. What they say of their inputs has no slope: nothing is remembered of it."""

from typing import Any

import numpy as np

from display_node.scratch.arithmetic import Operand, both
from display_node.scratch.dtypes import bool_
from display_node.scratch.errors import GraphError
from display_node.scratch.tensor import Tensor, record


def _compare(how: Any, a: object, b: object) -> Tensor:
    _, _, x, y = both(a, b)
    return Tensor(np.asarray(how(x, y)))


def eq(a: object, b: object) -> Tensor:
    return _compare(np.equal, a, b)


def ne(a: object, b: object) -> Tensor:
    return _compare(np.not_equal, a, b)


def lt(a: Operand, b: Operand) -> Tensor:
    return _compare(np.less, a, b)


def le(a: Operand, b: Operand) -> Tensor:
    return _compare(np.less_equal, a, b)


def gt(a: Operand, b: Operand) -> Tensor:
    return _compare(np.greater, a, b)


def ge(a: Operand, b: Operand) -> Tensor:
    return _compare(np.greater_equal, a, b)


def where(condition: Tensor, a: Operand, b: Operand) -> Tensor:
    """`a` where the condition holds, else `b`; so goes the gradient."""
    if condition.dtype != bool_:
        raise GraphError(f"where() wants a condition of bool, not {condition.dtype}")
    first, second, x, y = both(a, b)
    chosen = condition.array
    return record(
        "where",
        np.where(chosen, x, y),
        (first, lambda g: np.where(chosen, g, 0)),
        (second, lambda g: np.where(chosen, 0, g)),
    )


def maximum(a: Operand, b: Operand) -> Tensor:
    """The larger of each pair; equals share the gradient evenly."""
    first, second, x, y = both(a, b)
    return record(
        "maximum",
        np.maximum(x, y),
        (first, lambda g: g * _share(x > y, x == y, g.dtype)),
        (second, lambda g: g * _share(x < y, x == y, g.dtype)),
    )


def minimum(a: Operand, b: Operand) -> Tensor:
    """The smaller of each pair; equals share the gradient evenly."""
    first, second, x, y = both(a, b)
    return record(
        "minimum",
        np.minimum(x, y),
        (first, lambda g: g * _share(x < y, x == y, g.dtype)),
        (second, lambda g: g * _share(x > y, x == y, g.dtype)),
    )


def _share(wins: Any, ties: Any, dtype: Any) -> Any:
    return wins.astype(dtype) + ties.astype(dtype) / 2


def clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Not below `min`, not above `max`; outside of them the slope is 0."""
    value = np.clip(x.array, min, max)
    return record("clamp", value, (x, lambda g: g * (value == x.array)))
