"""Functions of each number by itself. A rule is the function's slope times the gradient."""

import numpy as np

from display_node.scratch.tensor import Tensor, record


def exp(x: Tensor) -> Tensor:
    """e^x is its own slope."""
    with np.errstate(over="ignore"):  # infinity is a value, as in torch
        value = np.exp(x.array)
    return record("exp", value, (x, lambda g: g * value))


def log(x: Tensor) -> Tensor:
    """The natural logarithm; −∞ at 0, NaN below. Its slope is 1/x."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(x.array)
    return record("log", value, (x, lambda g: g / x.array))


def sqrt(x: Tensor) -> Tensor:
    """√x, slope 1/(2√x)."""
    with np.errstate(invalid="ignore"):
        value = np.sqrt(x.array)
    return record("sqrt", value, (x, lambda g: g / (2 * value)))


def abs(x: Tensor) -> Tensor:
    """|x|, slope ±1, and 0 at 0."""
    return record("abs", np.abs(x.array), (x, lambda g: g * np.sign(x.array)))


def tanh(x: Tensor) -> Tensor:
    """Slope 1 − tanh²."""
    value = np.tanh(x.array)
    return record("tanh", value, (x, lambda g: g * (1 - value * value)))


def relu(x: Tensor) -> Tensor:
    """max(x, 0), slope 1 where x > 0, else 0."""
    value = np.maximum(x.array, 0)
    return record("relu", value, (x, lambda g: g * (value > 0)))
