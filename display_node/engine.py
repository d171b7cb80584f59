"""What reads a drawing: whichever engine, one answer.

`torch` runs the layers one by one; `scratch` does the same on a library of our own; `static` runs a graph
that was exported beforehand and lies beside the weights. Each hands what its layers put out to
`probe.finished`, so shares and doubt are everybody's. An engine is imported only when it is opened: a wall
with `scratch` needs no torch.
"""

from pathlib import Path
from typing import Protocol

from common.bitmap import BLANK, Bitmap
from common.errors import ConfigError
from display_node.network import Network
from display_node.probe import Probe

ENGINES = ("torch", "scratch", "static")


class Engine(Protocol):
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        """One drawing at a time. What it returns is nobody else's: the next reading leaves it alone."""


def open_engine(name: str, network: Network, weights: Path) -> Engine:
    """The engine of that name, one of `ENGINES`, for `network`, which was loaded from `weights`.

    Raises `ConfigError` where torch is wanted and not installed, and `DataError` if `static` has no graph of
    this network beside the weights.
    """
    try:
        return _opened(name, network, weights)
    except ModuleNotFoundError as error:
        cure = "pip install '.[display]', or --engine scratch"
        raise ConfigError(f"the engine {name} needs {error.name}, which is not installed: {cure}") from None


def _opened(name: str, network: Network, weights: Path) -> Engine:
    if name == "scratch":
        from display_node.engines.scratch import Scratch

        return Scratch(network)
    if name == "static":
        from display_node.engines.static import Static

        return Static(network, weights.with_suffix(".pt2"))
    from display_node.engines.eager import Eager

    return Eager(network)
