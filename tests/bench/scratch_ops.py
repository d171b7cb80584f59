"""The engine from scratch against torch, and its convolution against the six loops that define it.

One drawing through the digit network, every layer's activations kept, on one thread, as the wall does it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from display_node import scratch
from display_node.scratch.convolution import conv2d, conv2d_loop
from tests.bench.report import Row, at_most, side_by_side
from tests.display_node.scratch.twins import Array, batch, pair_of_digits

EAGER, LOOP = 4.0, 0.01


def keeping(module: Any, network: Any, drawing: Array) -> Callable[[], list[Any]]:
    """A pass that leaves what every step gave."""
    steps = list(network.eval())

    def forward() -> list[Any]:
        with module.inference_mode():
            tensor = module.from_numpy(drawing)
            kept = [tensor]
            for step in steps:
                tensor = step(tensor)
                kept.append(tensor)
            return kept

    return forward


def measure() -> list[Row]:
    torch.set_num_threads(1)
    theirs, ours = pair_of_digits()
    drawing = batch(1)[0]
    eager, mine = keeping(torch, theirs, drawing), keeping(scratch, ours, drawing)
    np.testing.assert_allclose(mine()[-1].numpy(), eager()[-1].numpy(), rtol=1e-4, atol=1e-5)
    spent = side_by_side(mine, eager, rounds=25, repeat=50)
    rows = [
        at_most(
            "scratch, one drawing, all activations kept",
            *(1e6 * seconds for seconds in spent),
            "µs",
            "torch eager",
            EAGER,
        )
    ]

    first = scratch.from_numpy(drawing[0])
    layer = ours[0]
    given = (first, layer.weight.detach(), layer.bias.detach(), layer.stride, layer.padding)
    (quick,) = side_by_side(lambda: conv2d(*given), rounds=15, repeat=50)
    (plain,) = side_by_side(lambda: conv2d_loop(*given), rounds=5)
    what = "scratch, first convolution of a drawing"
    return [*rows, at_most(what, 1e6 * quick, 1e6 * plain, "µs", "plain six-fold loop", LOOP)]
