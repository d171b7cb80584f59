"""A `Network` as a torch module: what is measured, and what every engine is checked against."""

import torch
from torch import nn

from display_node.network import Layer, Network


def module(network: Network) -> nn.Sequential:
    """Layers in order, sharing nothing with `network`, in evaluation mode.

    Takes (n, *network.input) float32 in 0…1, gives (n, 10) logits.
    """
    return nn.Sequential(*(_step(layer) for layer in network.layers)).eval().requires_grad_(False)


def _step(layer: Layer) -> nn.Module:
    if layer.op == "relu":
        return nn.ReLU()
    if layer.op == "flatten":
        return nn.Flatten()
    if layer.op == "max_pool2d":
        return nn.MaxPool2d(layer.kernel, layer.stride)
    if layer.op == "avg_pool2d":
        return nn.AvgPool2d(layer.kernel, layer.stride)
    assert layer.weight is not None
    assert layer.bias is not None
    weight, bias = torch.tensor(layer.weight), torch.tensor(layer.bias)
    step: nn.Conv2d | nn.Linear
    if layer.op == "conv2d":
        step = nn.Conv2d(weight.shape[1], weight.shape[0], layer.kernel, layer.stride, layer.padding)
    else:
        step = nn.Linear(weight.shape[1], weight.shape[0])
    step.load_state_dict({"weight": weight, "bias": bias})
    return step
