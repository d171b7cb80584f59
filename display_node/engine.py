"""What reads a drawing: whichever engine, one answer.

`torch` runs the layers one by one; `scratch` does the same on a library of our own. Each hands what its
layers put out to `probe.finished`, so shares and doubt are everybody's. An engine is imported only when it
is opened: a wall with `scratch` needs no torch.
"""

from typing import Protocol

from common.bitmap import BLANK, Bitmap
from display_node.network import Network
from display_node.probe import Probe

ENGINES = ("torch", "scratch")


class Engine(Protocol):
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        """One drawing at a time. What it returns is nobody else's: the next reading leaves it alone."""


def open_engine(name: str, network: Network) -> Engine:
    """The engine of that name, one of `ENGINES`."""
    if name == "scratch":
        from display_node.engines.scratch import Scratch

        return Scratch(network)
    from display_node.engines.eager import Eager

    return Eager(network)
