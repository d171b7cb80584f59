"""`python -m tests.machines.visitor [options of input_node]`: somebody who draws all day.

A JSON line for each answer: `index`, `asked` and `answered` in monotonic seconds, and `host`, who answered.
SIGTERM lets the last drawing be answered, then `{"end": number of submits}` follows.
"""

import json
import signal
import threading
import time

from common.config import parse
from common.counters import Counters, set_up_logging
from common.link import UdpLink
from common.sealed import locked
from common.wire import Answer
from display_node.samples import DRAWINGS
from input_node import replay
from input_node.joining import Place
from input_node.sender import Sender
from input_node.session import Session
from input_node.settings import Settings

PAUSE = 0.4
"""Seconds in which the last drawing is wiped and the next one thought of."""
NAP = 0.05


def main() -> None:
    settings = parse(Settings, "visitor", about=__doc__ or "")
    set_up_logging("visitor")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    counters = Counters()
    link = locked(UdpLink(settings.host), settings.key, counters)
    place = Place(settings, link, counters)
    sender = Sender(link, place.target, place.name, counters, time.monotonic())
    place.open()
    session = Session(sender, 256, time.monotonic())
    drawings = replay.load(DRAWINGS)
    print('{"ready": true}', flush=True)
    index = 0
    while not stop.is_set():
        replay.draw(drawings[index % len(drawings)], session)
        asked = time.monotonic()
        session.predict(asked)
        host = answered(session, link)
        line = {"index": index, "asked": asked, "answered": time.monotonic(), "host": host}
        print(json.dumps(line), flush=True)
        index += 1
        session.clear(time.monotonic())
        rested = time.monotonic() + PAUSE
        while time.monotonic() < rested and not stop.is_set():
            session.tick(time.monotonic())
            stop.wait(NAP)
    print(json.dumps({"end": index}), flush=True)
    place.close()
    link.close()


def answered(session: Session, link: UdpLink) -> str:
    """Waits for ever, as a visitor's drawing does; the address that the answer came from."""
    while True:
        session.sender.tick(time.monotonic())
        found = link.receive(min(session.sender.due(time.monotonic()), NAP))
        if found is not None:
            for news in session.sender.take(*found, time.monotonic()):
                if isinstance(news, Answer):
                    return found[1][0]


if __name__ == "__main__":
    main()
