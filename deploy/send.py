"""`sandglass send`: one command of the operator's, from a shell, sealed where the wall has a key."""

import itertools
import pkgutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.config import Parser
from common.control import VERBS, Control, Verb
from common.counters import Counters
from common.errors import ConfigError, LinkError
from common.link import Address, UdpLink, parse_address, resolve
from common.sealed import SealedLink, locked
from common.wire import CONTROL_PORT
from display_node import exhibits
from display_node.form import FORMS
from display_node.language import languages

ANSWER_WITHIN = 2.0
"""Seconds to wait for a sign that somebody there has the key."""
ASK_EVERY = 0.25


def send(options: Sequence[str]) -> int:
    """Send one command. With a key, `LinkError` if nobody there shares it; without, nobody says so."""
    parser = Parser(prog="sandglass send", description=__doc__)
    parser.add_argument("--key", type=Path, metavar="F", help="the installation's key, if the wall has it")
    parser.add_argument(
        "wall", metavar="HOST[:PORT]", help=f"the wall's control port, {CONTROL_PORT} by default"
    )
    parser.add_argument("verb", help="such as pause, or its address")
    parser.add_argument("value", nargs="?", help="for the verbs that take one")
    given = parser.parse_args(options)
    datagram = command(given.verb, given.value).encode()
    wall = resolve(parse_address(given.wall, CONTROL_PORT))
    if wall is None:
        raise ConfigError(f"{given.wall!r} cannot be found: is the name right, and the network there?")
    link = locked(UdpLink("0.0.0.0"), given.key, Counters())
    try:
        if not link.send(datagram, wall):
            raise LinkError(f"the network would not take it: is there a way to {wall[0]}?")
        if isinstance(link, SealedLink):
            _introduce(link, wall)
    finally:
        link.close()
    return 0


def command(name: str, value: str | None) -> Control:
    """The verb that is named, by itself or by its address; `ConfigError` says what there is."""
    verb = next((verb for verb in VERBS.values() if name in (verb.name, verb.address)), None)
    if verb is None:
        raise ConfigError(f"no verb {name!r}; there are {', '.join(VERBS)}")
    if bool(verb.kind) != (value is not None):
        raise ConfigError(f"{verb.name} takes {'a value' if verb.kind else 'no value'}: {verb.help}")
    known = choices().get(verb.name)
    if known is not None and value not in known:  # no wall would take it, and none would say so
        raise ConfigError(f"{verb.name} = {value!r} must be one of {', '.join(known)}")
    return Control(verb.name, value if verb.kind != "f" or value is None else _number(verb, value))


def choices() -> Mapping[str, Sequence[str]]:
    """As `display_node.tree` tells it, which needs what only a wall has; a test compares the two."""
    codes = languages()
    pairs = ["+".join(pair) for pair in itertools.permutations(codes, 2)]
    shown = [module.name for module in pkgutil.iter_modules(exhibits.__path__)]
    return {"exhibit": shown, "form": FORMS, "language": [*codes, *pairs]}


def _number(verb: Verb, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not verb.low <= number <= verb.high:
        raise ConfigError(f"{verb.name} = {text!r} must be between {verb.low:g} and {verb.high:g}")
    return number


def _introduce(link: SealedLink, wall: Address) -> None:
    """Wait until the wall told its session, upon which the link sends the command again.

    It does so by itself, or else, where we were held up for longer than it remembers, upon `repeat`.
    """
    deadline = time.monotonic() + ANSWER_WITHIN
    while not link.knows(wall):
        late = time.monotonic() >= deadline  # before the look: what has come while we were held up is seen
        link.receive(ASK_EVERY)
        if late and not link.knows(wall):
            raise LinkError(
                f"nobody at {wall[0]}:{wall[1]} answers who has this key (see sandglass key check)"
            )
        link.repeat(wall)
