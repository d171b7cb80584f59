"""The operations of a network as functions: torch's `nn.functional`, commonly imported as F."""

from typing import Any

from display_node.scratch import random
from display_node.scratch.convolution import conv2d, conv2d_loop
from display_node.scratch.errors import GraphError, only, unknown
from display_node.scratch.logistic import sigmoid
from display_node.scratch.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
    nll_loss,
)
from display_node.scratch.pointwise import relu, tanh
from display_node.scratch.pooling import avg_pool2d, max_pool2d
from display_node.scratch.probabilities import log_softmax, softmax
from display_node.scratch.products import linear
from display_node.scratch.tensor import Tensor

__all__ = [
    "avg_pool2d",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "conv2d_loop",
    "cross_entropy",
    "dropout",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each number is dropped with probability `p`; the others grow by 1 / (1 − p), so the sum stays."""
    only("dropout", inplace=(inplace, False))
    if not 0 <= p < 1:
        raise GraphError(f"dropout wants a probability from 0 to below 1, not {p}")
    if not training or p == 0:
        return input
    kept = random.rand(*input.shape) >= p
    return input * kept.to(input.dtype) / (1 - p)


def __getattr__(name: str) -> Any:
    raise unknown("scratch.nn.functional", name, __all__)
