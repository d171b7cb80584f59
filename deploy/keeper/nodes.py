"""The nodes on this machine, as their keeper sees them: are they in use, are they black."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from common.link import Address
from deploy.gallery.programs import control_address, health_url, settings_of
from deploy.gallery.settings import Gallery, Machine

LOOK_WITHIN = 0.5
"""Seconds: a node that hangs must not hang its keeper."""
IN_USE = ("drawing", "touring", "answered")
"""Phases of a wall in which a visitor stands there. A station at rest is ready to be drawn on: it says so."""


@dataclass(frozen=True)
class Node:
    """`health`: its page, None if it has none; `control`: where a wall hears an operator, else None."""

    name: str
    role: str
    health: str | None
    control: Address | None


def nodes_of(gallery: Gallery, machine: Machine) -> dict[str, Node]:
    """Name → node, of all the machine's programs but the keeper itself."""
    found = {}
    for program in machine.programs:
        settings = settings_of(gallery, machine, program)
        control = control_address(settings) if program.role == "display" else None
        found[program.name] = Node(program.name, program.role, health_url(program, settings), control)
    return found


def look(node: Node) -> dict[str, Any]:
    """What its page says; nothing where there is none."""
    if node.health is None:
        return {}
    try:
        try:
            with urllib.request.urlopen(node.health, timeout=LOOK_WITHIN) as reply:
                body = reply.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        told = json.loads(body)
    except (OSError, ValueError, RecursionError, http.client.HTTPException):
        return {}  # the last: it ended in the middle of its page
    return told if isinstance(told, dict) else {}


def in_use(page: dict[str, Any]) -> bool:
    """Whether a visitor stands there: a station says so itself."""
    return bool(page.get("busy", page.get("phase") in IN_USE))
