"""How wrong an answer is, as one number. `reduction` is "mean" or "sum" over the batch, or "none"."""

import numpy as np

from display_node.scratch import reduce
from display_node.scratch.dtypes import Array, is_float
from display_node.scratch.errors import GraphError, Unsupported, only
from display_node.scratch.indexing import index
from display_node.scratch.probabilities import log_softmax
from display_node.scratch.tensor import Tensor, record


def _reduced(losses: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise Unsupported(f"scratch's losses know reduction='mean', 'sum' or 'none', not {reduction!r}")
    return reduce.mean(losses) if reduction == "mean" else reduce.sum(losses)


def _same_shape(op: str, input: Tensor, target: Tensor) -> None:
    if input.shape != target.shape:
        raise GraphError(f"{op} of {input.shape} against {target.shape}: the shapes differ")


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """(input − target)²."""
    _same_shape("mse_loss", input, target)
    return _reduced((input - target) ** 2, reduction)


def nll_loss(
    input: Tensor, target: Tensor, weight: None = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """−input[n, target[n]]: `input` (n, classes) are logarithms of probabilities, `target` (n,) classes."""
    only("nll_loss", weight=(weight, None), ignore_index=(ignore_index, -100))
    if input.ndim != 2 or target.shape != input.shape[:1] or target.dtype.kind not in "iu":
        given = f"{input.shape} and {target.dtype} of {target.shape}"
        raise GraphError(f"a loss over classes wants (n, classes) and n whole numbers, not {given}")
    wrong = (target.array < 0) | (target.array >= input.shape[1])
    if wrong.any():
        raise GraphError(f"there is no class {target.array[wrong][0]} among {input.shape[1]}")
    chosen = index(input, (np.arange(len(input)), target.array))
    return _reduced(-chosen, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """−log of the probability that softmax(input) gives to the right class; `input` (n, classes) are scores.

    `target` is (n,) classes, or (n, classes) probabilities: then −Σ target · log softmax(input).
    """
    only("cross_entropy", weight=(weight, None), label_smoothing=(label_smoothing, 0.0))
    only("cross_entropy", ignore_index=(ignore_index, -100))
    if is_float(target.dtype):
        if target.ndim < input.ndim:
            raise GraphError(f"classes are whole numbers, not {target.dtype}: use long()")
        _same_shape("cross_entropy", input, target)
        losses = -reduce.sum(target * log_softmax(input, 1), 1)
        return _reduced(losses, reduction)
    return nll_loss(log_softmax(input, 1), target, reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: None = None, *, reduction: str = "mean", pos_weight: None = None
) -> Tensor:
    """−t log σ(x) − (1 − t) log(1 − σ(x)) = max(x, 0) − x t + log(1 + e^−|x|), which never overflows.

    Its slope is σ(x) − t. `target` holds numbers from 0 to 1.
    """
    op = "binary_cross_entropy_with_logits"
    only(op, weight=(weight, None), pos_weight=(pos_weight, None))
    _same_shape(op, input, target)
    x, t = input.array, target.array
    small = np.exp(-np.abs(x))
    value = np.maximum(x, 0) - x * t + np.log1p(small)

    def to_input(g: Array) -> Array:
        probability = np.where(x >= 0, 1, small) / (1 + small)
        return np.asarray(g * (probability - t))

    return _reduced(
        record("bce_with_logits", value, (input, to_input), (target, lambda g: -g * x)), reduction
    )


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: None = None, *, reduction: str = "mean"
) -> Tensor:
    """−t log p − (1 − t) log(1 − p); p are probabilities. Its slope is (p − t) / (p (1 − p)).

    As in torch, no logarithm is below −100 and no divisor below 1e−12: certainty is wrong, not infinitely so.
    """
    only("binary_cross_entropy", weight=(weight, None))
    _same_shape("binary_cross_entropy", input, target)
    p, t = input.array, target.array
    if not ((p >= 0) & (p <= 1)).all():
        raise GraphError(
            "binary_cross_entropy wants probabilities from 0 to 1: a sigmoid makes them of scores"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        yes, no = (np.maximum(np.log(part), -100) for part in (p, 1 - p))

    def to_input(g: Array) -> Array:
        return np.asarray(g * (p - t) / np.maximum(p * (1 - p), 1e-12))

    losses = record("bce", -(t * yes + (1 - t) * no), (input, to_input), (target, lambda g: g * (no - yes)))
    return _reduced(losses, reduction)
