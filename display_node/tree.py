"""A wall's OSCQuery tree: its commands with what each may be given, its state, and what stations send it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

from common.oscquery import Tree, drawings, readings, verbs
from common.state_wire import CONTAINERS, WALL
from display_node.exhibit import names
from display_node.form import FORMS
from display_node.language import languages
from display_node.settings import Settings

ANYWHERE = "0.0.0.0"


def choices() -> Mapping[str, Sequence[str]]:
    """By verb, what it can be given where that is one of a few texts."""
    codes = languages()
    pairs = ["+".join(pair) for pair in permutations(codes, 2)]
    return {"exhibit": names(), "form": FORMS, "language": [*codes, *pairs]}


def wall_tree(settings: Settings, ports: Mapping[str, int], values: Callable[[], Mapping[str, Any]]) -> Tree:
    """`ports`: what the wall has opened, by name."""
    host: dict[str, Any] = {
        "NAME": "Sandglass wall",
        "OSC_PORT": ports["control_port"],
        "OSC_TRANSPORT": "UDP",
    }
    if settings.control_host != ANYWHERE:  # else it is whatever address this was asked at
        host["OSC_IP"] = settings.control_host
    methods = [*verbs(choices()), *readings(WALL), *drawings(ports["drawing_port"])]
    return Tree(methods, values, host, CONTAINERS)
