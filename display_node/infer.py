"""Bitmap → Probe: one forward pass that keeps every layer's activations."""

import torch

from common.bitmap import BLANK, Bitmap
from display_node.model import module
from display_node.network import Network
from display_node.probe import Probe, finished


class Engine:
    """Torch, eagerly, on one thread: for one small drawing more threads only wait for each other."""

    def __init__(self, network: Network) -> None:
        torch.set_num_threads(1)
        self._network = network
        self._steps = list(module(network))
        self.read(BLANK)  # the first pass allocates; let no visitor wait for it

    @torch.inference_mode()
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        tensor = torch.from_numpy(self._network.picture(bitmap)).unsqueeze(0)
        outputs = []
        for step in self._steps:
            tensor = step(tensor)
            outputs.append(tensor[0].numpy())
        return finished(self._network, bitmap, canvas, outputs)
