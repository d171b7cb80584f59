"""What every chapter is told from: the network, one reading of one drawing, and where its stages stand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from display_node.network import Network
from display_node.probe import Probe
from display_node.stages import Stage

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Material:
    """`line_up`: the stages from the input to the ten sums. `seed` shuffles what needs an order."""

    network: Network
    probe: Probe
    line_up: tuple[Stage, ...]
    seed: int

    def shown(self, stage: Stage) -> Floats:
        """The numbers on a stage's boxes, in the tensor's shape."""
        return self.probe.activations[stage.shown]

    def sums(self, stage: Stage) -> Floats:
        """The same before their ReLU, where there is one."""
        assert stage.layer is not None
        return self.probe.activations[stage.layer.name]

    def depth(self, stage: Stage) -> float:
        """How far down the network a stage is, 0 the input … 1 the last."""
        return stage.index / (len(self.line_up) - 1)
