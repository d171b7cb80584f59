"""Torch, eagerly: one operation after the other, with everything kept that they put out."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as functional
from torch import Tensor

from common.bitmap import BLANK, Bitmap
from display_node.network import Layer, Network
from display_node.probe import Probe, finished


class Eager:
    """On one thread: for one small drawing more threads only wait for each other.

    The operations are called by themselves, not as modules: of a reading with `nn.Sequential`, a third
    is what a module does before and after its operation.
    """

    def __init__(self, network: Network) -> None:
        torch.set_num_threads(1)
        self._network = network
        self._steps = [_step(layer) for layer in network.layers]
        self.read(BLANK)  # the first pass allocates; let no visitor wait for it

    @torch.inference_mode()
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        picture = self._network.picture(bitmap)
        tensor = torch.from_numpy(picture[None])
        outputs = []
        for step in self._steps:
            tensor = step(tensor)
            outputs.append(tensor.numpy()[0])
        return finished(self._network, bitmap, canvas, picture, outputs)


def _step(layer: Layer) -> Callable[[Tensor], Tensor]:
    """(1, *before) → (1, *after)."""
    if layer.op == "relu":
        return torch.relu
    if layer.op == "flatten":
        return partial(torch.flatten, start_dim=1)
    if layer.op == "max_pool2d":
        return partial(functional.max_pool2d, kernel_size=layer.kernel, stride=layer.stride)
    if layer.op == "avg_pool2d":
        return partial(functional.avg_pool2d, kernel_size=layer.kernel, stride=layer.stride)
    assert layer.weight is not None
    assert layer.bias is not None
    weight, bias = torch.tensor(layer.weight), torch.tensor(layer.bias)
    if layer.op == "conv2d":
        return partial(torch.conv2d, weight=weight, bias=bias, stride=layer.stride, padding=layer.padding)
    return partial(functional.linear, weight=weight, bias=bias)
