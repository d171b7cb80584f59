"""`python -m tests.machines.flood HOST:PORT RATE COUNT`: so many datagrams, so many a second, or all it can.

They come from standard input, one a line in hexadecimal, and are sent in turn from one address. At the end it
prints what it has sent, and in how many seconds.
"""

import argparse
import itertools
import json
import socket
import sys
import time

from common.link import parse_address


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("rate", type=float)
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    junk = itertools.cycle([bytes.fromhex(line) for line in sys.stdin.read().split()])
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.connect(parse_address(options.target, 9000))
    start, sent, refused = time.monotonic(), 0, 0
    while sent < options.count:
        while sent < min(options.rate * (time.monotonic() - start), options.count):
            try:
                link.send(next(junk))
            except OSError:  # an ICMP error of the one before
                refused += 1
            sent += 1
        time.sleep(0.001)
    print(json.dumps({"sent": sent, "refused": refused, "seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main()
