"""Functions of each number by itself. A rule is the function's slope times the gradient."""

import numpy as np

from display_node.scratch.dtypes import Array, float32, is_float
from display_node.scratch.tensor import Tensor, record


def _real(x: Tensor) -> Array:
    """Whole numbers become float32."""
    return x.array if is_float(x.dtype) else x.array.astype(float32)


def exp(x: Tensor) -> Tensor:
    """e^x is its own slope."""
    with np.errstate(over="ignore"):  # infinity is a value, as in torch
        value = np.exp(_real(x))
    return record("exp", value, (x, lambda g: g * value))


def log(x: Tensor) -> Tensor:
    """The natural logarithm; −∞ at 0, NaN below. Its slope is 1/x."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(_real(x))
    return record("log", value, (x, lambda g: g / x.array))


def sqrt(x: Tensor) -> Tensor:
    """√x, slope 1/(2√x)."""
    with np.errstate(invalid="ignore"):
        value = np.sqrt(_real(x))
    return record("sqrt", value, (x, lambda g: g / (2 * value)))


def abs(x: Tensor) -> Tensor:
    """|x|, slope ±1, and 0 at 0."""
    return record("abs", np.abs(x.array), (x, lambda g: g * np.sign(x.array)))


def tanh(x: Tensor) -> Tensor:
    """Slope 1 − tanh²."""
    value = np.tanh(_real(x))
    return record("tanh", value, (x, lambda g: g * (1 - value * value)))


def relu(x: Tensor) -> Tensor:
    """max(x, 0), slope 1 where x > 0, else 0."""
    value = np.maximum(x.array, 0)
    return record("relu", value, (x, lambda g: g * (value > 0)))
