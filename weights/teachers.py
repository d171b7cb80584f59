"""Larger networks that teach a smaller one: what they think of a picture says more than its label does.

G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network, 2015. A teacher sees the very
picture that its pupil sees, bent and inked alike (L. Beyer et al., Knowledge distillation: A good teacher is
patient and consistent, CVPR 2022).
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from common.errors import ConfigError
from display_node.network import load
from weights.evaluate import cut
from weights.module import module

WARMTH = 2.0
"""Temperature at which teachers and pupil are compared: what is unlikely is told apart, too."""
TAUGHT = 0.75
"""Part of the lesson that is the teachers'; the label's is the rest."""


class Teachers:
    """`files` are weights files; with none there is nothing to learn from but the labels."""

    def __init__(self, files: Sequence[Path], half: bool = False) -> None:
        self._half = half
        self._nets: list[tuple[int, nn.Module]] = []
        for file in files:
            network = load(file)
            if network.input[1] > 32:
                raise ConfigError(f"teacher {file} reads {network.input}, larger than the pictures")
            net = module(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._nets.append((network.input[1], net))

    def __bool__(self) -> bool:
        return bool(self._nets)

    @torch.no_grad()
    def shares(self, images: Tensor) -> Tensor:
        """(n, 1, 32, 32) → (n, 11): the mean of what they think, the eleventh no digit, at WARMTH."""
        said = []
        for side, net in self._nets:
            shown = cut(images, side).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
                sums = net(shown).float()
            said.append(torch.softmax(functional.pad(sums, (0, 1)) / WARMTH, dim=1))
        return torch.stack(said).mean(dim=0)


def taught(eleven: Tensor, shares: Tensor) -> Tensor:
    """(n, 11) sums of the pupil against the teachers' shares: the mean cross entropy at WARMTH.

    Its gradient falls with the square of WARMTH, which is made up for.
    """
    return WARMTH**2 * functional.cross_entropy(eleven / WARMTH, shares)
