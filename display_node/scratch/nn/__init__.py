"""Networks: `Module` and what is made of it. Read module.py first, then layers.py."""

from typing import Any

from display_node.scratch.errors import unknown
from display_node.scratch.nn import functional, init
from display_node.scratch.nn.activations import Identity, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from display_node.scratch.nn.containers import ModuleList, Sequential
from display_node.scratch.nn.layers import AvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d
from display_node.scratch.nn.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss, NLLLoss
from display_node.scratch.nn.module import Module
from display_node.scratch.nn.parameter import Parameter

__all__ = [
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "Identity",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "functional",
    "init",
]


def __getattr__(name: str) -> Any:
    raise unknown("scratch.nn", name, __all__)
