"""What an exhibit is: one file in `exhibits/` that holds an `exhibit`, found by the file's name."""

import importlib
import pkgutil
from typing import Protocol

import display_node.exhibits
from common.errors import ConfigError
from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Scene


class Exhibit(Protocol):
    name: str

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        """Compile one drawing into a show. No clock, no GL, no global state: same input, same bytes.

        What has one length only compiles to the same scene in every form.
        """


def names() -> list[str]:
    """All exhibits, by file name."""
    return [module.name for module in pkgutil.iter_modules(display_node.exhibits.__path__)]


def find(name: str) -> Exhibit:
    """The exhibit of that name; `ConfigError` lists what there is."""
    if name not in names():
        raise ConfigError(f"no exhibit {name!r}; there are {', '.join(names())}")
    exhibit: Exhibit = importlib.import_module(f"display_node.exhibits.{name}").exhibit
    return exhibit
