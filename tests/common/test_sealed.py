"""Two ends with a key, and somebody in between who records, repeats, forges, delays and forwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common import sealed
from common.counters import Counters
from common.link import Address, MemoryLink, MemoryNetwork, UdpLink
from common.seal import KEY_BYTES, Reseal, Seal, Sealed
from common.sealed import MOST_SESSIONS, RESEAL_EVERY, SENT_FOR, TRUSTED_FOR, SealedLink

KEY = bytes(range(KEY_BYTES))
WALL, OTHER, TABLET, STRANGER = ("wall", 9000), ("other", 9000), ("tablet", 1), ("stranger", 1)
ONE, TWO, THREE = (b"/%d\0\0,\0\0\0" % n for n in (1, 2, 3))


class Room:
    """Time stands unless it is told to move; everything that was ever sent is recorded."""

    def __init__(self) -> None:
        self.network = MemoryNetwork()
        self.time = 100.0
        self.recorded: list[tuple[bytes, Address, Address]] = []
        carry = self.network.carry

        def record(datagram: bytes, sender: Address, to: Address) -> bool:
            self.recorded.append((datagram, sender, to))
            return carry(datagram, sender, to)

        self.network.carry = record  # type: ignore[method-assign]

    def end(self, address: Address, key: bytes = KEY, plain: sealed.Plain = sealed.nobody) -> "End":
        self.network.links.pop(address, None)
        return End(self, self.network.link(*address), key, plain)

    def replay(self, recorded: tuple[bytes, Address, Address], to: Address | None = None) -> None:
        datagram, sender, address = recorded
        self.network.links[to or address].inbox.append((datagram, sender))


class End(SealedLink):
    """One end; `bare` is the one before the key, and a new one at the same address is a restart."""

    def __init__(self, room: Room, bare: MemoryLink, key: bytes, plain: sealed.Plain) -> None:
        self.counters = Counters()
        super().__init__(bare, Seal(key), self.counters, plain, lambda: room.time)

    def count(self, name: str) -> int:
        return self.counters.snapshot().get(name, 0)


def heard(end: End) -> list[bytes]:
    found = []
    while (received := end.receive()) is not None:
        found.append(received[0])
    return found


def meet(one: End, other: End) -> None:
    """Both know the other's session."""
    one.send(ONE, other.address)
    settle(one, other)
    other.send(ONE, one.address)
    settle(one, other)
    assert one.knows(other.address)
    assert other.knows(one.address)


def settle(*ends: End) -> dict[Address, list[bytes]]:
    """Let all speak until nobody has anything left to read."""
    found: dict[Address, list[bytes]] = {end.address: [] for end in ends}
    for _ in range(8):
        for end in ends:
            found[end.address] += heard(end)
    return found


def test_the_first_words_arrive_once_and_in_order() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    for word in (ONE, TWO, THREE):
        tablet.send(word, WALL)
    assert settle(wall, tablet)[WALL] == [ONE, TWO, THREE]
    wall.send(TWO, TABLET)
    assert settle(wall, tablet)[TABLET] == [TWO]
    tablet.send(ONE, WALL)
    assert heard(wall) == [ONE]
    assert (wall.count("reseals"), tablet.count("reseals")) == (1, 0)


def test_an_answer_that_crosses_the_second_question_is_no_attack() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    tablet.send(ONE, WALL)
    assert heard(wall) == []
    room.time += 2 * RESEAL_EVERY
    tablet.send(TWO, WALL)  # the tablet has not read what the wall asked
    found = settle(wall, tablet)
    assert (found[WALL], wall.count("reseals")) == ([ONE, TWO], 2)
    sent = [datagram for datagram, _, to in room.recorded if to == WALL and datagram.startswith(b"/sealed")]
    assert len(sent) == 4  # each twice: for nobody, and for the wall
    dropped = [name for end in (wall, tablet) for name in end.counters.snapshot() if "dropped" in name]
    assert dropped == []


@pytest.mark.parametrize("late", [False, True])
def test_what_nobody_could_open_is_repeated_for_whoever_answered(late: bool) -> None:
    """Also if we were held up for so long that the link by itself would not send it any more."""
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    tablet.send(ONE, WALL)
    tablet.repeat(WALL)  # as it is, since nobody is known
    assert heard(wall) == []
    room.time += SENT_FOR + 0.1 if late else 0.0
    assert heard(tablet) == []
    assert tablet.knows(WALL)
    assert heard(wall) == ([] if late else [ONE])
    tablet.repeat(WALL)
    assert heard(wall) == ([ONE] if late else [])
    tablet.repeat(WALL)  # he has it
    assert settle(wall, tablet)[WALL] == []
    assert wall.count("dropped_replayed") == 0


def test_everything_that_was_ever_sent_is_taken_once() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    for word in (ONE, TWO, THREE):
        tablet.send(word, WALL)
    assert heard(wall) == [ONE, TWO, THREE]
    for recorded in list(room.recorded):
        for to in (WALL, TABLET):
            room.replay(recorded, to)
    assert settle(wall, tablet) == {WALL: [], TABLET: []}
    assert wall.count("dropped_replayed") >= 3


def test_a_recording_says_nothing_to_a_wall_that_restarted() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    tablet.send(TWO, WALL)
    assert heard(wall) == [TWO]
    wall = room.end(WALL)
    tablet.bare.close()  # nobody answers for it
    for recorded in list(room.recorded):
        room.replay(recorded, WALL)
    assert heard(wall) == []


def test_a_recording_of_a_station_that_restarted_says_nothing() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    tablet.send(TWO, WALL)
    wall.send(THREE, TABLET)
    settle(wall, tablet)
    tablet = room.end(TABLET)
    for recorded in list(room.recorded):
        room.replay(recorded)
    assert settle(wall, tablet) == {WALL: [], TABLET: []}
    tablet.send(TWO, WALL)
    assert settle(wall, tablet)[WALL] == [TWO]


def test_what_was_meant_for_another_wall_is_taken_by_neither_twice() -> None:
    """A stranger shows one wall what is meant for the other, and so tries to have it sent once more."""
    room = Room()
    wall, other, tablet = room.end(WALL), room.end(OTHER), room.end(TABLET)
    meet(wall, tablet)
    room.time += 2 * TRUSTED_FOR  # the wall was silent for a while: the worst case
    tablet.send(TWO, WALL)
    assert heard(wall) == [TWO]
    room.replay(room.recorded[-1], OTHER)
    found = settle(other, tablet, wall)
    assert found == {WALL: [], OTHER: [], TABLET: []}
    tablet.send(THREE, WALL)
    assert settle(other, tablet, wall) == {WALL: [THREE], OTHER: [], TABLET: []}


def test_a_wall_that_speaks_is_not_taken_for_another() -> None:
    room = Room()
    wall, other, tablet = room.end(WALL), room.end(OTHER), room.end(TABLET)
    meet(wall, tablet)
    tablet.send(TWO, WALL)
    room.replay(room.recorded[-1], OTHER)
    heard(other)
    before = len(room.recorded)
    assert heard(tablet) == []
    assert tablet.count("dropped_stale") == 1
    assert len(room.recorded) == before


@pytest.mark.parametrize("restarted", [WALL, TABLET])
def test_whoever_restarted_is_talked_to_again(restarted: Address) -> None:
    room = Room()
    ends = {address: room.end(address) for address in (WALL, TABLET)}
    meet(*ends.values())
    ends[restarted] = room.end(restarted)
    room.time += TRUSTED_FOR
    for sender, to in ((WALL, TABLET), (TABLET, WALL)):
        ends[sender].send(TWO, to)
        found = settle(*ends.values())
        assert found[to][-1:] == [
            TWO
        ]  # what was said just before may be said again: to who restarted it is new
        assert found[sender] == []


def test_what_was_said_to_a_dead_wall_a_while_ago_is_not_said_to_the_next() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    room.network.links.pop(WALL)
    tablet.send(ONE, WALL)
    room.time += SENT_FOR + 0.1
    tablet.send(TWO, WALL)
    room.time += 0.1
    wall = room.end(WALL)
    tablet.send(THREE, WALL)
    assert settle(wall, tablet)[WALL] == [TWO, THREE]


@given(some.permutations(range(9)), some.lists(some.integers(0, 8), max_size=9))
def test_any_order_and_any_duplicates(order: list[int], again: list[int]) -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    words = [b"/%d\0\0,\0\0\0" % n for n in range(9)]
    for word in words:
        tablet.send(word, WALL)
    bare = wall.bare
    assert isinstance(bare, MemoryLink)
    sent = list(bare.inbox)
    bare.inbox.clear()
    for at in (*order, *again):
        bare.inbox.append(sent[at])
    assert heard(wall) == [words[at] for at in order]


def test_who_has_no_key_or_another_is_not_heard_and_never_answered() -> None:
    room = Room()
    wall, stranger = room.end(WALL), room.end(STRANGER, key=bytes(KEY_BYTES))
    stranger.send(ONE, WALL)
    for datagram in (ONE, b"", b"abc", b"/sealed", room.recorded[0][0][:-1], room.recorded[0][0] + bytes(4)):
        stranger.bare.send(datagram, WALL)
    before = len(room.recorded)
    assert heard(wall) == []
    assert len(room.recorded) == before
    assert (wall.count("dropped_forged"), wall.count("dropped_unsealed")) == (3, 4)
    assert wall.counters.sources() == {"stranger": 7}


def test_a_forged_request_changes_nothing() -> None:
    room = Room()
    wall, tablet, stranger = room.end(WALL), room.end(TABLET), room.network.link(*STRANGER)
    meet(wall, tablet)
    tablet.send(TWO, WALL)
    message = Seal(KEY).open(room.recorded[-1][0])
    assert isinstance(message, Sealed)
    for key in (bytes(KEY_BYTES), bytes(reversed(KEY))):
        stranger.send(Seal(key).close(Reseal(5, message.sender, message.number)), TABLET)
    before = len(room.recorded)
    assert heard(tablet) == []
    assert len(room.recorded) == before
    assert heard(wall) == [TWO]


def test_a_request_of_a_wall_that_is_gone_does_not_lead_back_to_it() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(tablet, wall)
    request = next(one for one in room.recorded if one[0].startswith(b"/reseal"))
    wall = room.end(WALL)
    room.time += SENT_FOR + TRUSTED_FOR
    tablet.send(TWO, WALL)
    assert settle(wall, tablet)[WALL] == [TWO]
    room.time += TRUSTED_FOR
    room.replay(request)
    assert heard(tablet) == []
    tablet.send(THREE, WALL)
    assert heard(wall) == [THREE]


def test_a_request_to_one_station_says_nothing_to_another() -> None:
    room = Room()
    wall, tablet, second = room.end(WALL), room.end(TABLET), room.end(("second", 1))
    tablet.send(ONE, WALL)
    heard(wall)
    request = room.recorded[-1]
    assert request[2] == TABLET
    second.send(ONE, OTHER)  # also its first
    before = len(room.recorded)
    room.replay(request, second.address)
    assert heard(second) == []
    assert not second.knows(OTHER)
    assert len(room.recorded) == before


def test_a_flood_of_recordings_is_asked_about_now_and_then_only() -> None:
    """A wall answers recordings with less, ten times a second, and not at all once their sender is here."""
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    for _ in range(50):
        tablet.send(TWO, WALL)
    old = [one for one in room.recorded if one[2] == WALL and one[0].startswith(b"/sealed")]
    wall = room.end(WALL)
    room.recorded.clear()
    for _ in range(100):
        for one in old:
            room.replay(one, WALL)
        heard(wall)
        room.time += 0.01
    answers = [datagram for datagram, sender, _ in room.recorded if sender == WALL]
    assert 0 < len(answers) <= 1.0 / RESEAL_EVERY + 1
    assert max(map(len, answers)) < min(len(datagram) for datagram, *_ in old)
    tablet.send(THREE, WALL)
    room.time += RESEAL_EVERY
    tablet.send(ONE, WALL)
    assert settle(wall, tablet)[WALL][-2:] == [THREE, ONE]
    room.recorded.clear()
    for one in old:
        room.replay(one, WALL)
    assert heard(wall) == []
    assert not room.recorded
    assert wall.count("dropped_stale") > 0


def test_more_senders_than_the_table_holds_let_no_recording_in() -> None:
    room = Room()
    wall, tablet = room.end(WALL), room.end(TABLET)
    meet(wall, tablet)
    tablet.send(TWO, WALL)
    assert heard(wall) == [TWO]
    recorded = list(room.recorded)
    for _ in range(MOST_SESSIONS + 5):
        visitor = room.end(STRANGER)
        visitor.send(THREE, WALL)
        assert settle(wall, visitor)[WALL] == [THREE]
        room.time += 1.0
    assert wall.count("sessions_renewed") == 1
    tablet.bare.close()
    for one in recorded:
        room.replay(one, WALL)
    assert heard(wall) == []
    again = room.end(TABLET)
    again.send(TWO, WALL)
    assert settle(wall, again)[WALL] == [TWO]


def test_tables_stay_bounded() -> None:
    room = Room()
    wall, stranger = room.end(WALL), room.network.link(*STRANGER)
    for n in range(1, 2000):
        stranger.send(Seal(KEY).close(Sealed(n, 0, 1, ONE)), WALL)  # only who has the key can do this at all
        wall.send(ONE, ("somebody", n))
        heard(wall)
    tables = (wall._windows, wall._peers, wall._sent, wall._asked)
    assert max(map(len, tables)) <= MOST_SESSIONS


def test_what_is_plain_passes_where_it_may() -> None:
    room = Room()
    wall = room.end(WALL, plain=lambda datagram, sender: sender[0] == "tablet" and datagram == ONE)
    plain, stranger = room.network.link(*TABLET), room.network.link(*STRANGER)
    for link in (plain, stranger):
        for word in (ONE, TWO):
            link.send(word, WALL)
    assert heard(wall) == [ONE]
    assert wall.count("dropped_unsealed") == 3


def test_a_burst_takes_what_is_allowed_and_authentic() -> None:
    room = Room()
    wall, tablet, other = room.end(WALL), room.end(TABLET), room.end(OTHER)
    for end in (tablet, other):
        meet(wall, end)
    for end in (tablet, other):
        end.send(TWO, WALL)
        end.bare.send(ONE, WALL)
    assert wall.burst(64, lambda host: host == "tablet") == [(TWO, TABLET)]
    assert wall.count("dropped_unsealed") == 1


def test_over_real_sockets() -> None:
    wall, tablet = (SealedLink(UdpLink(), Seal(KEY), Counters()) for _ in range(2))
    try:
        tablet.send(ONE, wall.address)
        assert wall.receive(5.0) is None  # it asked
        assert tablet.receive(5.0) is None  # it sent again
        assert wall.receive(5.0) == (ONE, tablet.address)
        assert wall.fileno() != tablet.fileno()
    finally:
        wall.close()
        tablet.close()
