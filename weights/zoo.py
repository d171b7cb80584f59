"""The networks that `weights.train` can make: the original's, and three to prove that the wall shows others.

A plan's steps are what a weights file's `architecture` says, and more: `out` and the kernel of a layer that
does not have its weights yet. Activations are ReLU throughout, since that is what the wall shows.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from display_node.network import Floats, Network, Shape, assemble

Step = dict[str, Any]


def _conv(name: str, out: int, kernel: int, stride: int = 1, padding: int = 0) -> Step:
    return {
        "op": "conv2d", "name": name, "out": out, "kernel": kernel, "stride": stride, "padding": padding
    }  # fmt: skip


def _linear(name: str, out: int) -> Step:
    return {"op": "linear", "name": name, "out": out}


RELU: Step = {"op": "relu"}
FLATTEN: Step = {"op": "flatten"}
MAX_POOL: Step = {"op": "max_pool2d", "kernel": 2, "stride": 2}
AVG_POOL: Step = {"op": "avg_pool2d", "kernel": 2, "stride": 2}


@dataclass(frozen=True)
class Plan:
    """`title` says what it is; `input` is channels, height, width. Not all of them ship with the project."""

    title: str
    input: Shape
    steps: tuple[Step, ...]
    ships: bool = True

    def names(self) -> list[str]:
        """What `display_node.network` calls the layers, in order."""
        return [str(step.get("name", f"{step['op']}{index}")) for index, step in enumerate(self.steps)]

    def tensors(self) -> list[str]:
        """The names of its parameters, as a `state_dict` has them."""
        named = [step["name"] for step in self.steps if "name" in step]
        return [f"{name}.{part}" for name in named for part in ("weight", "bias")]

    def untrained(self) -> nn.Sequential:
        """Torch's own initialisation; the parts have the layers' names."""
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        at = torch.zeros(1, *self.input)
        for name, step in zip(self.names(), self.steps, strict=True):
            parts[name] = _part(step, at.shape[1])
            at = parts[name](at)
        return nn.Sequential(parts)

    def network(self, tensors: Mapping[str, Floats]) -> Network:
        """This network with these tensors; raises `ValueError` where they do not fit."""
        return assemble(self.input, self.steps, tensors)


def _part(step: Step, incoming: int) -> nn.Module:
    op = step["op"]
    if op == "conv2d":
        return nn.Conv2d(incoming, step["out"], step["kernel"], step["stride"], step["padding"])
    if op == "linear":
        return nn.Linear(incoming, step["out"])
    if op == "max_pool2d":
        return nn.MaxPool2d(step["kernel"], step["stride"])
    if op == "avg_pool2d":
        return nn.AvgPool2d(step["kernel"], step["stride"])
    return nn.ReLU() if op == "relu" else nn.Flatten()


PLANS = {
    "sandglass": Plan(
        "the network of the original piece",
        (1, 32, 32),
        (
            _conv("conv1", 16, 3, 2, 1), RELU,
            _conv("conv2", 32, 3, 2, 1), RELU,
            _conv("conv3", 32, 3, 2, 1), RELU,
            _conv("conv4", 32, 3, 2, 1), RELU,
            FLATTEN,
            _linear("fc1", 128), RELU,
            _linear("fc2", 10),
        ),
    ),
    "mlp": Plan(
        "the plain network with which the original's author began",
        (1, 28, 28),
        (FLATTEN, _linear("fc1", 64), RELU, _linear("fc2", 16), RELU, _linear("fc3", 10)),
    ),
    "lenet5": Plan(
        "LeNet-5 with ReLU (Y. LeCun et al., Gradient-based learning applied to document recognition, 1998)",
        (1, 32, 32),
        (
            _conv("conv1", 6, 5), RELU, AVG_POOL,
            _conv("conv2", 16, 5), RELU, AVG_POOL,
            FLATTEN,
            _linear("fc1", 120), RELU,
            _linear("fc2", 84), RELU,
            _linear("fc3", 10),
        ),
    ),
    "pooled": Plan(
        "three convolutions, each followed by max pooling",
        (1, 28, 28),
        (
            _conv("conv1", 8, 3, padding=1), RELU, MAX_POOL,
            _conv("conv2", 16, 3, padding=1), RELU, MAX_POOL,
            _conv("conv3", 32, 3, padding=1), RELU, MAX_POOL,
            FLATTEN,
            _linear("fc1", 10),
        ),
    ),
    "teacher": Plan(
        "a network of ten times the size, to teach a smaller one (`weights.teachers`)",
        (1, 32, 32),
        (
            _conv("conv1", 32, 3, 2, 1), RELU,
            _conv("conv2", 64, 3, 2, 1), RELU,
            _conv("conv3", 64, 3, 1, 1), RELU,
            _conv("conv4", 96, 3, 2, 1), RELU,
            _conv("conv5", 96, 3, 1, 1), RELU,
            FLATTEN,
            _linear("fc1", 128), RELU,
            _linear("fc2", 10),
        ),
        ships=False,
    ),
}  # fmt: skip
"""By the name of the weights file."""
ORIGINAL = PLANS["sandglass"]
"""1×32×32 → 16×16×16 → 32×8×8 → 32×4×4 → 32×2×2 → 128 → 128 → 10."""
