"""Sums, products, quotients and powers of tensors and numbers, with broadcasting.

A rule may answer in the broadcast shape: `graph.py` sums what was repeated.
"""

import numpy as np

from display_node.scratch.dtypes import Array, common, float32, is_float, of_number
from display_node.scratch.errors import GraphError
from display_node.scratch.tensor import Tensor, record

Operand = Tensor | float


def both(a: object, b: object) -> tuple[Tensor, Tensor, Array, Array]:
    """Two operands as tensors, and their arrays in the dtype in which they meet. One may be a number."""
    first = a if isinstance(a, Tensor) else _constant(a, b)
    second = b if isinstance(b, Tensor) else _constant(b, a)
    x, y = first.array, second.array
    if x.shape != y.shape:
        _broadcast(x, y)
    if x.dtype != y.dtype:
        meeting = common(x, y)
        x, y = x.astype(meeting), y.astype(meeting)
    return first, second, x, y


def _broadcast(x: Array, y: Array) -> None:
    """Refuse, in our words, what numpy would not broadcast."""
    try:
        np.broadcast(x, y)
    except ValueError:
        rule = "from the last axis on, sizes must be equal, or one of them 1"
        raise GraphError(f"{x.shape} and {y.shape} do not meet: {rule}") from None


def _constant(value: object, beside: object) -> Tensor:
    if not isinstance(value, int | float | np.generic):
        raise GraphError(f"a tensor meets tensors and numbers, not {type(value).__name__}: use tensor(…)")
    dtype = of_number(value, beside.dtype) if isinstance(beside, Tensor) else float32
    return Tensor(np.array(value, dtype))


def add(a: Operand, b: Operand) -> Tensor:
    first, second, x, y = both(a, b)
    return record("add", x + y, (first, lambda g: g), (second, lambda g: g))


def sub(a: Operand, b: Operand) -> Tensor:
    first, second, x, y = both(a, b)
    return record("sub", x - y, (first, lambda g: g), (second, lambda g: -g))


def neg(a: Tensor) -> Tensor:
    return record("neg", -a.array, (a, lambda g: -g))


def mul(a: Operand, b: Operand) -> Tensor:
    first, second, x, y = both(a, b)
    return record("mul", x * y, (first, lambda g: g * y), (second, lambda g: g * x))


def div(a: Operand, b: Operand) -> Tensor:
    """a / b; whole numbers divide into float32."""
    first, second, x, y = both(a, b)
    if not is_float(x.dtype):
        x, y = x.astype(float32), y.astype(float32)
    with np.errstate(divide="ignore", invalid="ignore"):  # infinities are values, as in torch
        value = x / y
    return record("div", value, (first, lambda g: g / y), (second, lambda g: -g * value / y))


def pow(base: Operand, exponent: Operand) -> Tensor:
    """base^exponent: d/d base = exponent · base^(exponent − 1), d/d exponent = base^exponent · ln base."""
    first, second, x, y = both(base, exponent)
    if y.ndim == 0:
        y = y.item()  # numpy is quicker with a plain number, above all 2
    with np.errstate(divide="ignore", invalid="ignore"):
        value = x**y

    def to_base(g: Array) -> Array:
        slope = np.where(y == 0, 0, y * x ** (y - 1))  # x⁰ is 1 everywhere, also at 0
        return np.asarray(g * slope.astype(g.dtype))

    def to_exponent(g: Array) -> Array:
        slope = np.where((x == 0) & (y >= 0), 0, value * np.log(x))
        return np.asarray(g * slope.astype(g.dtype))

    return record("pow", value, (first, to_base), (second, to_exponent))
