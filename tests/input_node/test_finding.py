"""A station among several walls, on a network with time turned by hand: who gets the drawing, who answers."""

import pytest

from common import nodes, wire
from common.bitmap import Bitmap
from common.company import Company
from common.counters import Counters
from common.identity import Identity
from common.link import Address, MemoryLink, MemoryNetwork
from common.peer import ALIVE
from common.peers import Mine, Peers
from common.sighting import Sighting
from input_node.finding import Found
from input_node.peer import Peer
from input_node.sender import Sender
from input_node.walls import PATIENCE
from tests.common.beats import make_id
from tests.input_node.conftest import PROBABILITIES

STATION: Address = ("10.0.0.9", 4000)
SEVEN = Bitmap.of([[255.0 if x == 15 and 5 < y < 25 else 0.0 for x in range(32)] for y in range(32)])
STEP = 0.02


class OneWall:
    """Beats, acks, and answers when told to. Its clock is its own."""

    def __init__(self, network: MemoryNetwork, number: int, name: str) -> None:
        self.id = make_id(number)
        self.link = network.link(f"10.0.0.{number}", 9000)
        self.peers = Peers(Identity(self.id, "display", name))
        self.running = self.answering = True
        self.mine = Mine()
        self.heard: list[wire.Decoded] = []
        self.ahead = number * 1000.0

    def sighting(self) -> Sighting:
        return Sighting(self.id, "display", "", (self.link.address[0],), 9000)

    def of(self, kind: type) -> list[wire.Decoded]:
        return [message for message in self.heard if isinstance(message, kind)]

    def say(self, message: wire.ToStation) -> None:
        self.link.send(message.encode(), STATION)

    def run(self, now: float) -> None:
        while (found := self.link.receive()) is not None:
            if self.running:
                self._take(*found, now)
        if self.running:
            for datagram, to in self.peers.due(now + self.ahead, self.mine):
                self.link.send(datagram, to)

    def _take(self, datagram: bytes, sender: Address, now: float) -> None:
        if nodes.is_node(datagram):
            beat = nodes.decode(datagram)
            assert isinstance(beat, nodes.Beat)
            self.peers.hear(beat, sender, now + self.ahead)
            return
        for message in wire.decode_drawing(datagram):
            assert not isinstance(message, wire.Legacy | wire.ToStation)
            self.heard.append(message)
            if isinstance(message, wire.Submit | wire.Hello):
                self.say(wire.Ack(message.station, message.drawing))
            if isinstance(message, wire.Submit) and self.answering:
                self.say(wire.Answer(message.station, message.drawing, 7, PROBABILITIES))


class Gallery:
    """A station and two walls, `left` and `right`."""

    def __init__(self, prefer: str = "", fixed: Peer | None = None) -> None:
        self.network = MemoryNetwork()
        self.now = 500.0
        self.left, self.right = OneWall(self.network, 1, "left"), OneWall(self.network, 2, "right")
        link: MemoryLink = self.network.link(*STATION)
        self.counters = Counters()
        self.peers = Peers(Identity(make_id(9), "input", "tablet"))
        self.found = Found(Company(self.peers, link, self.counters), prefer, fixed)
        self.sender = Sender(link, self.found, "tablet", self.counters, self.now, first=7)
        self.news: list[wire.Answer | wire.Progress] = []

    def sight(self, *walls: OneWall) -> None:
        for wall in walls:
            self.peers.sight(wall.sighting())

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.news += self.sender.receive(self.now)
            self.sender.tick(self.now)
            self.left.run(self.now)
            self.right.run(self.now)
            self.now += STEP

    @property
    def at(self) -> str | None:
        return next((w.peers.me.name for w in (self.left, self.right) if w.id == self.found.wall), None)

    def submit(self) -> None:
        self.sender.submit(SEVEN, self.now)


@pytest.fixture
def gallery() -> Gallery:
    made = Gallery()
    made.sight(made.left, made.right)
    made.right.mine = Mine(waiting=1)
    made.run(2.0)
    return made


def test_before_a_wall_is_found_nothing_is_lost() -> None:
    gallery = Gallery()
    gallery.submit()
    gallery.run(5.0)
    assert gallery.found.address is None
    assert not gallery.sender.reachable(gallery.now)
    gallery.sight(gallery.right)
    gallery.run(1.0)
    assert [type(news) for news in gallery.news] == [wire.Answer]
    assert gallery.sender.wall is None  # the only one: nobody need be told which


def test_of_two_walls_one_is_chosen_named_and_stayed_with(gallery: Gallery) -> None:
    assert (gallery.at, gallery.sender.wall) == ("left", "left")
    gallery.left.mine, gallery.right.mine = Mine(waiting=5), Mine()
    gallery.run(5.0)
    assert gallery.at == "left"
    gallery.submit()
    gallery.run(0.5)
    assert gallery.left.of(wire.Submit)
    assert not gallery.right.heard
    assert len(gallery.news) == 1


def test_a_wall_that_dies_in_the_middle_of_a_submit_is_replaced_by_the_other(gallery: Gallery) -> None:
    gallery.left.answering = False
    gallery.sender.preview(SEVEN)
    gallery.run(0.1)
    gallery.submit()
    gallery.run(1.0)
    assert not gallery.news
    gallery.left.running = False
    gallery.run(ALIVE - 1.2)
    assert gallery.at == "left"  # too early to tell
    gallery.run(2.0)
    assert gallery.at == "right"
    assert [type(news) for news in gallery.news] == [wire.Answer]
    assert gallery.right.of(wire.Submit) == gallery.left.of(wire.Submit)[:1]
    gallery.left.running = gallery.left.answering = True  # it was only asleep, and answers as well
    gallery.left.say(wire.Answer("tablet", 7, 1, PROBABILITIES))
    gallery.run(3.0)
    assert len(gallery.news) == 1
    assert gallery.at == "right"


def test_a_wall_that_takes_a_drawing_and_sleeps_on_is_replaced_by_one_that_is_awake(gallery: Gallery) -> None:
    """It beats and acks while its network is being read from the disk; the visitor need not wait for that."""
    gallery.left.answering, gallery.left.mine = False, Mine(fresh=False)
    gallery.sender.preview(SEVEN)
    gallery.submit()
    gallery.run(PATIENCE - 0.2)
    assert (gallery.at, gallery.news) == ("left", [])
    gallery.run(0.5)
    assert gallery.at == "right"
    assert [type(news) for news in gallery.news] == [wire.Answer]


def test_the_half_finished_drawing_goes_along(gallery: Gallery) -> None:
    gallery.sender.preview(SEVEN)
    gallery.sender.busy = True
    gallery.run(0.5)
    assert len(gallery.left.of(wire.Preview)) == 1
    gallery.left.running = False
    gallery.run(ALIVE + 1.0)
    assert [p.bitmap for p in gallery.right.of(wire.Preview) if isinstance(p, wire.Preview)] == [SEVEN]


def test_what_a_wall_that_was_left_says_of_its_tour_is_not_shown(gallery: Gallery) -> None:
    gallery.left.running = False
    gallery.run(ALIVE + 1.0)
    gallery.left.say(wire.Progress("tablet", 7, "conv2d1", 0.5))
    gallery.left.say(wire.Ack("tablet", 7))
    gallery.right.say(wire.Progress("tablet", 7, "conv2d1", 0.1))
    gallery.run(0.1)
    assert gallery.news == [wire.Progress("tablet", 7, "conv2d1", gallery.news[0].fraction)]  # type: ignore[union-attr]
    assert gallery.news[0].fraction < 0.2  # type: ignore[union-attr]
    assert gallery.counters.snapshot()["elsewhere"] == 2


def test_the_preferred_wall_is_returned_to_between_two_visitors() -> None:
    gallery = Gallery(prefer="right")
    gallery.sight(gallery.left, gallery.right)
    gallery.right.running = False
    gallery.run(2.0)
    assert (gallery.at, gallery.sender.wall) == ("left", "left")  # named, since it is not the preferred one
    gallery.sender.busy = True
    gallery.right.running = True
    gallery.run(5.0)
    assert gallery.at == "left"
    gallery.sender.busy = False
    gallery.run(0.5)
    assert gallery.at == "right"


def test_a_wall_at_another_address_is_followed(gallery: Gallery) -> None:
    gallery.network.links[("10.0.0.77", 9000)] = gallery.left.link
    gallery.network.links.pop(gallery.left.link.address)
    gallery.left.link._address = ("10.0.0.77", 9000)
    gallery.submit()
    gallery.run(3.5)
    assert gallery.found.address == ("10.0.0.77", 9000)
    assert len(gallery.news) == 1


def test_a_wall_that_was_named_is_never_left() -> None:
    gallery = Gallery(fixed=Peer(("10.0.0.2", 9000)))
    gallery.sight(gallery.left)
    gallery.run(2.0)
    assert (gallery.at, gallery.sender.wall) == ("right", None)
    gallery.right.running = False
    gallery.submit()
    gallery.run(8.0)
    assert gallery.found.address == ("10.0.0.2", 9000)
    assert not gallery.left.heard
    gallery.right.running = True
    gallery.run(3.0)
    assert len(gallery.news) == 1


def test_a_wall_of_old_that_knows_no_beats_is_good_enough_when_named(stand_in_is_old: Gallery) -> None:
    gallery = stand_in_is_old
    gallery.submit()
    gallery.run(1.0)
    assert len(gallery.news) == 1


@pytest.fixture
def stand_in_is_old() -> Gallery:
    gallery = Gallery(fixed=Peer(("10.0.0.1", 9000)))
    gallery.left.peers.hear = lambda *_: None  # type: ignore[method-assign]
    return gallery


def test_health_says_who_is_there_and_which_wall(gallery: Gallery) -> None:
    told = gallery.found.status(gallery.now)
    assert told["wall"] == gallery.left.id
    assert [(peer["name"], peer["role"], peer["address"]) for peer in told["peers"]] == [
        ("left", "display", "10.0.0.1:9000"),
        ("right", "display", "10.0.0.2:9000"),
    ]
    assert all(peer["age"] < 1.2 and peer["alive"] for peer in told["peers"])


def test_beats_are_no_garbage_and_garbage_is_none_the_less(gallery: Gallery) -> None:
    assert not [name for name in gallery.counters.snapshot() if name.startswith("dropped")]
    gallery.left.link.send(b"/node/beat\0\0", STATION)
    gallery.run(0.1)
    assert [name for name in gallery.counters.snapshot() if name.startswith("dropped")]


def test_the_first_choice_waits_a_moment_for_the_other_walls() -> None:
    gallery = Gallery()
    gallery.right.mine = Mine(waiting=1)
    gallery.sight(gallery.right)
    gallery.run(0.3)
    assert gallery.at is None
    gallery.sight(gallery.left)
    gallery.run(1.0)
    assert gallery.at == "left"


def test_but_not_when_the_preferred_one_is_there() -> None:
    gallery = Gallery(prefer="right")
    gallery.sight(gallery.right)
    gallery.run(0.3)
    assert gallery.at == "right"


def test_a_wall_where_another_one_was_is_heard(gallery: Gallery) -> None:
    """A machine was replaced, or its id was removed: the one before is remembered for days."""
    gallery.left.running = gallery.right.running = False
    gallery.run(16.0)
    address = gallery.left.link.address
    gallery.left.link.close()
    again = OneWall(gallery.network, 1, "left")
    assert again.link.address == address
    again.id = make_id(3)
    again.peers = Peers(Identity(again.id, "display", "left"))
    gallery.left = again
    gallery.run(20.0)
    assert gallery.at == "left"
    assert gallery.sender.reachable(gallery.now)
    assert "elsewhere" not in gallery.counters.snapshot()
