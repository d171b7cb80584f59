"""`sandglass`: one door to everything.

sandglass demo        a station and a wall on this machine
sandglass display …   the wall; options as in `python -m display_node --help`
sandglass input …     the drawing station; options as in `python -m input_node --help`
sandglass supervise   a node under supervisord, restarted whenever it ends
sandglass operate …   the operator's console, for any browser; --set-password sets its password
sandglass send …      one command to a wall, such as: sandglass send 127.0.0.1 pause
sandglass key …       makes the installation's key: sandglass key new FILE; key check FILE
sandglass deploy …    everything that the machines of a gallery.toml need, a folder for each
sandglass hours …     what opening hours will do: sandglass hours gallery.toml
sandglass machine …   this machine's programs: report, start, stop, restart, log
sandglass visitors …  how many came, day by day; --csv F writes a table
sandglass replay …    what a wall's flight recorder kept, again: sandglass replay FOLDER --list
sandglass peers       which nodes are there; for so many seconds: sandglass peers 10
sandglass doctor      looks at this machine and says what to do
"""

import sys
from collections.abc import Callable, Sequence

from common.errors import ConfigError, explain
from deploy.extras import lacking


def main() -> int:
    return explain(lambda: run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Dispatch; each command parses its own options. Imports are late: a tablet has no torch."""
    command, options = (argv[0], list(argv[1:])) if argv else ("--help", [])
    if command in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    commands: dict[str, Callable[[Sequence[str]], int]] = {
        "demo": _demo,
        "display": _display,
        "input": _input,
        "supervise": _supervise,
        "operate": _operate,
        "send": _send,
        "key": _key,
        "deploy": _deploy,
        "hours": _hours,
        "machine": _machine,
        "visitors": _visitors,
        "replay": _replay,
        "peers": _peers,
        "doctor": _doctor,
    }
    if command not in commands:
        raise ConfigError(f"no command {command!r}; there are {', '.join(commands)}")
    try:
        return commands[command](options)
    except ModuleNotFoundError as error:  # each machine is installed for what it is to do
        if (told := lacking(error)) is None:
            raise
        raise told from None


def _demo(options: Sequence[str]) -> int:
    from deploy.demo import demo

    return demo(options)


def _display(options: Sequence[str]) -> int:
    from display_node.__main__ import main as display

    sys.argv = ["sandglass display", *options]
    return display()


def _input(options: Sequence[str]) -> int:
    from input_node.__main__ import main as station

    sys.argv = ["sandglass input", *options]
    return station()


def _supervise(options: Sequence[str]) -> int:
    from deploy.supervise import supervise

    return supervise(options)


def _operate(options: Sequence[str]) -> int:
    from deploy.console.__main__ import main as console

    return console(options)


def _send(options: Sequence[str]) -> int:
    from deploy.send import send

    return send(options)


def _key(options: Sequence[str]) -> int:
    from deploy.keys import key

    return key(options)


def _deploy(options: Sequence[str]) -> int:
    from deploy.gallery.command import deploy

    return deploy(options)


def _hours(options: Sequence[str]) -> int:
    from deploy.hours.command import hours

    return hours(options)


def _machine(options: Sequence[str]) -> int:
    from deploy.keeper.command import machine

    return machine(options)


def _visitors(options: Sequence[str]) -> int:
    from deploy.visitors import visitors

    return visitors(options)


def _replay(options: Sequence[str]) -> int:
    from deploy.replay import replay

    return replay(options)


def _peers(options: Sequence[str]) -> int:
    from deploy.peers import peers

    return peers(options)


def _doctor(options: Sequence[str]) -> int:
    from deploy.doctor import doctor

    return doctor(options)


if __name__ == "__main__":
    sys.exit(main())
