"""A `Network` as a torch module. The only definition of the model: training, inference and checks use it."""

from collections import OrderedDict

import torch
from torch import nn

from display_node.network import Layer, Network

ORIGINAL = (
    {"op": "conv2d", "name": "conv1", "stride": 2, "padding": 1},
    {"op": "relu"},
    {"op": "conv2d", "name": "conv2", "stride": 2, "padding": 1},
    {"op": "relu"},
    {"op": "conv2d", "name": "conv3", "stride": 2, "padding": 1},
    {"op": "relu"},
    {"op": "conv2d", "name": "conv4", "stride": 2, "padding": 1},
    {"op": "relu"},
    {"op": "flatten"},
    {"op": "linear", "name": "fc1"},
    {"op": "relu"},
    {"op": "linear", "name": "fc2"},
)
"""The original's layers: 1×32×32 → 16×16×16 → 32×8×8 → 32×4×4 → 32×2×2 → 128 → 128 → 10."""


def untrained() -> nn.Sequential:
    """The original, 41,098 parameters, torch's own initialisation; parts are named as in `ORIGINAL`."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 16, 3, stride=2, padding=1),
            relu1=nn.ReLU(),
            conv2=nn.Conv2d(16, 32, 3, stride=2, padding=1),
            relu2=nn.ReLU(),
            conv3=nn.Conv2d(32, 32, 3, stride=2, padding=1),
            relu3=nn.ReLU(),
            conv4=nn.Conv2d(32, 32, 3, stride=2, padding=1),
            relu4=nn.ReLU(),
            flatten=nn.Flatten(),
            fc1=nn.Linear(128, 128),
            relu5=nn.ReLU(),
            fc2=nn.Linear(128, 10),
        )
    )


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
