"""Loss functions dressed as modules. Options that a function refuses by name, its module refuses as well."""

from collections.abc import Callable
from typing import Any

from display_node.scratch.nn import functional as F  # noqa: N812 (torch's name)
from display_node.scratch.nn.module import Module
from display_node.scratch.tensor import Tensor


class _Loss(Module):
    function: Callable[..., Tensor]

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return type(self).function(input, target, **self.options)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.options.items())


class MSELoss(_Loss):
    function = F.mse_loss


class NLLLoss(_Loss):
    function = F.nll_loss


class CrossEntropyLoss(_Loss):
    function = F.cross_entropy


class BCELoss(_Loss):
    function = F.binary_cross_entropy


class BCEWithLogitsLoss(_Loss):
    function = F.binary_cross_entropy_with_logits
