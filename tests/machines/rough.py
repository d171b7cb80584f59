"""`python -m tests.machines.rough HOST:PORT …`: a rough way between nodes: copies, and overtakes, both ways.

What comes to its port FIRST + n goes to the n-th node, from a port that stands for the sender, and what the
node says to that port goes back. Each datagram takes 0 to 10 ms, one in five 0 to 80 ms, and one in five
comes twice. It loses nothing: `Machine.lose` does. At its end it prints what it has done, as JSON.
"""

import argparse
import heapq
import json
import random
import selectors
import signal
import sys
import time

from common.link import Address, UdpLink, parse_address

FIRST = 9100
USUAL, LONGEST = 0.010, 0.080
"""Seconds."""
LATE, TWICE = 0.2, 0.2


class Rough:
    """`ways`: for each port that is waited on, the link by which what comes there leaves, and where to.

    That of a public port depends on who sends, and is made when he does so first.
    """

    def __init__(self, nodes: list[Address]) -> None:
        self._nodes, self._dice = nodes, random.Random(1)
        self._public = [UdpLink("0.0.0.0", FIRST + number) for number in range(len(nodes))]
        self._inside: dict[tuple[int, Address], UdpLink] = {}
        self._flying: list[tuple[float, int, bytes, UdpLink, Address]] = []
        self._turn = 0
        self._last: dict[tuple[UdpLink, Address], int] = {}
        self.counts = {"carried": 0, "copied": 0, "overtaken": 0}
        self._selector = selectors.DefaultSelector()
        for number, link in enumerate(self._public):
            self._selector.register(link, selectors.EVENT_READ, (link, number, None))

    def step(self) -> None:
        wait = max(self._flying[0][0] - time.monotonic(), 0.0) if self._flying else None
        for key, _ in self._selector.select(wait):
            link, number, client = key.data
            while (found := link.receive()) is not None:
                datagram, sender = found
                if client is None:
                    self._fly(datagram, self._way(number, sender), self._nodes[number])
                else:
                    self._fly(datagram, self._public[number], client)
        while self._flying and self._flying[0][0] <= time.monotonic():
            _, turn, datagram, link, to = heapq.heappop(self._flying)
            self.counts["carried"] += 1
            self.counts["overtaken"] += turn < self._last.get((link, to), 0)
            self._last[link, to] = max(turn, self._last.get((link, to), 0))
            link.send(datagram, to)

    def _way(self, number: int, sender: Address) -> UdpLink:
        if (number, sender) not in self._inside:
            made = self._inside[number, sender] = UdpLink("0.0.0.0")
            self._selector.register(made, selectors.EVENT_READ, (made, number, sender))
        return self._inside[number, sender]

    def _fly(self, datagram: bytes, link: UdpLink, to: Address) -> None:
        copies = 1 + (self._dice.random() < TWICE)
        self.counts["copied"] += copies - 1
        for _ in range(copies):
            self._turn += 1
            longest = LONGEST if self._dice.random() < LATE else USUAL
            due = time.monotonic() + self._dice.uniform(0.0, longest)
            heapq.heappush(self._flying, (due, self._turn, datagram, link, to))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("nodes", nargs="+")
    relay = Rough([parse_address(text, 9000) for text in parser.parse_args().nodes])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("relaying", flush=True)
    try:
        while True:
            relay.step()
    finally:
        print(json.dumps(relay.counts), flush=True)


if __name__ == "__main__":
    main()
