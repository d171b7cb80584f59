"""`sandglass`: one door to everything.

sandglass demo        a station and a wall on this machine
sandglass display …   the wall; options as in `python -m display_node --help`
sandglass input …     the drawing station; options as in `python -m input_node --help`
sandglass supervise   a node under supervisord, restarted whenever it ends
sandglass send …      one command to a wall, such as: sandglass send 127.0.0.1 pause
sandglass key …       makes the installation's key: sandglass key new FILE; key check FILE
sandglass doctor      looks at this machine and says what to do
"""

import sys
from collections.abc import Callable, Sequence

from common.errors import ConfigError, explain


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
        "send": _send,
        "key": _key,
        "doctor": _doctor,
    }
    if command not in commands:
        raise ConfigError(f"no command {command!r}; there are {', '.join(commands)}")
    return commands[command](options)


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


def _send(options: Sequence[str]) -> int:
    from deploy.send import send

    return send(options)


def _key(options: Sequence[str]) -> int:
    from deploy.keys import key

    return key(options)


def _doctor(options: Sequence[str]) -> int:
    from deploy.doctor import doctor

    return doctor(options)


if __name__ == "__main__":
    sys.exit(main())
