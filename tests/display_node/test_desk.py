"""The desk and the one thread in front of it: acked, counted once, newest wins, late never comes back."""

import gc
import logging
import threading

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import osc, wire
from common.bitmap import BLANK, SIDE, Bitmap
from common.control import Control
from common.counters import Counters
from common.link import Address, Link, MemoryNetwork, UdpLink
from common.nodes import Beat
from common.wire import Ack, Answer, Clear, Decoded, Hello, Legacy, Preview, Submit, decode_reply
from display_node.desk import LEGACY_STATION, Desk
from display_node.events import Drawn, Event, Job, Wiped
from display_node.ledger import Ledger
from display_node.mailbox import MAX_COMMANDS, MAX_STATIONS, Mailbox
from display_node.receive import Receiver
from tests.display_node.conftest import PATIENCE, ask, until

ONE = Bitmap.of([[1.0 if 14 <= x < 18 and 4 <= y < 28 else 0.0 for x in range(SIDE)] for y in range(SIDE)])
OTHER = Bitmap(bytes(range(256)) * 4)
SHARES = (0.0, 1.0, *[0.0] * 8)


class Room:
    """A desk with its mailbox and ledger, a wall's link and a tablet's, and a queue of limited length."""

    def __init__(self, allow: tuple[str, ...] = ("tablet",)) -> None:
        network = MemoryNetwork()
        self.wall, self.tablet = network.link("wall", 9000), network.link("tablet", 5000)
        self.mailbox, self.ledger, self.counters = Mailbox(), Ledger(), Counters()
        self.jobs: list[Job] = []
        self.space = 100
        self.desk = Desk(self.mailbox, self.ledger, self.counters, self._submit, allow)

    def _submit(self, job: Job) -> bool:
        if len(self.jobs) >= self.space:
            return False
        self.jobs.append(job)
        return True

    def say(self, *messages: wire.ToWall) -> None:
        for message in messages:
            self.desk.drawing(message.encode(), self.tablet.address, self.wall)

    def heard(self) -> list[Decoded]:
        found = []
        while (received := self.tablet.receive()) is not None:
            found += decode_reply(received[0])
        return found

    def events(self) -> list[Event]:
        return self.mailbox.drain()

    def count(self, name: str) -> int:
        return self.counters.snapshot().get(name, 0)


@pytest.fixture
def room() -> Room:
    return Room()


def test_hello_is_acked_and_is_no_event(room: Room) -> None:
    room.say(Hello("tablet", 7))
    assert room.heard() == [Ack("tablet", 7)]
    assert room.events() == []
    assert room.count("hellos") == 1


def test_a_submit_is_one_job_and_one_ack_each_time(room: Room) -> None:
    room.say(*[Submit("tablet", 7, 1, ONE)] * 5)
    assert room.heard() == [Ack("tablet", 7)] * 5
    assert [(job.station, job.drawing, job.bitmap) for job in room.jobs] == [("tablet", 7, ONE)]
    assert room.count("submits") == 1


def test_an_answer_is_repeated_to_who_asks_again(room: Room) -> None:
    room.say(Submit("tablet", 7, 1, ONE))
    room.ledger.record(Answer("tablet", 7, 1, SHARES))
    room.heard()
    room.say(Submit("tablet", 7, 1, ONE))
    assert room.heard() == [Ack("tablet", 7), Answer("tablet", 7, 1, SHARES)]
    assert len(room.jobs) == 1


def test_the_answer_goes_to_where_the_drawing_came_from(room: Room) -> None:
    room.say(Submit("tablet", 7, 1, ONE))
    assert (room.jobs[0].sender, room.jobs[0].link) == (room.tablet.address, room.wall)


def test_without_room_it_is_not_acked_and_the_resend_is_taken(room: Room) -> None:
    room.space = 0
    room.say(Submit("tablet", 7, 1, ONE))
    assert room.heard() == []
    assert (room.count("dropped_busy"), room.count("submits")) == (1, 0)
    room.space = 1
    room.say(Submit("tablet", 7, 1, ONE))
    assert room.heard() == [Ack("tablet", 7)]
    assert len(room.jobs) == room.count("submits") == 1


def test_two_stations_may_use_the_same_number(room: Room) -> None:
    room.say(Submit("left", 7, 1, ONE), Submit("right", 7, 1, OTHER))
    assert [job.station for job in room.jobs] == ["left", "right"]


def test_of_previews_the_newest_is_kept(room: Room) -> None:
    room.say(Preview("tablet", 7, 1, BLANK), Preview("tablet", 7, 3, ONE), Preview("tablet", 7, 2, OTHER))
    room.say(Preview("tablet", 7, 3, OTHER))
    assert room.events() == [Drawn("tablet", ONE)]
    assert (room.count("previews"), room.count("late_previews")) == (2, 2)


@given(st.permutations(range(6)))
def test_in_any_order_the_last_picture_is_the_newest(order: list[int]) -> None:
    room = Room()
    pictures = [Bitmap(bytes([40 + n]) * SIDE * SIDE) for n in range(6)]
    room.say(*[Preview("tablet", 7, n, pictures[n]) for n in order])
    assert room.events() == [Drawn("tablet", pictures[5])]


def test_late_previews_of_a_finished_drawing_never_come_back(room: Room) -> None:
    room.say(Preview("tablet", 7, 1, ONE), Submit("tablet", 7, 3, ONE))
    room.events()
    room.say(Preview("tablet", 7, 2, OTHER), Preview("tablet", 7, 99, OTHER))
    assert room.events() == []
    room.say(Preview("tablet", 8, 1, OTHER))
    assert room.events() == [Drawn("tablet", OTHER)]


def test_nor_those_of_a_wiped_one_or_of_the_one_before(room: Room) -> None:
    room.say(Preview("tablet", 7, 1, ONE), Clear("tablet", 7))
    assert room.events() == [Wiped("tablet")]
    room.say(Preview("tablet", 7, 2, ONE))
    assert room.events() == []
    room.say(Preview("tablet", 8, 1, ONE), Preview("tablet", 9, 1, OTHER), Preview("tablet", 8, 2, ONE))
    assert room.events() == [Drawn("tablet", OTHER)]


def test_a_late_clear_does_not_wipe_the_next_drawing(room: Room) -> None:
    room.say(Preview("tablet", 7, 1, ONE), Preview("tablet", 8, 1, OTHER), Clear("tablet", 7))
    assert room.events() == [Drawn("tablet", OTHER)]
    room.say(Clear("tablet", 8), Clear("tablet", 8))
    assert room.events() == [Wiped("tablet")]


def test_the_canvas_travels_with_the_submit(room: Room) -> None:
    room.say(Preview("tablet", 7, 1, OTHER), Submit("tablet", 7, 2, ONE), Submit("tablet", 8, 1, ONE))
    assert [job.canvas for job in room.jobs] == [OTHER, BLANK]


def test_many_stations_are_forgotten_not_hoarded(room: Room) -> None:
    room.say(*[Preview(f"tablet {n}", 1, 1, ONE) for n in range(3 * MAX_STATIONS)])
    assert len(room.events()) == MAX_STATIONS


def test_a_flood_of_previews_starves_no_submit(room: Room) -> None:
    for n in range(2000):
        room.say(Preview("tablet", 1, n, ONE))
    room.say(Submit("other", 7, 1, ONE))
    assert room.heard() == [Ack("other", 7)]
    assert len(room.jobs) == 1
    assert len(room.events()) == 1


def test_what_is_wrong_is_counted_by_kind_and_logged_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "sandglass"):
        for _ in range(20):
            room.desk.drawing(b"abc", room.tablet.address, room.wall)
            room.desk.drawing(Ack("tablet", 1).encode(), room.tablet.address, room.wall)
            room.desk.drawing(Submit("tablet", 1, 1, BLANK).encode(), room.tablet.address, room.wall)
    assert room.counters.snapshot() == {"dropped_size": 20, "dropped_address": 20, "dropped_empty": 20}
    assert len(caplog.records) == 3
    assert room.heard() == room.jobs == []


def test_a_bundle_with_one_fault_does_nothing(room: Room) -> None:
    good, bad = Hello("tablet", 1).encode(), Ack("tablet", 1).encode()
    body = b"".join(len(part).to_bytes(4, "big") + part for part in (good, bad))
    room.desk.drawing(osc.BUNDLE + bytes(8) + body, room.tablet.address, room.wall)
    assert room.heard() == []
    assert room.count("dropped_address") == 1


def legacy(room: Room, datagram: bytes) -> None:
    room.desk.legacy(datagram, room.tablet.address, room.wall)


def test_every_legacy_drawing_is_a_new_one_and_is_framed(room: Room) -> None:
    small = Bitmap.of([[1.0 if x == 4 and y < 9 else 0.0 for x in range(SIDE)] for y in range(SIDE)])
    for _ in range(2):
        legacy(room, Legacy(small).encode())
    first, second = room.jobs
    assert first.station == second.station == LEGACY_STATION
    assert first.drawing != second.drawing
    assert first.canvas == small != first.bitmap
    assert room.heard() == []  # the original's sketch knows no acks


@pytest.mark.parametrize("paper", [BLANK, Bitmap(bytes([255]) * 1024)], ids=["black", "white"])
def test_legacy_paper_without_ink_is_dropped(room: Room, paper: Bitmap) -> None:
    legacy(room, Legacy(paper).encode())
    assert room.jobs == []
    assert room.count("dropped_empty") == 1


def test_legacy_has_its_own_room_and_size(room: Room) -> None:
    room.space = 0
    legacy(room, Legacy(ONE).encode())
    legacy(room, Legacy(ONE).encode()[:-4])
    legacy(room, Submit("tablet", 1, 1, ONE).encode())
    assert room.counters.snapshot() == {"dropped_busy": 1, "dropped_size": 1, "dropped_address": 1}


def control(room: Room, datagram: bytes, sender: Address = ("tablet", 1)) -> None:
    room.desk.control(datagram, sender, room.wall)


def test_only_the_allowed_may_command(room: Room) -> None:
    control(room, Control("reset").encode(), ("stranger", 1))
    control(room, b"noise", ("stranger", 1))
    assert room.counters.snapshot() == {"dropped_stranger": 2}
    assert room.events() == []
    control(room, Control("reset").encode())
    assert room.events() == [Control("reset")]


def test_a_release_is_no_command(room: Room) -> None:
    for value in (1.0, 0.0):
        control(room, osc.build("/control/next", "f", [value]))
    assert room.events() == [Control("next")]


def test_too_many_commands_are_dropped(room: Room) -> None:
    for _ in range(MAX_COMMANDS + 5):
        control(room, Control("next").encode())
    assert len(room.events()) == MAX_COMMANDS
    assert room.count("dropped_busy") == 5


class Listening:
    """A receiver on real sockets whose handlers are told what to do."""

    def __init__(self) -> None:
        self.one, self.two = UdpLink(), UdpLink()
        self.seen: list[bytes] = []
        self.threads: set[str] = set()
        self.receiver = Receiver([(self.one, self.handle), (self.two, self.handle)])

    def handle(self, datagram: bytes, sender: Address, link: Link) -> None:
        self.threads.add(threading.current_thread().name)
        if datagram == b"fault":
            raise RuntimeError("a fault of ours")
        self.seen.append(datagram)
        link.send(Ack("tablet", len(self.seen)).encode(), sender)


def test_one_thread_serves_all_ports() -> None:
    listening, tablet = Listening(), UdpLink()
    try:
        for count, link in enumerate((listening.one, listening.two, listening.one), 1):
            ask(tablet, link.address, b"x", Ack("tablet", count))
        assert listening.threads == {"receive"}
    finally:
        listening.receiver.close()
        tablet.close()


def test_a_fault_of_ours_does_not_deafen_the_wall(caplog: pytest.LogCaptureFixture) -> None:
    listening, tablet = Listening(), UdpLink()
    try:
        for _ in range(5):
            tablet.send(b"fault", listening.one.address)
        tablet.send(b"after", listening.one.address)
        until(lambda: listening.seen == [b"after"])
        assert listening.receiver.faults == 5
        assert len(caplog.records) == 1
    finally:
        listening.receiver.close()
        tablet.close()


def test_a_closed_receiver_leaves_no_thread_and_no_socket() -> None:
    gc.collect()  # what earlier tests have left must not go in between
    process = psutil.Process()
    threads, files = threading.active_count(), process.num_fds()
    listening = Listening()
    address = listening.one.address
    listening.receiver.close()
    assert threading.active_count() <= threads
    assert process.num_fds() <= files
    UdpLink(*address).close()


def test_a_flood_on_one_port_starves_none() -> None:
    listening, flood, tablet = Listening(), UdpLink(), UdpLink()
    stop = threading.Event()

    def pour() -> None:
        while not stop.is_set():
            flood.send(b"flood", listening.one.address)

    pouring = threading.Thread(target=pour)
    pouring.start()
    try:
        tablet.send(b"quiet", listening.two.address)
        until(lambda: b"quiet" in listening.seen)
    finally:
        stop.set()
        pouring.join(PATIENCE)
        listening.receiver.close()
        flood.close()
        tablet.close()


def test_what_nodes_say_goes_to_whoever_listens_for_it(room: Room) -> None:
    beat = Beat("00000000-0000-4000-8000-000000000001", "input", "tablet", "", 0, 5)
    room.desk.drawing(beat.encode(), room.tablet.address, room.wall)
    assert room.count("dropped_address") == 1
    heard: list[tuple[object, Address, Link]] = []
    desk = Desk(room.mailbox, room.ledger, room.counters, room._submit, nodes=lambda *one: heard.append(one))
    desk.drawing(beat.encode(), room.tablet.address, room.wall)
    desk.drawing(beat.encode()[:-4], room.tablet.address, room.wall)
    assert heard == [(beat, room.tablet.address, room.wall)]
    assert sum(number for name, number in room.counters.snapshot().items() if name.startswith("dropped")) == 2


def test_the_receiver_ticks_in_its_own_thread_even_when_a_tick_fails() -> None:
    ticks: list[str] = []

    def tick(now: float) -> None:
        ticks.append(threading.current_thread().name)
        if len(ticks) == 1:
            raise ValueError("the first")

    receiver = Receiver([], tick=tick)
    until(lambda: len(ticks) > 2)
    receiver.close()
    assert set(ticks) == {"receive"}
    assert receiver.faults == 1
