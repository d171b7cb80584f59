"""Drawing messages a second: what a wall takes in, against python-osc's server and a bare `recvfrom` loop.

A process sends more than any of them can take, over loopback, and the kernel drops what is too much. Counted
is what each gets through in a second of its own processor, in turn, round after round: a machine that does
other things, too, then disturbs none of them more than the others. The wall is the real receiver, desk and
mailbox (drained sixty times a second, as its frames do), with limits. At last it is sent at a fixed pace, as
much as hundreds of stations send, and what does not come through is counted.
"""

import contextlib
import multiprocessing
import secrets
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import numpy as np
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import ThreadingOSCUDPServer

from common.bitmap import SIDE, Bitmap
from common.counters import Counters
from common.limits import Limits
from common.link import MAX_RECEIVE, RECEIVE_BUFFER, UdpLink
from common.seal import KEY_BYTES, OVERHEAD, Seal, Sealed
from common.sealed import SealedLink
from common.wire import Preview, Submit, valid_name
from display_node.desk import Desk
from display_node.ledger import Ledger
from display_node.mailbox import Mailbox
from display_node.receive import DoorLink, Receiver
from tests.bench.report import Row, at_least, show

FASTER, OF_BARE = 5.0, 1 / 3
ROUNDS, SECONDS = 7, 0.5
STATIONS = 4
BATCH, BATCHES_A_DRAWING = 48, 4
"""Datagrams that the sender hands to the kernel at one go, and how often the last of them is a submit: after
190 previews, three seconds of drawing."""
UDP_SEGMENT = 103
"""Linux: one call sends many datagrams (udp(7)), else sending, not taking, would be measured."""
FRAME = 1 / 60
MANY = 1e9
PACE, PACED = 20_000.0, 400
"""Messages a second, and batches."""
QUIET = 1.0
GENTLE = (4_000.0, 8_000.0, 16_000.0)
"""Messages a second at which python-osc's server may do better than in a flood: its best counts."""
KEY = bytes(KEY_BYTES)


class Stream:
    """Batches of valid messages, no two alike: previews of a few stations, and now and then a submit.

    `apart`: every preview is of another drawing, so that none supersedes another. `session`: of the wall, if
    it has a key.
    """

    def __init__(self, apart: bool, session: int) -> None:
        chance = np.random.default_rng(1)
        pixels = [Bitmap(chance.integers(0, 256, (SIDE, SIDE), np.uint8).tobytes()) for _ in range(BATCH)]
        names = [f"station {n % STATIONS}" for n in range(BATCH)]
        made = [Preview(name, 0, 0, picture).encode() for name, picture in zip(names, pixels, strict=True)]
        self._previews = np.array([list(datagram) for datagram in made], np.uint8)
        self._submit = np.array(list(Submit(names[-1], 0, 0, pixels[-1]).encode()), np.uint8)
        self._numbers = slice(-1044, -1032)  # drawing and sequence, big-endian
        self._apart, self._session, self._count = apart, session, 0
        self._base = secrets.randbits(30)  # another sender every time
        self.size = len(made[0]) + (OVERHEAD if session else 0)

    def batch(self) -> bytes:
        self._count += BATCH
        told = np.full((BATCH, 3), self._base, ">u4")
        told[:, 1 if self._apart else 2] = np.arange(self._count, self._count + BATCH)
        self._previews[:, self._numbers] = told.view(np.uint8)
        datagrams = [row.tobytes() for row in self._previews]
        if self._count // BATCH % BATCHES_A_DRAWING == 0:
            self._submit[self._numbers] = np.array([self._base, self._count, 0], ">u4").view(np.uint8)
            datagrams[-1] = self._submit.tobytes()
        if self._session:
            seal, first = Seal(KEY), self._count
            datagrams = [
                seal.close(Sealed(self._base, self._session, first + n, inner))
                for n, inner in enumerate(datagrams)
            ]
        return b"".join(datagrams)


def blast(port: int, session: int, apart: bool, rate: float, count: int) -> None:
    """Send `count` messages (0: until killed), `rate` a second."""
    stream = Stream(apart, session)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, stream.size)
        link.connect(("127.0.0.1", port))
        start, sent = time.perf_counter(), 0
        while not count or sent < count:
            if sent <= rate * (time.perf_counter() - start):
                with contextlib.suppress(OSError):
                    link.send(stream.batch())
                sent += BATCH


def bare(pipe: Connection) -> None:
    """The floor: `recvfrom`, and nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        link.bind(("127.0.0.1", 0))
        taken = [0]

        def loop() -> None:
            while True:
                link.recvfrom(MAX_RECEIVE)
                taken[0] += 1

        threading.Thread(target=loop, daemon=True).start()
        _measured(pipe, link.getsockname()[1], 0, lambda: taken[0])


def library(pipe: Connection) -> None:
    """python-osc's server, a thread a message, and a handler that makes of it what our decoder makes."""
    taken = [0]

    def handle(address: str, station: str, drawing: int, sequence: int, side: int, data: bytes) -> None:
        assert valid_name(station)
        assert side == SIDE
        Preview(station, drawing, sequence, Bitmap(data))
        taken[0] += 1

    dispatcher = Dispatcher()
    for address in (Preview.ADDRESS, Submit.ADDRESS):
        dispatcher.map(address, handle)
    server = ThreadingOSCUDPServer(("127.0.0.1", 0), dispatcher)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _measured(pipe, server.server_address[1], 0, lambda: taken[0])


def wall(pipe: Connection, key: bool = False) -> None:
    """The wall's own way in."""
    counters, mailbox = Counters(), Mailbox()
    desk = Desk(mailbox, Ledger(), counters, lambda job: True)
    link: DoorLink = UdpLink()
    session = 0
    if key:
        link = SealedLink(link, Seal(KEY), counters)
        session = link._session
    Receiver([(link, desk.drawing)], counters, Limits(counters, MANY))

    def taken() -> int:
        counts = counters.snapshot()
        assert not any(name.startswith("dropped") for name in counts), counts
        return sum(counts.get(name, 0) for name in ("previews", "late_previews", "superseded", "submits"))

    _measured(pipe, link.address[1], session, taken, mailbox.drain)


def _measured(
    pipe: Connection, port: int, session: int, taken: Callable[[], int], frame: Callable[[], object] = int
) -> None:
    """Tell the port. Then, whenever asked, wait for the first message, and tell how many are taken in so many
    seconds (0: until nothing comes any more), and the processor time spent."""
    pipe.send((port, session))
    while True:
        seconds, before, quiet = pipe.recv(), taken(), 0.0
        while taken() == before:
            time.sleep(FRAME)
        spent, end = time.process_time(), time.perf_counter() + seconds
        before = taken() if seconds else before
        while time.perf_counter() < end or (not seconds and quiet < QUIET):
            known = taken()
            time.sleep(FRAME)
            frame()
            quiet = 0.0 if taken() > known else quiet + FRAME
        pipe.send((taken() - before, time.process_time() - spent))


class Taker:
    """One that takes, in a process of its own."""

    def __init__(self, kind: Callable[..., None], *options: Any) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=kind, args=(theirs, *options), daemon=True)
        self._process.start()
        self._door = self._pipe.recv()

    def rate(self, apart: bool = False, offered: float = MANY) -> float:
        """Messages that it gets through in a second of its processor."""
        count, spent = self._ask(SECONDS, apart, offered, 0)
        return count / spent

    def lost(self, rate: float, batches: int) -> int:
        """How many messages of so many batches, sent at this rate, do not get through."""
        return batches * BATCH - round(self._ask(0.0, False, rate, batches * BATCH)[0])

    def _ask(self, seconds: float, *how: Any) -> tuple[int, float]:
        """Have it sent to while it measures."""
        self._pipe.send(seconds)
        sender = multiprocessing.Process(target=blast, args=(*self._door, *how), daemon=True)
        sender.start()
        found: tuple[int, float] = self._pipe.recv()
        sender.kill()
        sender.join()
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def measure() -> list[Row]:
    with contextlib.ExitStack() as stack:
        takers = [Taker(bare), Taker(library), Taker(wall), Taker(wall), Taker(wall, True)]
        for taker in takers:
            stack.callback(taker.close)
        rates: list[list[float]] = [[] for _ in takers]
        for _ in range(ROUNDS):
            for number, taker in enumerate(takers):
                rates[number].append(taker.rate(apart=number == 3))
        floor, theirs, ours, each, sealed = (median(found) for found in rates)
        theirs = max(theirs, *(takers[1].rate(offered=pace) for pace in GENTLE))
        lost = [takers[number].lost(PACE, PACED) for number in (2, 0)]
    server, loop, unit = "ThreadingOSCUDPServer", "bare recvfrom", "/s"
    return [
        at_least("drawing messages taken in", ours, theirs, unit, server, FASTER),
        at_least("drawing messages taken in", ours, floor, unit, loop, OF_BARE),
        Row("  none superseding another", each, floor, unit, loop),
        Row("  sealed with a key", sealed, floor, unit, loop),
        Row(f"lost of {PACED * BATCH:,} at {PACE:,.0f} a second", *map(float, lost), "", loop),
    ]


if __name__ == "__main__":
    show(measure())
