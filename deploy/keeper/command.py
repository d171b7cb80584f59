"""`sandglass machine`: asks a keeper, that of this machine unless another is named, and prints the answer."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from common import machine as wire
from common.config import Parser
from common.counters import Counters
from common.errors import ConfigError, Refused, SandglassError
from common.link import Address, Link, UdpLink, parse_address, resolve
from common.machine import KEEPER_PORT, MAX_TAIL, Done, LogPart, Look, Message, Order, Report, Tail
from common.sealed import locked

WITHIN = 6.0
"""Seconds to wait for a keeper, which may itself wait for supervisord."""
AGAIN = 1.0
"""Seconds after which a question is asked again. An order that comes twice does what it does once."""
Found = TypeVar("Found")


def machine(argv: Sequence[str]) -> int:
    parser = Parser(prog="sandglass machine", description=__doc__)
    parser.add_argument("verb", choices=["report", "log", *wire.VERBS])
    parser.add_argument("program", nargs="?", default="", help="as the report calls it")
    parser.add_argument("--host", default="127.0.0.1", metavar="HOST[:PORT]", help="(default: this machine)")
    parser.add_argument("--key", type=Path, metavar="F", help="the installation key, if there is one")
    options = parser.parse_args(argv)
    if (options.verb == "report") != (not options.program):
        raise ConfigError(
            f"sandglass machine {options.verb} takes {'no' if options.program else 'a'} program"
        )
    to = resolve(parse_address(options.host, KEEPER_PORT))
    if to is None:
        raise ConfigError(f"--host {options.host!r} is not known here")
    bare = UdpLink("127.0.0.1" if to[0].startswith("127.") else "0.0.0.0")
    link = locked(bare, options.key, Counters())
    try:
        return _ask(link, to, options.verb, options.program)
    finally:
        link.close()


def _ask(link: Link, to: Address, verb: str, program: str) -> int:
    if verb == "report":
        print(shown(_answer(link, to, Look().encode(), lambda m: m if isinstance(m, Report) else None)))
        return 0
    if verb == "log":
        parts: dict[int, LogPart] = {}

        def whole(message: Message) -> str | None:
            if not isinstance(message, LogPart):
                return None
            parts[message.part] = message
            done = len(parts) == message.parts
            return "".join(parts[at].text for at in sorted(parts)) or "(empty)\n" if done else None

        print(_answer(link, to, Tail(program, MAX_TAIL).encode(), whole), end="")
        return 0
    order = Order(verb, program).encode()
    done = _answer(link, to, order, lambda m: m if isinstance(m, Done) and m.program == program else None)
    print(f"{verb} {program}: {'it is being done' if done.ok else done.why}")
    return 0 if done.ok else 1


def _answer(link: Link, to: Address, question: bytes, wanted: Callable[[Message], Found | None]) -> Found:
    """Ask until there is the answer. Raises `SandglassError` where there is none."""
    end, ask = time.monotonic() + WITHIN, 0.0
    while (now := time.monotonic()) < end:
        if now >= ask:
            link.send(question, to)
            ask = now + AGAIN
        received = link.receive(0.1)
        if received is None:
            continue
        try:
            found = wanted(wire.decode(received[0]))
        except Refused:
            continue
        if found is not None:
            return found
    raise SandglassError(
        f"no keeper answers at {to[0]}:{to[1]}: is the service running (systemctl status sandglass), "
        "and is --key the installation's?"
    )


def shown(report: Report) -> str:
    """As a person reads it."""
    # In the zone of this machine, which need not be the gallery's.
    changes = dt.datetime.fromtimestamp(report.changes).astimezone()
    until = f" until {changes:%a %d %b %H:%M %Z}" if report.changes else ""
    warm = "unknown" if report.temperature is None else f"{report.temperature:.0f} °C"
    lines = [
        f"{report.name}: {report.opening}{until}",
        f"up {_long(report.uptime)}, load {report.load:.2f}, temperature {warm}, "
        f"{report.free / 1e9:.1f} of {report.size / 1e9:.1f} GB free",
    ]
    if not report.supervised:
        lines.append("supervisord does not answer: the states below are old")
    lines += [
        f"  {one.name:<20}{one.state:<10}{_long(one.uptime) if one.uptime else ''}" for one in report.programs
    ]
    return "\n".join(line.rstrip() for line in lines)


def _long(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    return (f"{days} d " if days else "") + f"{hours}:{rest // 60:02}:{rest % 60:02}"
