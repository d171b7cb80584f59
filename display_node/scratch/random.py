"""Chance, from a seed. Our own generator: the numbers differ from torch's, their distributions do not."""

from typing import Any

import numpy as np

from display_node.scratch.create import device_is_here
from display_node.scratch.dtypes import DTypeLike, checked, float32, int64
from display_node.scratch.shape import sizes
from display_node.scratch.tensor import Tensor


class Generator:
    """One stream of chance: the same seed, the same numbers."""

    def __init__(self, device: object = None) -> None:
        device_is_here("Generator", device)
        self.manual_seed(0)

    def manual_seed(self, seed: int) -> "Generator":
        self.stream = np.random.default_rng(seed)
        return self


default = Generator()
"""What is drawn from where no generator is given."""


def manual_seed(seed: int) -> Generator:
    return default.manual_seed(seed)


def _made(draw: Any, size: Any, dtype: DTypeLike, requires_grad: bool) -> Tensor:
    return Tensor(np.asarray(draw(sizes(size))).astype(checked(dtype)), requires_grad=requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike = float32,
    requires_grad: bool = False,
) -> Tensor:
    """Normally distributed, mean 0, variance 1."""
    return _made((generator or default).stream.standard_normal, size, dtype, requires_grad)


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: DTypeLike = float32,
    requires_grad: bool = False,
) -> Tensor:
    """Evenly distributed over [0, 1)."""
    kind = checked(dtype)
    chance = (generator or default).stream
    drawn = chance.random(sizes(size), dtype=np.float64 if kind.itemsize == 8 else np.float32)
    return Tensor(np.asarray(drawn), requires_grad=requires_grad)


def randint(low: int, high: Any, size: Any = None, *, generator: Generator | None = None) -> Tensor:
    """Whole numbers from `low` (0 if left out) up to and without `high`."""
    if size is None:
        low, high, size = 0, low, high
    return Tensor(np.asarray((generator or default).stream.integers(low, high, tuple(size), dtype=int64)))


def randperm(n: int, *, generator: Generator | None = None) -> Tensor:
    """0 … n − 1 in an order by chance."""
    return Tensor((generator or default).stream.permutation(n))
