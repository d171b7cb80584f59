"""Our own library, `display_node.scratch`: the same reading with nothing under it but numpy."""

from collections.abc import Callable
from functools import partial

import numpy as np

from common.bitmap import BLANK, Bitmap
from display_node import scratch
from display_node.network import Layer, Network
from display_node.probe import Probe, finished
from display_node.scratch import Tensor
from display_node.scratch.nn import functional


class Scratch:
    """Eager, as `engines.eager` is: one operation after the other, under torch's own names."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._steps = [step(layer) for layer in network.layers]
        self.read(BLANK)  # the first pass may prepare; let no visitor wait for it

    @scratch.inference_mode()
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        picture = self._network.picture(bitmap)
        tensor = scratch.from_numpy(picture[None])
        outputs = []
        for compute in self._steps:
            with np.errstate(over="ignore", invalid="ignore"):  # as quiet as torch; the worker looks at it
                tensor = compute(tensor)
            outputs.append(tensor.numpy()[0])
        return finished(self._network, bitmap, canvas, picture, outputs)


def step(layer: Layer) -> Callable[[Tensor], Tensor]:
    """(1, *before) → (1, *after)."""
    if layer.op == "relu":
        return functional.relu
    if layer.op == "flatten":
        return partial(scratch.flatten, start_dim=1)
    if layer.op == "max_pool2d":
        return partial(functional.max_pool2d, kernel_size=layer.kernel, stride=layer.stride)
    if layer.op == "avg_pool2d":
        return partial(functional.avg_pool2d, kernel_size=layer.kernel, stride=layer.stride)
    weight, bias = scratch.tensor(layer.weight), scratch.tensor(layer.bias)
    if layer.op == "conv2d":
        return partial(
            functional.conv2d, weight=weight, bias=bias, stride=layer.stride, padding=layer.padding
        )
    return partial(functional.linear, weight=weight, bias=bias)
