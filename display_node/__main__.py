"""`python -m display_node`: the wall."""

import os
import signal
import sys
import threading

from common.config import parse
from common.counters import set_up_logging
from common.errors import GraphicsError, LinkError, explain
from common.heap import share_one
from display_node.settings import Settings

SWITCH_INTERVAL = 0.001
"""Seconds after which a compiling thread lets the drawing one go on; Python's default is five times that."""


def tune() -> None:
    """The process, for a wall; before it has a second thread."""
    share_one()
    sys.setswitchinterval(SWITCH_INTERVAL)


def main() -> int:
    settings = parse(Settings, "python -m display_node", about=__doc__ or "")
    set_up_logging("display")
    tune()
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # stdout belongs to the ready line
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    from display_node.wall import Wall  # after the options: --help needs no GL

    try:
        wall = Wall(settings, stop)
    except (GraphicsError, LinkError):
        stop.wait(settings.linger)  # whoever starts us again need not hurry
        raise
    try:
        wall.run()
    finally:
        wall.close()
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
