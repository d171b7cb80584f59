"""A network with batch normalisation while it is trained, and without it on the wall.

S. Ioffe, C. Szegedy, Batch Normalization, ICML 2015. Once trained, it is one multiplication and one
addition per channel, and these go into the convolution before it: the wall shows the same numbers
with no layer that the plan doesn't have.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from display_node.network import Network
from weights.zoo import ORIGINAL, Plan


def trainable(plan: Plan = ORIGINAL) -> nn.Sequential:
    """The plan, with a normalisation behind each convolution; `folded` takes them out again."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for name, part in plan.untrained().named_children():
        parts[name] = part
        if isinstance(part, nn.Conv2d):
            parts[f"{name}_norm"] = nn.BatchNorm2d(part.out_channels)
    return nn.Sequential(parts)


@torch.no_grad()
def folded(trained: nn.Sequential, plan: Plan = ORIGINAL) -> Network:
    """What `trained` computes in evaluation mode, in the plan's layers."""
    tensors: dict[str, Tensor] = {}
    convolution = ""
    for name, part in trained.named_children():
        if isinstance(part, nn.Conv2d | nn.Linear):
            assert part.bias is not None
            tensors |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
            convolution = name
        elif isinstance(part, nn.BatchNorm2d):
            gain, shift = _gain_and_shift(part)
            tensors[f"{convolution}.weight"] = tensors[f"{convolution}.weight"] * gain[:, None, None, None]
            tensors[f"{convolution}.bias"] = tensors[f"{convolution}.bias"] * gain + shift
    return plan.network({name: tensor.numpy() for name, tensor in tensors.items()})


def _gain_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """(channels,) each: the normalisation as `x × gain + shift`."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return gain, norm.bias - norm.running_mean * gain
