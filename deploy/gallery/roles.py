"""The kinds of program that a machine may run, and which settings each knows."""

import dataclasses
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.config import make
from common.machine import KEEPER_HTTP_PORT, KEEPER_PORT
from common.wire import CONTROL_PORT, DISPLAY_HTTP_PORT, DRAWING_PORT, INPUT_HTTP_PORT, LEGACY_PORT


@dataclass(frozen=True)
class Role:
    """`module`, `arguments`: of its command, before `--config`. `kind`: where its settings class is.

    `memory`: what `memmon` lets it grow to, several times what it takes. `health`: its HTTP port.
    `udp`: the settings of the other ports that it has to itself, and what they are where nothing is said.
    """

    module: str
    arguments: tuple[str, ...]
    kind: str
    memory: str
    health: int
    windows: bool = False
    udp: tuple[tuple[str, int], ...] = ()

    def ports(self, settings: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
        """(TCP or UDP, setting, number) of each port that is known before; 0 is any that is free."""
        told = {key.replace("-", "_"): value for key, value in settings.items()}
        usual = (("TCP", "http_port", self.health), *(("UDP", key, port) for key, port in self.udp))
        for kind, key, port in usual:
            number = told.get(key, port)
            open_ = key != "legacy_port" or told.get("legacy", True)
            if open_ and isinstance(number, int) and number:
                yield kind, key, number


ROLES = {
    "display": Role(
        "display_node", (), "display_node.settings", "3GB", DISPLAY_HTTP_PORT, True,
        (("drawing_port", DRAWING_PORT), ("control_port", CONTROL_PORT), ("legacy_port", LEGACY_PORT)),
    ),
    "input": Role("input_node", (), "input_node.settings", "1GB", INPUT_HTTP_PORT, True),
    "operate": Role("deploy.cli", ("operate",), "deploy.console.settings", "1GB", 9004, udp=(("port", 0),)),
    "keeper": Role(
        "deploy.keeper", (), "deploy.keeper.settings", "500MB", KEEPER_HTTP_PORT, udp=(("port", KEEPER_PORT),)
    ),
}  # fmt: skip


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
