"""TOML and command-line options → one frozen dataclass. An unknown key or a bad value is refused by name.

A settings class is a flat frozen dataclass whose fields are `bool`, `int`, `float`, `str` or
`Path | None`; each field is made by `setting`, which carries its range or choices and its help.
The same fields make the options of the command, so a setting is written once.
"""

import argparse
import dataclasses
import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args, get_type_hints

from common.errors import ConfigError, plain

Settings = TypeVar("Settings")


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
    option: bool = True,
) -> Any:
    """A field: its default, one line of help, and the values it may have.

    `option=False` keeps it out of the command line: it can be set in the file only.
    """
    metadata = {"help": help, "low": low, "high": high, "choices": tuple(choices), "option": option}
    return dataclasses.field(default=default, metadata=metadata)


def parse(kind: type[Settings], command: str, argv: Sequence[str] | None = None, about: str = "") -> Settings:
    """Read `--config F` and the other options of `command` into `kind`. Options win over the file."""
    parser = Parser(prog=command, description=about, allow_abbrev=False)
    parser.add_argument("--config", type=Path, metavar="F", help="a TOML file with any of these settings")
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.metadata["option"]:
            _add_option(parser, field, _type(kind, field.name))
    given = vars(parser.parse_args(argv))
    path = given.pop("config")
    chosen = {name: value for name, value in given.items() if value is not None}
    from_file = read(path) if path else {}
    settings = make(kind, from_file, str(path) if path else "the command line")
    return make(kind, {**dataclasses.asdict(settings), **chosen}, "the command line")  # type: ignore[call-overload]


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line for the person at the machine, as for every other bad setting."""
        raise ConfigError(f"{self.prog}: {message}; --help lists the options")


def read(path: Path) -> dict[str, Any]:
    """What a TOML file says. Some editors put a mark before UTF-8, which is no part of it."""
    try:
        written = path.read_bytes()
        text = written.decode("utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"cannot read the config {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path} is not TOML: line {line} is no UTF-8; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is not TOML: {error}{_slip(text, str(error))}") from None


def _slip(text: str, said: str) -> str:
    """The line that the parser stumbled over, since what it says of it is for who knows TOML."""
    found = re.search(r"at line (\d+)", said)
    if found is None:
        return ""
    lines = text.split("\n")[int(found[1]) - 1 :]
    shown = f": {plain(lines[0].strip(), 80)}" if lines else ""
    twice = said.startswith("Cannot")  # declare, or overwrite: nothing is wrong with its letters
    return shown if twice else f"{shown}; texts, times and addresses need straight quotes"


def make(kind: type[Settings], values: Mapping[str, Any], source: str) -> Settings:
    """`kind` from a mapping; raises `ConfigError` that names `source`, the key and what is allowed."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    checked = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(fields)}"
            raise ConfigError(f"{source}: unknown setting {key!r}; {hint}")
        checked[name] = _check(fields[name], _type(kind, name), value, f"{source}: {key}")
    return kind(**checked)


def _type(kind: type[Any], name: str) -> type[Any]:
    hint = get_type_hints(kind)[name]
    inner = [option for option in get_args(hint) if option is not type(None)]
    found: type[Any] = inner[0] if inner else hint
    return found


def _check(field: dataclasses.Field[Any], kind: type[Any], value: Any, where: str) -> Any:
    if value is None and field.default is None:
        return None
    if kind is Path and isinstance(value, str | Path):
        return _path(value, where)
    if kind is float and type(value) is int and abs(value) < 1e300:
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{where} = {value!r} must be {_article(kind)}")
    allowed, low, high = field.metadata["choices"], field.metadata["low"], field.metadata["high"]
    if allowed and value not in allowed:
        raise ConfigError(f"{where} = {value!r} must be one of {', '.join(allowed)}")
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        raise ConfigError(f"{where} = {value!r} must be {_range(low, high)}")
    return value


def _path(value: str | Path, where: str) -> Path:
    if "\0" in str(value):
        raise ConfigError(f"{where} = {str(value)!r} cannot be a path")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ConfigError(f"{where} = {str(value)!r} names a user that this machine does not know") from None


def _article(kind: type[Any]) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
    return names.get(kind, "a path in quotes")


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"between {low:g} and {high:g}"


def _add_option(parser: argparse.ArgumentParser, field: dataclasses.Field[Any], kind: type[Any]) -> None:
    flag = "--" + field.name.replace("_", "-")
    text = f"{field.metadata['help']} (default: {field.default})".replace("%", "%%")
    if kind is bool:
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
    else:
        parser.add_argument(flag, type=kind, default=None, metavar=_metavar(field, kind), help=text)


def _metavar(field: dataclasses.Field[Any], kind: type[Any]) -> str:
    choices = field.metadata["choices"]
    return "|".join(choices) if choices else {int: "N", float: "X", Path: "F"}.get(kind, "S")
