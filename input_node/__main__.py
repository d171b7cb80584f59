"""The drawing station: `python -m input_node`."""

import signal
import sys
import threading
import time

from common import config, errors
from common.counters import Counters, set_up_logging
from common.link import UdpLink
from common.sealed import locked
from input_node import replay
from input_node.joining import Place
from input_node.sender import Sender
from input_node.session import Session
from input_node.settings import Settings

ABOUT = "The drawing station: what is drawn here is read on the wall."
REPLAY_SIDE = 768
"""Pixels of the canvas that a replay draws on."""


def main() -> int:
    settings = config.parse(Settings, "python -m input_node", about=ABOUT)
    set_up_logging("station")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    drawings = replay.load(settings.replay) if settings.replay else None
    counters = Counters()
    link = locked(UdpLink(settings.host), settings.key, counters)
    place = Place(settings, link, counters)
    try:
        sender = Sender(link, place.target, place.name, counters, time.monotonic())
        if drawings is not None:
            place.open()
            session = Session(sender, REPLAY_SIDE, time.monotonic())
            return replay.replay(drawings, session, link, settings.timeout, stop)
        from input_node import window  # pygame: only where a window is wanted

        try:
            return window.run(settings, sender, stop, place)
        except (errors.GraphicsError, errors.LinkError):
            stop.wait(settings.linger)  # whoever starts us again need not hurry
            raise
    finally:
        place.close()
        link.close()


if __name__ == "__main__":
    sys.exit(errors.explain(main))
