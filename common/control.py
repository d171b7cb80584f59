"""The operator's verbs: one table, from which messages are made, checked and later described.

Surfaces send 1.0 when a button is pressed and 0.0 when it is released: a release says nothing.
"""

import math
from dataclasses import dataclass

from common import osc
from common.errors import Refused, WireError
from common.wire import MAX_DATAGRAM, build, valid_name


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the control table. `kind`: "" a button, "s" a text, "f" a number in [low, high].

    `whole`: the number is one of 0, 1, 2 …; `reading`: what of the wall's state (`common.state_wire`) tells
    its current value; `critical`: not to be lost, and not to be pressed by mistake; `harmless`: may come
    unsealed to a wall that has a key, from addresses that its `plain_allow` names.
    """

    name: str
    kind: str
    help: str
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    reading: str = ""
    critical: bool = False
    harmless: bool = False

    @property
    def address(self) -> str:
        return f"/control/{self.name}"

    @property
    def tag(self) -> str:
        """The type tag that it is described by, and told with: `N`, nothing at all, for a button."""
        return "i" if self.whole else self.kind or "N"


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "exhibit", "s", "show the last drawing, and those to come, with this exhibit", reading="exhibit"
        ),
        Verb("play", "", "let time run", harmless=True),
        Verb("pause", "", "hold time", harmless=True),
        Verb("seek", "f", "jump to this many seconds into the show", 0.0, 3600.0, reading="time"),
        Verb("speed", "f", "seconds of show per second", 0.1, 8.0, reading="speed"),
        Verb("next", "", "on to the next chapter", harmless=True),
        Verb(
            "reset",
            "",
            "back to the invitation; speed and all that was chosen as at the start",
            critical=True,
        ),
        Verb("form", "s", "length of the tours to come: auto, full or short", reading="form"),
        Verb("language", "s", "en, ko or en+ko", reading="language", harmless=True),
        Verb(
            "captions",
            "f",
            "1 shows captions and legend, 0 hides them: the silent form",
            whole=True,
            reading="captions",
            harmless=True,
        ),
        Verb("volume", "f", "loudness of the sound", reading="volume", harmless=True),
        Verb("blackout", "f", "1 darkens the wall, 0 lights it again", whole=True, reading="blackout"),
        Verb("restart", "", "end the process; its supervisor starts it again", critical=True),
        Verb(
            "subscribe",
            "f",
            "tell my address the state, at this port; 0: no more",
            0.0,
            65535.0,
            whole=True,
            harmless=True,
        ),
    )
}


_BY_ADDRESS = {verb.address: verb for verb in VERBS.values()}


@dataclass(frozen=True, slots=True)
class Control:
    """An operator's verb. `value` is None for a button, else what the verb's kind says."""

    verb: str
    value: float | str | None = None

    def encode(self) -> bytes:
        if self.verb not in VERBS:
            raise WireError(f"no verb {self.verb!r}; there are {', '.join(VERBS)}")
        verb = VERBS[self.verb]
        return build(verb.address, verb.kind, *([] if self.value is None else [self.value]))


def decode(datagram: bytes) -> list[Control]:
    """What arrived on the control port, releases left out. Raises `Refused`, as the wire's decoders do."""
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("size", f"{len(datagram)} bytes, {MAX_DATAGRAM} at most")
    taken = [_take(message) for message in osc.messages(datagram)]
    return [command for command in taken if command is not None]


def harmless(datagram: bytes) -> bool:
    """Whether there is nothing in it but verbs that may come unsealed."""
    try:
        return all(VERBS[command.verb].harmless for command in decode(datagram))
    except Refused:
        return False


def _take(message: osc.Message) -> Control | None:
    verb = _BY_ADDRESS.get(message.address)
    if verb is None:
        raise Refused("address", f"{message.address} is not heard on this port")
    argument = message.arguments[0] if message.arguments else None
    if len(message.arguments) > 1 or (verb.kind and argument is None):
        raise Refused("tags", f"{verb.address} takes {verb.kind or 'nothing'}, not {message.tags!r}")
    if verb.kind == "s":
        if not isinstance(argument, str) or not valid_name(argument):
            raise Refused("value", f"{verb.address} {argument!r}")
        return Control(verb.name, argument)
    if message.tags not in ("", "N", "i", "f", "T", "F"):
        raise Refused("tags", f"{verb.address} {message.tags!r}")
    number = 1.0 if argument is None else float(argument)  # i, f, T or F by now; or N, which is a press
    if not verb.kind and math.isfinite(number):
        return Control(verb.name) if number > 0.0 else None
    if not (math.isfinite(number) and verb.low <= number <= verb.high):
        raise Refused("value", f"{verb.address} {number}, expected {verb.low:g} to {verb.high:g}")
    return Control(verb.name, number)
