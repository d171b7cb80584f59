"""What parameters are before they have learnt: torch's distributions from our own generator."""

import math
from typing import Any

from display_node.scratch import random
from display_node.scratch.errors import GraphError, Unsupported, unknown
from display_node.scratch.inplace import change, fill_
from display_node.scratch.mode import no_grad
from display_node.scratch.tensor import Tensor

__all__ = [
    "constant_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "uniform_",
    "xavier_uniform_",
    "zeros_",
]


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into one output, and how many outputs one input goes to."""
    if tensor.ndim < 2:
        raise GraphError(f"a fan needs at least two axes, not {tensor.shape}")
    covered = math.prod(tensor.shape[2:])
    return tensor.shape[1] * covered, tensor.shape[0] * covered


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Evenly distributed over [a, b)."""
    drawn = random.rand(*tensor.shape, dtype=tensor.dtype).array
    return change("uniform_", tensor, a + (b - a) * drawn)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    return change("normal_", tensor, mean + std * random.randn(*tensor.shape, dtype=tensor.dtype).array)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    return fill_(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """U(−b, b), b = gain √(6 / (fan in + fan out)). Source: Glorot & Bengio 2010."""
    bound = gain * math.sqrt(6 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """U(−b, b), b = √(6 / (1 + a²) / fan), a the slope below zero, 0 for relu. Source: He et al. 2015."""
    if mode not in ("fan_in", "fan_out") or nonlinearity not in ("relu", "leaky_relu"):
        raise Unsupported(f"scratch's kaiming_uniform_ knows no mode {mode!r} with {nonlinearity!r}")
    slope = a if nonlinearity == "leaky_relu" else 0.0
    fan = _fans(tensor)[mode == "fan_out"]
    bound = math.sqrt(2 / (1 + slope**2)) * math.sqrt(3 / fan)
    return uniform_(tensor, -bound, bound)


def as_torch_does(weight: Tensor, bias: Tensor | None) -> None:
    """How `Linear` and `Conv2d` begin: both are U(−1/√fan in, 1/√fan in)."""
    kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        bound = 1 / math.sqrt(_fans(weight)[0])
        uniform_(bias, -bound, bound)


def __getattr__(name: str) -> Any:
    raise unknown("scratch.nn.init", name, __all__)
