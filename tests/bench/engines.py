"""Three engines, one drawing at a time on one thread: whole readings, from the bitmap to the finished probe.

A reading keeps every layer's activations as arrays and adds shares and doubt. The bare network that torch is
held against gets the same tensor from the same bitmap, runs as `nn.Sequential`, and keeps nothing. The last
row is why the static graph leaves convolution and ReLU apart: joined by oneDNN, with weights packed
beforehand, the same layers take longer, and the sums before the ReLU are lost.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from common.bitmap import Bitmap
from display_node.engine import open_engine
from display_node.network import SHIPPED, Network, load
from display_node.samples import samples
from tests.bench.report import Row, at_most, side_by_side
from weights.module import module

KEEPING, SCRATCH = 1.15, 4.0


def bare(network: Network, bitmap: Bitmap) -> Callable[[], Tensor]:
    sequential = module(network)

    @torch.inference_mode()
    def forward() -> Tensor:
        found: Tensor = sequential(torch.from_numpy(network.picture(bitmap)[None]))
        return found

    return forward


def joined(network: Network, bitmap: Bitmap) -> Callable[[], Tensor]:
    """The shipped layers, with oneDNN's convolution that has its ReLU built in."""
    convolutions, (first, last) = [], [layer for layer in network.layers if layer.op == "linear"]
    for layer in network.layers:
        if layer.op == "conv2d":
            sides = [[side] * 2 for side in (layer.padding, layer.stride, 1)]
            weight = torch.ops.mkldnn._reorder_convolution_weight(
                torch.tensor(layer.weight), *sides, 1, [1, *layer.before]
            )
            convolutions.append((weight, torch.tensor(layer.bias), *sides, 1, "relu", [], ""))
    hidden, sums = ([torch.tensor(layer.weight), torch.tensor(layer.bias)] for layer in (first, last))

    @torch.inference_mode()
    def forward() -> Tensor:
        tensor = torch.from_numpy(network.picture(bitmap)[None])
        for given in convolutions:
            tensor = torch.ops.mkldnn._convolution_pointwise(tensor, *given)
        return functional.linear(torch.relu(functional.linear(tensor.flatten(1), *hidden)), *sums)

    return forward


def measure() -> list[Row]:
    network, bitmap = load(SHIPPED), samples()[0]
    engines = [open_engine(name, network, SHIPPED) for name in ("torch", "static", "scratch")]
    work: list[Callable[[], object]] = [partial(engine.read, bitmap) for engine in engines]
    work.append(bare(network, bitmap))
    if torch.backends.mkldnn.is_available():
        fused = joined(network, bitmap)
        np.testing.assert_allclose(fused(), bare(network, bitmap)(), atol=1e-4)
        work.append(fused)
    eager, static, scratch, plain, *slower = (
        1e6 * seconds for seconds in side_by_side(*work, rounds=41, repeat=20)
    )
    reading = "a reading, all activations kept"
    rows = [
        at_most(f"{reading}: torch", eager, plain, "µs", "bare nn.Sequential, nothing kept", KEEPING),
        Row(f"{reading}: static", static, eager, "µs", "the same by torch", "< 1", static < eager),
        at_most(f"{reading}: scratch", scratch, eager, "µs", "the same by torch", SCRATCH),
    ]
    return rows + [
        Row("a reading: static", static, each, "µs", "bare oneDNN, ReLU joined") for each in slower
    ]
