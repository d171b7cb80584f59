"""`gallery.toml`, read and checked: an unknown key or a bad value is refused by name, at any depth."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.config import read
from common.errors import ConfigError
from common.machine import MAX_PROGRAMS
from common.wire import MAX_NAME, valid_name
from deploy.gallery.roles import ROLES, check_settings, role_of
from deploy.hours.rules import Rules, parse_rules, refuse_unknown

SCREENS = ("x", "wayland", "none")
"""What the windows are on: an X server, the Wayland kiosk `cage`, or nothing that is ours to start."""
LONGEST_SOCKET = 100
"""Bytes of a Unix socket's path that every system takes."""
LANGUAGES = ("en", "ko", "en+ko")
PLACES = {"folder": "/opt/sandglass", "config": "/etc/sandglass", "state": "/var/lib/sandglass"}
"""On a machine: the program, what `sandglass deploy` writes, and what is written while it runs."""
KEYS = ("name", "timezone", "language", "key", "hours", "machines")
MACHINE_KEYS = ("address", "user", "screen", *PLACES)


@dataclass(frozen=True)
class Program:
    """One process. `name`: its role, or role-something where a machine has two. `settings`: of its TOML."""

    name: str
    role: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Machine:
    """`address`: IPv4, "" where it is left to discovery. `programs`: all but the keeper."""

    name: str
    address: str
    user: str
    screen: str
    folder: str
    config: str
    state: str
    programs: tuple[Program, ...]
    keeper: Program

    @property
    def socket(self) -> str:
        return f"{self.state}/supervisor.sock"


@dataclass(frozen=True)
class Gallery:
    """`key`: the installation key's file name, "" for none."""

    name: str
    language: str
    key: str
    rules: Rules
    machines: tuple[Machine, ...]

    def machine(self, name: str) -> Machine:
        for machine in self.machines:
            if machine.name == name:
                return machine
        raise ConfigError(
            f"no machine {name!r}; there are {', '.join(machine.name for machine in self.machines)}"
        )


def read_gallery(path: Path) -> Gallery:
    return parse_gallery(read(path), str(path))


def parse_gallery(table: Mapping[str, Any], source: str) -> Gallery:
    """Raises `ConfigError` that names `source`, the table, the key and what is allowed."""
    refuse_unknown(table, KEYS, source)
    name = _text(table, "name", "sandglass", source)
    language = _text(table, "language", "en+ko", source, LANGUAGES)
    rules = parse_rules(
        _table(table, "hours", source), _text(table, "timezone", "UTC", source), f"{source}: hours"
    )
    key = _key(table, source)
    given = _table(table, "machines", source)
    if not given:
        raise ConfigError(f"{source}: no machines; write [machines.wall.display] for the first")
    machines = tuple(_machine(word, given[word], f"{source}: machines.{word}") for word in given)
    addresses = [machine.address for machine in machines if machine.address]
    for address in addresses:
        if addresses.count(address) > 1:
            raise ConfigError(f"{source}: two machines have the address {address}")
    _tell_apart(machines, source)
    for machine in machines:
        _ports_apart(machine, source)
    return Gallery(name, language, key, rules, machines)


def known_as(machine: Machine, program: Program) -> str:
    """What a program is called on the network: the machine, unless that has two of the kind."""
    alike = [other for other in machine.programs if other.role == program.role]
    return machine.name if len(alike) < 2 else f"{machine.name}-{program.name}"


def _tell_apart(machines: Sequence[Machine], source: str) -> None:
    """A wall knows its stations by their names: two of one name would wipe each other's drawings."""
    taken: dict[tuple[str, Any], str] = {}
    for machine in machines:
        for program in machine.programs:
            usual = known_as(machine, program)
            name = program.settings.get("station" if program.role == "input" else "name", usual)
            where = f"{source}: machines.{machine.name}.{program.name}"
            if name == usual and len(name) > MAX_NAME:
                raise ConfigError(
                    f"{where} would be called {name!r}, over {MAX_NAME} letters; shorten either"
                )
            if (other := taken.setdefault((program.role, name), where)) != where:
                raise ConfigError(f"{where} would be called {name!r}, as {other} is; rename one")


def _ports_apart(machine: Machine, source: str) -> None:
    """Who finds a port taken ends, again and again: the second of two walls, unless it is given its own."""
    taken: dict[tuple[str, int], str] = {}
    for program in (machine.keeper, *machine.programs):
        for kind, key, number in ROLES[program.role].ports(program.settings):
            mine = f"{program.name}'s {key}"
            if (other := taken.setdefault((kind, number), mine)) != mine:
                cure = f"set {key}, or legacy = false," if key == "legacy_port" else f"set {key}"
                raise ConfigError(
                    f"{source}: machines.{machine.name}: {mine} is {number} ({kind}), as {other} is; "
                    f"{cure} under [machines.{machine.name}.{program.name}]"
                )


def _machine(name: str, table: Any, where: str) -> Machine:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
        raise ConfigError(f"{where}: a machine's name is of small letters, digits and hyphens, 31 at most")
    if not isinstance(table, dict):
        raise ConfigError(f"{where} must be a table, such as [machines.{name}]")
    words = [word for word in table if role_of(word)]
    refuse_unknown({key: 0 for key in table if key not in words}, (*MACHINE_KEYS, *ROLES), where)
    places = {place: _path(table, place, usual, where) for place, usual in PLACES.items()}
    if len(f"{places['state']}/supervisor.sock".encode()) > LONGEST_SOCKET:
        raise ConfigError(
            f"{where}: state = {places['state']!r} is too long for a socket; choose a shorter one"
        )
    address = _text(table, "address", "", where, empty=True)
    if address:
        try:
            ipaddress.IPv4Address(address)
        except ValueError:
            raise ConfigError(
                f"{where}: address = {address!r} is no IPv4 address such as 192.168.1.20"
            ) from None
    user = _text(table, "user", "sandglass", where)
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user):
        raise ConfigError(f"{where}: user = {user!r} is no name of a user")
    programs = [_program(word, _table(table, word, where), where) for word in words]
    keeper = [program for program in programs if program.role == "keeper"]
    rest = tuple(program for program in programs if program.role != "keeper")
    if len(keeper) > 1 or not rest or len(rest) >= MAX_PROGRAMS:
        raise ConfigError(
            f"{where}: one keeper at most, and 1 to {MAX_PROGRAMS - 1} of display, input, operate"
        )
    screen = _text(table, "screen", "x", where, SCREENS)
    return Machine(
        name, address, user, screen, **places, programs=rest,
        keeper=keeper[0] if keeper else Program("keeper", "keeper", {}),
    )  # fmt: skip


def _program(word: str, settings: dict[str, Any], where: str) -> Program:
    role = role_of(word)
    assert role is not None
    if not valid_name(word) or not re.fullmatch(r"[a-z0-9-]+", word):
        raise ConfigError(f"{where}: {word!r} is no name for a program; as in {role}-left")
    if settings:
        check_settings(role, settings, f"{where}.{word}")
    return Program(word, role, settings)


def _table(table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: {key} = {value!r} must be a table, with its name in brackets")
    return value


def _text(
    table: Mapping[str, Any],
    key: str,
    usual: str,
    where: str,
    choices: tuple[str, ...] = (),
    empty: bool = False,
) -> str:
    value = table.get(key, usual)
    if not isinstance(value, str) or not (value.isprintable() and (value or empty)):
        raise ConfigError(f"{where}: {key} = {value!r} must be a text in quotes")
    if choices and value not in choices:
        raise ConfigError(f"{where}: {key} = {value!r} must be one of {', '.join(choices)}")
    return value


def _key(table: Mapping[str, Any], source: str) -> str:
    """The key's file name; where it lies while the files are made is not said here."""
    value = _text(table, "key", "", source, empty=True)
    name = Path(value).name
    # It stands in commands that are typed as root, beside a machine's paths: nothing has to be quoted.
    if value and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name):
        raise ConfigError(
            f"{source}: key = {value!r} must be a file's name of letters, digits, '.', '_' and '-', "
            "neither '.' nor '-' first; rename the file, such as installation.key"
        )
    return name


def _path(table: Mapping[str, Any], key: str, usual: str, where: str) -> str:
    value = _text(table, key, usual, where)
    # What systemd, supervisor and a shell would all read as it stands; so nothing has to be quoted.
    if not re.fullmatch(r"(/[A-Za-z0-9._-]+)+", value):
        raise ConfigError(f"{where}: {key} = {value!r} must be a whole path, without spaces or signs")
    return value
