"""`python -m tests.machines.relay HOST:PORT …`: a slow way between nodes. Each datagram takes 0 to 10 ms.

The relay stands for each of them: what is sent to its port FIRST + n comes to the n-th, from the port that
stands for the sender. So the nodes know only the relay's ports, and take them for each other's.
"""

import argparse
import heapq
import random
import selectors
import time

from common.link import UdpLink, parse_address

FIRST = 9100
LONGEST = 0.010
"""Seconds: 5 ms ± 5 ms, the same chance for each. Whatever is sent later may arrive sooner."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("nodes", nargs="+")
    nodes = [parse_address(text, 9000) for text in parser.parse_args().nodes]
    links = [UdpLink("0.0.0.0", FIRST + number) for number in range(len(nodes))]
    dice = random.Random(1)
    flying: list[tuple[float, int, bytes, int, int]] = []
    sent = 0
    with selectors.DefaultSelector() as selector:
        for number, link in enumerate(links):
            selector.register(link, selectors.EVENT_READ, number)
        print("relaying", flush=True)
        while True:
            wait = max(flying[0][0] - time.monotonic(), 0.0) if flying else None
            for key, _ in selector.select(wait):
                while (found := links[key.data].receive()) is not None:
                    datagram, sender = found
                    if sender in nodes:
                        sent += 1
                        due = time.monotonic() + dice.uniform(0.0, LONGEST)
                        heapq.heappush(flying, (due, sent, datagram, nodes.index(sender), key.data))
            while flying and flying[0][0] <= time.monotonic():
                _, _, datagram, origin, to = heapq.heappop(flying)
                links[origin].send(datagram, nodes[to])


if __name__ == "__main__":
    main()
