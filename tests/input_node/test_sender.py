"""The sender against a lossy network, with time turned by hand; and once over real UDP."""

import time
from itertools import pairwise

import numpy as np
import pytest

from common import wire
from common.bitmap import Bitmap
from common.counters import Counters
from common.link import Address, MemoryLink, MemoryNetwork, UdpLink
from input_node.peer import Peer
from input_node.sender import (
    PREVIEW_EVERY,
    REACHABLE_FOR,
    RESEND_FIRST,
    RESEND_MOST,
    Sender,
    new_id,
)
from tests.input_node.conftest import PROBABILITIES, StandInWall, until

WALL: Address = ("10.0.0.1", 9000)
STATION: Address = ("10.0.0.2", 4000)


def picture(level: int = 255) -> Bitmap:
    image = np.zeros((32, 32), np.uint8)
    image[10:20, 15:17] = level
    return Bitmap.of(image)


class Room:
    """A station and a wall that only does what the test says. Time moves by `run`."""

    def __init__(self) -> None:
        self.network = MemoryNetwork()
        self.now = 100.0
        self.wall: MemoryLink | None = None
        link = self.network.link(*STATION)
        self.sender = Sender(link, Peer(WALL), "tablet", Counters(), self.now, first=7)
        self.news: list[wire.Answer | wire.Progress] = []
        self.sent: list[tuple[float, wire.Decoded]] = []

    def open_wall(self) -> None:
        self.wall = self.network.link(*WALL)

    def run(self, seconds: float, step: float = 0.01) -> None:
        for _ in range(round(seconds / step)):
            self.news += self.sender.receive(self.now)
            self.sender.tick(self.now)
            while self.wall and (found := self.wall.receive()):
                self.sent += [(self.now, message) for message in wire.decode_drawing(found[0])]
            self.now += step

    def of(self, kind: type) -> list[tuple[float, wire.Decoded]]:
        return [(at, message) for at, message in self.sent if isinstance(message, kind)]

    def reply(self, message: wire.ToStation) -> None:
        assert self.wall
        self.wall.send(message.encode(), STATION)

    def ack(self) -> None:
        self.reply(wire.Ack("tablet", self.sender.drawing))

    def answer(self) -> None:
        self.reply(wire.Answer("tablet", self.sender.drawing, 7, PROBABILITIES))


@pytest.fixture
def room() -> Room:
    made = Room()
    made.open_wall()
    return made


def test_previews_are_limited_and_the_newest_wins(room: Room) -> None:
    for level in range(40, 240):
        room.sender.preview(picture(level))
        room.run(0.005, step=0.005)
    room.run(0.1)
    previews = room.of(wire.Preview)
    assert 50 <= len(previews) <= 1.0 / PREVIEW_EVERY + 2
    last = previews[-1][1]
    assert isinstance(last, wire.Preview)
    assert last.bitmap == picture(239)
    numbers = [message.sequence for _, message in previews if isinstance(message, wire.Preview)]
    assert numbers == sorted(set(numbers))


def test_what_did_not_change_is_not_shown_again(room: Room) -> None:
    for _ in range(5):
        room.sender.preview(picture())
        room.run(0.1)
    assert len(room.of(wire.Preview)) == 1


def test_a_submit_is_sent_again_until_acked_with_growing_pauses(room: Room) -> None:
    room.sender.submit(picture(), room.now)
    room.run(20.0)
    times = [at for at, _ in room.of(wire.Submit)]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] == pytest.approx(RESEND_FIRST, abs=0.02)
    assert pauses[1] == pytest.approx(RESEND_FIRST * 1.5, abs=0.02)
    assert pauses[-1] == pytest.approx(RESEND_MOST, abs=0.02)
    assert len({message for _, message in room.of(wire.Submit)}) == 1  # the very same datagram


def test_acked_but_unanswered_it_asks_soon_and_then_ever_more_slowly(room: Room) -> None:
    room.sender.submit(picture(), room.now)
    room.run(5.0)
    room.ack()  # by now it was sent every two seconds
    acked = room.now
    room.run(10.0)
    times = [at for at, _ in room.of(wire.Submit)]
    pauses = [later - earlier for earlier, later in pairwise([acked, *(at for at in times if at > acked)])]
    assert pauses[:3] == pytest.approx([RESEND_FIRST, RESEND_FIRST * 1.5, RESEND_FIRST * 1.5**2], abs=0.02)
    assert pauses[-1] == pytest.approx(RESEND_MOST, abs=0.06)
    room.answer()
    room.run(10.0)
    assert len(room.of(wire.Submit)) == len(times)
    assert [type(news) for news in room.news] == [wire.Answer]


def test_the_answer_counts_once_whatever_the_network_does(room: Room) -> None:
    """Answer before ack, answer twice, an answer to an older drawing, an ack that comes too late."""
    room.sender.submit(picture(), room.now)
    room.run(0.25)
    room.answer()
    room.ack()
    room.answer()
    room.reply(wire.Answer("tablet", 3, 1, PROBABILITIES))
    room.run(5.0)
    assert len(room.news) == 1
    assert not room.sender.waiting
    assert room.sender.counters.snapshot()["late_replies"] == 3
    assert room.sender.latency == pytest.approx(0.25, abs=0.02)


def test_the_first_datagrams_are_lost(room: Room) -> None:
    room.network.lose(3)
    room.sender.submit(picture(), room.now)
    room.run(1.0)
    assert room.of(wire.Submit)


def test_a_wall_that_appears_late_gets_the_submit_within_a_second_of_its_first_reply() -> None:
    room = Room()
    room.sender.submit(picture(), room.now)
    room.run(60.0)
    assert not room.sender.reachable(room.now)
    room.open_wall()
    room.run(1.1)
    before = len(room.of(wire.Submit))
    room.reply(wire.Ack("tablet", 1))  # to a hello of another drawing: it says only that a wall is there
    room.run(0.03)
    assert room.sender.reachable(room.now)
    assert len(room.of(wire.Submit)) == before + 1


def test_reachable_while_hellos_are_answered(room: Room) -> None:
    assert room.sender.reachable(room.now)
    room.run(REACHABLE_FOR + 0.1)
    assert not room.sender.reachable(room.now)
    assert len(room.of(wire.Hello)) == 4
    room.ack()
    room.run(0.02)
    assert room.sender.reachable(room.now)


def test_garbage_and_strangers_are_counted_and_dropped(room: Room) -> None:
    room.run(REACHABLE_FOR + 1)
    assert room.wall
    room.wall.send(b"\xff" * 20, STATION)
    room.wall.send(b"", STATION)
    room.reply(wire.Answer("another", room.sender.drawing, 7, PROBABILITIES))
    room.run(0.1)
    assert not room.sender.reachable(room.now)
    assert room.news == []
    assert room.sender.counters.snapshot()["dropped_stranger"] == 1


def test_begin_forgets_what_was_waiting(room: Room) -> None:
    room.sender.submit(picture(), room.now)
    room.run(0.02)
    first = room.sender.drawing
    room.sender.clear()
    room.sender.begin()
    room.run(5.0)
    assert room.sender.drawing == first + 1
    assert len(room.of(wire.Submit)) == 1
    assert [message for _, message in room.of(wire.Clear)] == [wire.Clear("tablet", first)]


def test_ids_rise_and_fit_the_wire() -> None:
    ids = [new_id() for _ in range(50)]
    assert all(0 < one < 2**63 for one in ids)
    assert len(set(ids)) > 45  # within one second they differ by chance


def test_due_says_when_to_come_again(room: Room) -> None:
    room.sender.tick(room.now)
    assert room.sender.due(room.now) == pytest.approx(1.0)
    room.sender.submit(picture(), room.now)
    assert room.sender.due(room.now) == pytest.approx(RESEND_FIRST)


def test_a_name_is_looked_up_beside_the_drawing_and_again_while_it_is_unknown() -> None:
    found: list[Address | None] = [None, ("10.0.0.9", 9000), None]
    peer = Peer(("wall.local", 9000), lambda _: found.pop(0))
    for expected in (None, ("10.0.0.9", 9000), ("10.0.0.9", 9000)):
        peer.refresh(wait=5.0)
        assert peer.address == expected


def test_over_udp(stand_in: StandInWall) -> None:
    link = UdpLink()
    sender = Sender(link, Peer(stand_in.link.address), "tablet", Counters(), time.monotonic())
    sender.preview(picture(100))
    sender.submit(picture(), time.monotonic())
    news = until(lambda: sender.receive(time.monotonic()), "the answer")
    assert isinstance(news[0], wire.Answer)
    assert news[0].digit == 7
    assert stand_in.of(wire.Submit)[0].bitmap == picture()
    link.close()


def test_a_flood_takes_no_reply_away() -> None:
    """A stranger's 10,000 datagrams a second, on a station that looks sixty times a second."""
    link, wall = UdpLink(), UdpLink()
    stranger = UdpLink("127.0.0.3")
    now = 100.0
    sender = Sender(link, Peer(wall.address), "tablet", Counters(), now, first=7)
    news: list[wire.Answer | wire.Progress] = []
    for number in range(120):
        for _ in range(167):
            stranger.send(b"/nothing\0\0\0\0,\0\0\0", link.address)
        if number % 10 == 0:
            wall.send(wire.Progress("tablet", 7, "kernel", number / 120).encode(), link.address)
        news += sender.receive(now)
        now += 1 / 60
    assert len(news) == 12
    assert sender.counters.sources()["127.0.0.3"] == 120 * 167
    assert sender.counters.snapshot()["dropped_flood"] > 15_000
    for one in (link, wall, stranger):
        one.close()
