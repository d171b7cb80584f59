"""`python -m tests.machines.pen HOST:PORT DRAWINGS`: somebody who draws for ever and never presses Predict.

The real session and sender, sixty pen events a second, each drawing 0.8 s long and wiped at its end.
"""

import argparse
import math
import random
import time

from common.counters import Counters
from common.link import UdpLink, parse_address
from input_node.peer import Peer
from input_node.pen import BOX
from input_node.sender import Sender
from input_node.session import Session

FRAME, FRAMES = 1 / 60, 48


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("wall")
    parser.add_argument("drawings", type=int)
    options = parser.parse_args()
    link, dice = UdpLink("0.0.0.0"), random.Random(1)
    now = time.monotonic()
    sender = Sender(link, Peer(parse_address(options.wall, 9000)), "pen", Counters(), now)
    session = Session(sender, 256, now)
    for _ in range(options.drawings):
        x, y, way = dice.uniform(0, BOX), dice.uniform(0, BOX), dice.uniform(0, math.tau)
        session.down("pen", (x, y), time.monotonic())
        for _ in range(FRAMES):
            way += dice.uniform(-0.6, 0.6)
            x = min(max(x + 20 * math.cos(way), 0.0), BOX)
            y = min(max(y + 20 * math.sin(way), 0.0), BOX)
            session.move("pen", (x, y), time.monotonic())
            session.tick(time.monotonic())
            time.sleep(FRAME)
        session.up("pen", (x, y), time.monotonic())
        session.clear(time.monotonic())
    link.close()


if __name__ == "__main__":
    main()
