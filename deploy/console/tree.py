"""The console's OSCQuery tree. Anybody may read it, so it says how many nodes are not well, but not which."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from common.oscquery import Tree, readings
from common.state_wire import CONSOLE, CONTAINERS
from deploy.console.gathering import Gathering
from deploy.console.verdict import BAD, UNSURE


def console_tree(gathering: Gathering, now: Callable[[], float]) -> Tree:
    """`now`: monotonic seconds. Its WebSocket is its own page's, so nobody is told that one can listen."""
    host = {"NAME": "Sandglass console"}
    return Tree(readings(CONSOLE), lambda: values(gathering, now()), host, CONTAINERS, listening=False)


def values(gathering: Gathering, now: float) -> dict[str, Any]:
    """By the names of `state_wire.CONSOLE`."""
    colours = Counter(gathering.verdict(node).colour for node in gathering.nodes.values())
    return {
        "nodes": len(gathering.nodes),
        "unsure": colours[UNSURE],
        "bad": colours[BAD],
        "turn_age": now - gathering.turned,
    }
