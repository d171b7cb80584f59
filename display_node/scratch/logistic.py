"""The sigmoid, written as a visitor would write an operation: a `Function` with its own derivative.

Composed of exp and a division it would overflow on the way in, or multiply 0 by infinity on the way back.
Here it is 1 / (1 + e^−x) above zero and e^x / (1 + e^x) below, so that e is never raised above 0.
"""

from typing import Any

from display_node.scratch.autograd import Function
from display_node.scratch.compare import where
from display_node.scratch.pointwise import exp
from display_node.scratch.tensor import Tensor


class Sigmoid(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        small = exp(-abs(x))
        value = where(x >= 0, 1.0, small) / (1.0 + small)
        ctx.save_for_backward(value)
        return value

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Its slope is σ (1 − σ)."""
        (value,) = ctx.saved_tensors
        slope: Tensor = value * (1.0 - value)
        return gradient * slope


def sigmoid(x: Tensor) -> Tensor:
    return Sigmoid.apply(x)
