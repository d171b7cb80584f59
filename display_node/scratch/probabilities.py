"""From scores to probabilities, along one axis. The largest score is subtracted first: e never overflows."""

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import Unsupported
from display_node.scratch.tensor import Tensor, record


def _axis(name: str, dim: int | None) -> int:
    if dim is None:
        raise Unsupported(f"scratch's {name} wants a dim: torch's guess is deprecated there, too")
    return dim


def softmax(input: Tensor, dim: int | None = None) -> Tensor:
    """p = e^x / Σ e^x. What raises one probability lowers the others: p (g − Σ g p)."""
    axis = _axis("softmax", dim)
    grown = np.exp(input.array - input.array.max(axis=axis, keepdims=True))
    p = grown / grown.sum(axis=axis, keepdims=True)
    return record("softmax", p, (input, lambda g: p * (g - (g * p).sum(axis=axis, keepdims=True))))


def log_softmax(input: Tensor, dim: int | None = None) -> Tensor:
    """x − log Σ e^x: the logarithm of `softmax`, finite where that is rounded to 0. Back: g − p Σ g."""
    axis = _axis("log_softmax", dim)
    shifted = input.array - input.array.max(axis=axis, keepdims=True)
    value = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    def rule(g: Array) -> Array:
        return np.asarray(g - np.exp(value) * g.sum(axis=axis, keepdims=True))

    return record("log_softmax", value, (input, rule))
