"""What each program of a machine is told: the gallery's settings, its own on top, as a TOML of its own."""

import json
from collections.abc import Mapping
from typing import Any

from common.machine import KEEPER_PORT
from common.wire import CONTROL_PORT, DRAWING_PORT
from deploy.gallery.roles import ROLES, known_settings
from deploy.gallery.settings import Gallery, Machine, Program, known_as

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"


def settings_of(gallery: Gallery, machine: Machine, program: Program) -> dict[str, Any]:
    """What its file says; what it leaves out is the program's own default."""
    usual = {
        "display": _display, "input": _input, "operate": _operate, "keeper": _keeper,
    }[program.role](gallery, machine, program)  # fmt: skip
    usual["state"] = f"{machine.state}/{program.name}"
    if gallery.key:
        usual["key"] = f"{machine.config}/{gallery.key}"
    if peers := _peers(gallery, machine, program):
        usual["peers"] = peers
    known = known_settings(program.role)
    kept = {key: value for key, value in usual.items() if known is None or key in known}
    return kept | {key.replace("-", "_"): value for key, value in program.settings.items()}


def health_url(program: Program, settings: Mapping[str, Any]) -> str | None:
    """Where this machine asks whether the program presents frames; None if its port is not known before."""
    port = settings.get("http_port", ROLES[program.role].health)
    # A console is heard there in any case, and nowhere else as long as it has no password.
    host = LOOPBACK if program.role == "operate" else settings.get("http_host", LOOPBACK)
    return f"http://{LOOPBACK if host == EVERYWHERE else host}:{port}/health" if port else None


def control_address(settings: Mapping[str, Any]) -> tuple[str, int] | None:
    """Where a wall of this machine hears its keeper; None if its port is not known before."""
    host, port = str(settings.get("control_host", LOOPBACK)), int(settings.get("control_port", CONTROL_PORT))
    return (LOOPBACK if host == EVERYWHERE else host, port) if port else None


def toml(settings: Mapping[str, Any], head: str) -> str:
    """Flat TOML; every value that a setting may have is written in TOML as in JSON."""
    lines = [f"# {line}".rstrip() for line in head.splitlines()]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    return "\n".join(lines) + "\n"


def _display(gallery: Gallery, machine: Machine, program: Program) -> dict[str, Any]:
    watched = _consoles(gallery, machine)
    told: dict[str, Any] = {
        "name": known_as(machine, program),
        "fullscreen": machine.screen != "none",
        "headless": machine.screen == "none",
        "language": gallery.language,
        "host": EVERYWHERE,
    }
    if watched:
        told |= {
            "control_host": EVERYWHERE,
            "control_allow": " ".join([LOOPBACK, *watched]),
        }
    return told


def _input(gallery: Gallery, machine: Machine, program: Program) -> dict[str, Any]:
    return {
        "station": known_as(machine, program),
        "fullscreen": machine.screen != "none",
        "headless": machine.screen == "none",
        "language": gallery.language,
    }


def _operate(gallery: Gallery, machine: Machine, program: Program) -> dict[str, Any]:
    return {"name": known_as(machine, program), "language": gallery.language}


def _keeper(gallery: Gallery, machine: Machine, program: Program) -> dict[str, Any]:
    told: dict[str, Any] = {
        "gallery": f"{machine.config}/gallery.toml",
        "machine": machine.name,
        "socket": machine.socket,
    }
    if gallery.key:
        told["host"] = EVERYWHERE
    return told


def _consoles(gallery: Gallery, machine: Machine) -> list[str]:
    """Addresses of the other machines that a console runs on."""
    return [
        other.address
        for other in gallery.machines
        if other is not machine and other.address and any(one.role == "operate" for one in other.programs)
    ]


def _peers(gallery: Gallery, machine: Machine, asking: Program) -> str:
    """Walls whose address is known, or that are on the same machine: found without multicast, too.

    For a console the keepers as well; of another machine, one hears it only with a key.
    """
    found = []
    for other in gallery.machines:
        host = LOOPBACK if other is machine else other.address
        port = other.keeper.settings.get("port", KEEPER_PORT)
        if asking.role == "operate" and host and port and (other is machine or gallery.key):
            found.append(f"{host}:{port}")
        for program in other.programs:
            port = program.settings.get("drawing_port", DRAWING_PORT)
            if program.role == "display" and program is not asking and host and port:
                found.append(f"{host}:{port}")
    return " ".join(found)
