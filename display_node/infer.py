"""Bitmap → Probe: one forward pass that keeps every layer's activations."""

import numpy as np
import torch

from common.bitmap import BLANK, Bitmap
from display_node.model import module
from display_node.network import Network
from display_node.probe import Floats, Probe


class Engine:
    """Torch, eagerly, on one thread: for one small drawing more threads only wait for each other."""

    def __init__(self, network: Network) -> None:
        torch.set_num_threads(1)
        self._steps = list(zip([layer.name for layer in network.layers], module(network), strict=True))
        self._input = network.input
        self.read(BLANK)  # the first pass allocates; let no visitor wait for it

    @torch.inference_mode()
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        tensor = torch.from_numpy(bitmap.unit.reshape(1, *self._input))
        kept = {"input": _frozen(tensor[0])}
        for name, step in self._steps:
            tensor = step(tensor)
            kept[name] = _frozen(tensor[0])
        kept["softmax"] = _frozen(torch.softmax(tensor[0], dim=0))
        return Probe(bitmap, kept, canvas)


def _frozen(tensor: torch.Tensor) -> Floats:
    array = np.array(tensor.numpy(), dtype=np.float32)
    array.flags.writeable = False
    return array
