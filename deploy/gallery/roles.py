"""The kinds of program that a machine may run, and which settings each knows."""

import dataclasses
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.config import make
from common.machine import KEEPER_HTTP_PORT
from common.wire import DISPLAY_HTTP_PORT, INPUT_HTTP_PORT


@dataclass(frozen=True)
class Role:
    """`module`, `arguments`: of its command, before `--config`. `kind`: where its settings class is.

    `memory`: what `memmon` lets it grow to, several times what it takes. `health`: its HTTP port.
    """

    module: str
    arguments: tuple[str, ...]
    kind: str
    memory: str
    health: int
    windows: bool = False


ROLES = {
    "display": Role("display_node", (), "display_node.settings", "3GB", DISPLAY_HTTP_PORT, True),
    "input": Role("input_node", (), "input_node.settings", "1GB", INPUT_HTTP_PORT, True),
    "operate": Role("deploy.cli", ("operate",), "deploy.console.settings", "1GB", 9004),
    "keeper": Role("deploy.keeper", (), "deploy.keeper.settings", "500MB", KEEPER_HTTP_PORT),
}


def role_of(program: str) -> str | None:
    """`display` and `display-left` are displays; None for what is neither a role nor begins with one."""
    role = program.partition("-")[0]
    return role if role in ROLES else None


def known_settings(role: str) -> dict[str, Any] | None:
    """Setting → default; None where this machine lacks the packages to know (a tablet's knows no wall's)."""
    kind = _kind(role)
    if kind is None:
        return None
    return {field.name: field.default for field in dataclasses.fields(kind)}


def check_settings(role: str, settings: Mapping[str, Any], where: str) -> None:
    """Raises `ConfigError` as the program itself would."""
    kind = _kind(role)
    if kind is not None:
        make(kind, settings, where)


def _kind(role: str) -> type[Any] | None:
    try:
        found: type[Any] = importlib.import_module(ROLES[role].kind).Settings
    except ImportError:
        return None
    return found
