"""A tensor library with gradients, from scratch, on numpy alone; to be read by people who are learning.

The one idea: an operation computes a value and remembers, for each input, a rule that turns a gradient at
the value into a gradient at that input. Everything else is a collection of such rules (most are one line)
and one loop that follows them backwards. Read in this order:

    tensor.py       what a tensor is, and `record`, where it remembers
    arithmetic.py   the first operations; then pointwise.py, reduce.py, shape.py, indexing.py, products.py
    graph.py        the way back: the chain rule as a loop; and the graph laid open for an exhibit
    convolution.py  windows.py under it, pooling.py beside it
    autograd.py     operations with a derivative of one's own; logistic.py is one
    losses.py       how wrong an answer is, as one number; probabilities.py under it
    nn/module.py    parameters gathered into networks; nn/layers.py is what networks are made of
    optim.py        and how they learn

What is not listed (dtypes.py, mode.py, create.py, …) is read when a file imports it.

Names and meanings are PyTorch's, so what is written for it runs here with another import, and the other
way round; what is missing says so by name.

    from display_node import scratch as torch
    from display_node.scratch import nn, optim
    from display_node.scratch.nn import functional as F

    torch.manual_seed(0)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])  # one or the other, but not both
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = optim.Adam(net.parameters(), lr=0.05)
    for _ in range(200):
        loss = F.binary_cross_entropy_with_logits(net(x), y)  # how wrong it is
        optimizer.zero_grad()  # else this gradient would be added to the last
        loss.backward()  # how much each parameter has to do with it
        optimizer.step()  # each goes a little the other way
    print(net(x).sigmoid())

Numbers are float32 unless asked otherwise, everything happens on the CPU, and gradients of gradients,
sparse and complex numbers are left out.
"""

from typing import Any

from display_node.scratch.tensor import Tensor  # isort: skip  (first: see the end of tensor.py)
from display_node.scratch import autograd, graph, nn, optim
from display_node.scratch.compare import where
from display_node.scratch.create import (
    arange,
    as_tensor,
    empty,
    eye,
    from_numpy,
    full,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from display_node.scratch.dtypes import NAMES
from display_node.scratch.errors import GraphError, ScratchError, Unknown, Unsupported, unknown
from display_node.scratch.methods import BOTH
from display_node.scratch.mode import enable_grad, inference_mode, is_grad_enabled, no_grad
from display_node.scratch.random import Generator, manual_seed, rand, randint, randn, randperm
from display_node.scratch.shape import cat, stack

__all__ = [
    "Generator",
    "GraphError",
    "ScratchError",
    "Tensor",
    "Unknown",
    "Unsupported",
    "arange",
    "as_tensor",
    "autograd",
    "cat",
    "empty",
    "enable_grad",
    "eye",
    "from_numpy",
    "full",
    "graph",
    "inference_mode",
    "is_grad_enabled",
    "linspace",
    "manual_seed",
    "nn",
    "no_grad",
    "ones",
    "ones_like",
    "optim",
    "rand",
    "randint",
    "randn",
    "randperm",
    "stack",
    "tensor",
    "where",
    "zeros",
    "zeros_like",
]


def __getattr__(name: str) -> Any:
    """Operations that are methods as well (`exp`, `matmul`, …) and dtypes stand in tables."""
    if name in BOTH:
        return BOTH[name]
    if name in NAMES:
        return NAMES[name]
    raise unknown("scratch", name, __dir__())


def __dir__() -> list[str]:
    return [*__all__, *BOTH, *NAMES]
