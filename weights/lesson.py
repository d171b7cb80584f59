"""What the network is told about its ten sums: the loss. An eleventh sum, always zero, stands for no digit.

It has no weights, so the network is the original's still; but to call a picture a digit, a sum must stand out
above zero, and for a heart all ten must sink below it (see `display_node.doubt`).
"""

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 2.0
"""At which a teacher is listened to: what it thinks of the digits that it doesn't choose becomes audible."""


def labelled(sums: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """(n, 10) sums and (n,) labels, 10 for no digit → the mean cross entropy over eleven."""
    return functional.cross_entropy(_eleven(sums), labels, label_smoothing=smoothing)


def taught(sums: Tensor, labels: Tensor, opinion: Tensor, heed: float) -> Tensor:
    """The same where a teacher has an `opinion` (n, 10): `heed` of it, the rest of the labels.

    G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network, 2015.
    """
    ours, theirs = (
        functional.log_softmax(_eleven(scores) / TEMPERATURE, dim=1) for scores in (sums, opinion)
    )
    distance = functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")
    return heed * TEMPERATURE**2 * distance + (1.0 - heed) * labelled(sums, labels, 0.0)


def _eleven(sums: Tensor) -> Tensor:
    return torch.cat([sums, sums.new_zeros(len(sums), 1)], dim=1)
