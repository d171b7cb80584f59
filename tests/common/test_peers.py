"""Beats over a network with clocks turned by hand: who is found, who is there, who is not fooled."""

import logging
from dataclasses import replace
from itertools import pairwise

import pytest

from common import nodes
from common.nodes import LATEST, Beat
from common.peer import ALIVE, MOVED
from common.peers import FORGOTTEN, MOST, TIDY_EVERY, Mine
from common.routes import BURST, SILENT_AFTER
from common.routes import MOST as MOST_ROUTES
from common.sighting import Sighting
from common.tide import HIGHEST, Tide
from tests.common.beats import TICK, Network, Node, jitter, make_id, now_and_then

WALL, OTHER, STATION = ("10.0.0.1", 9000), ("10.0.0.2", 9000), ("10.0.0.3", 40001)
STRANGER = ("10.0.0.66", 5555)


def pair() -> tuple[Network, Node, Node]:
    """A wall, and a station that has sighted it; their clocks are a day apart."""
    wall, station = Node(1, "display", 86_400.0, WALL), Node(2, "input", 0.0, STATION)
    station.peers.sight(wall.sighting())
    return Network(wall, station), wall, station


def beat(number: int = 7, sent: int = 1_000_000, role: str = "display", **told: object) -> Beat:
    return replace(Beat(make_id(number), role, f"{role} {number}", "", 0, sent), **told)  # type: ignore[arg-type]


def test_one_sighting_is_enough_for_both_to_know_each_other() -> None:
    network, wall, station = pair()
    network.run(0.5)
    assert network.alive(station, "display") == {wall.me.id}
    assert network.alive(wall, "input") == {station.me.id}
    assert network.alive(wall, "display") == set()
    found = network.peer(station, wall)
    assert found
    assert (found.name, found.address, found.control_port) == ("display 1", WALL, 9001)


def test_the_clocks_are_known_within_a_second() -> None:
    network, wall, station = pair()
    network.delay = jitter(1)
    network.run(1.0)
    for node, other in ((wall, station), (station, wall)):
        offset = node.peers.offset(other.me.id, network.now_of(node))
        assert offset
        assert offset.uncertainty < 0.005
        assert abs(offset.seconds - (other.apart - node.apart)) <= offset.uncertainty


def test_after_the_burst_it_is_one_beat_a_second_each_way() -> None:
    network, wall, station = pair()
    network.run(2.0)
    for node in (wall, station):
        assert BURST < len(node.sent) <= BURST + 3
        node.sent.clear()
    network.run(60.0)
    for node in (wall, station):
        assert 59 <= len(node.sent) <= 61
        assert min(b[0] - a[0] for a, b in pairwise(node.sent)) > 1.0 - TICK


def test_a_peer_says_what_its_wall_is_at() -> None:
    network, wall, station = pair()
    wall.mine = Mine(stamp=5, conductor=wall.me.id, waiting=3, fresh=False)
    network.run(1.0)
    found = network.peer(station, wall)
    assert found
    assert (found.stamp, found.conductor, found.waiting, found.fresh) == (5, wall.me.id, 3, False)


def test_beats_are_liveness_and_nothing_else_is() -> None:
    network, wall, station = pair()
    network.run(2.0)
    station.peers.gone(wall.me.id)  # a goodbye of mDNS, perhaps of another interface
    network.run(5.0)
    assert network.alive(station) == {wall.me.id}
    wall.running = False
    network.run(ALIVE - 0.1 - 1.0)
    assert network.alive(station) == {wall.me.id}
    network.run(1.3)
    assert network.alive(station) == set()
    wall.running = True
    network.run(2.0 * TICK + 1.0)
    assert network.alive(station) == {wall.me.id}


def test_a_node_that_came_back_is_met_with_a_burst() -> None:
    network, wall, station = pair()
    network.run(3.0)
    wall.running = False
    network.run(10.0)
    wall.running = True
    station.sent.clear()
    network.run(2.5)
    assert len(station.sent) > BURST


def test_all_addresses_of_a_sighting_are_tried_until_one_answers() -> None:
    wall, station = Node(1, "display", 5.0, ("10.0.0.1", 9000)), Node(2, "input", 0.0, STATION)
    network = Network(wall, station)
    hosts = ("172.16.0.1", "169.254.3.4", "10.0.0.1")
    station.peers.sight(Sighting(wall.me.id, "display", "wall", hosts, 9000))
    network.run(0.1)
    assert {to for _, to, _ in station.sent} == {(host, 9000) for host in hosts}
    assert len({beat.sent for _, _, beat in station.sent}) == len(hosts)  # so it is known which was answered
    network.run(2.0)
    station.sent.clear()
    network.run(5.0)
    assert {to for _, to, _ in station.sent} == {WALL}
    wall.running = False
    network.run(ALIVE + 2.0)
    station.sent.clear()
    network.run(3.0)
    assert {to for _, to, _ in station.sent} == {(host, 9000) for host in hosts}


@pytest.mark.parametrize("moving", ["display", "input"])
def test_a_node_with_a_new_address_is_followed(moving: str) -> None:
    network, wall, station = pair()
    network.run(5.0)
    mover, other = (wall, station) if moving == "display" else (station, wall)
    mover.addresses = [("10.0.0.99", mover.addresses[0][1])]
    network.run(MOVED + 2.0)
    found = network.peer(other, mover)
    assert found
    assert found.address == mover.addresses[0]
    assert network.alive(other) == {mover.me.id}
    other.sent.clear()
    network.run(5.0)
    assert {to for _, to, _ in other.sent} == set(mover.addresses)


def test_a_wall_of_two_addresses_is_followed_to_the_one_that_works() -> None:
    network, wall, station = pair()
    station.peers.sight(replace(wall.sighting(), addresses=("10.0.0.1", "10.1.0.1")))
    network.run(5.0)
    wall.addresses = [("10.1.0.1", 9000)]
    network.run(MOVED + 2.0)
    found = network.peer(station, wall)
    assert found
    assert found.address == ("10.1.0.1", 9000)


def test_a_forged_address_gets_no_more_than_it_sent_and_moves_nobody() -> None:
    network, wall, station = pair()
    network.run(5.0)
    wall.sent.clear()
    forged = replace(beat(2, role="input"), sent=int(network.now_of(station) * 1e6), echo=12_345)
    for step in range(20):
        network.deliver(STRANGER, WALL, replace(forged, sent=forged.sent + step * 250_000).encode())
        network.run(0.25)
    assert sum(to == STRANGER for _, to, _ in wall.sent) <= 20
    assert sum(to == STATION for _, to, _ in wall.sent) >= 4
    station.running = False  # nor when the real one is silent
    for step in range(20, 40):
        network.deliver(STRANGER, WALL, replace(forged, sent=forged.sent + step * 250_000).encode())
        network.run(0.25)
    found = network.peer(wall, station)
    assert found
    assert found.address == STATION


def test_a_node_that_speaks_from_two_addresses_is_not_followed_to_and_fro() -> None:
    network, wall, station = pair()
    second = ("10.1.0.3", STATION[1])
    station.addresses.append(second)
    network.run(3.0)
    for _ in range(60):
        station.addresses.reverse()
        network.run(0.5)
        found = network.peer(wall, station)
        assert found
        assert found.address == STATION


def test_a_stranger_is_answered_once_and_has_no_offset() -> None:
    wall = Node(1, "display", 0.0, WALL)
    network = Network(wall)
    network.deliver(STRANGER, WALL, beat().encode())
    network.run(20.0)
    assert [to for _, to, _ in wall.sent] == [STRANGER]
    assert wall.peers.known(network.now)[0].offset is None


def test_a_replayed_beat_keeps_nobody_alive() -> None:
    network, wall, station = pair()
    network.run(3.0)
    last = wall.sent[-1][2]
    wall.running = False
    for _ in range(12):
        network.deliver(WALL, STATION, last.encode())
        network.run(0.5)
    assert network.alive(station) == set()


def test_loss_duplicates_and_reordering_spoil_neither_clocks_nor_liveness() -> None:
    network, wall, station = pair()
    network.delay, network.lost, network.twice = jitter(3, 1.5), now_and_then(4, 0.3), now_and_then(5, 0.3)
    network.run(30.0)
    there = 0
    for _ in range(300):
        network.run(1.0)
        there += bool(network.alive(station))
        offset = station.peers.offset(wall.me.id, network.now)
        assert offset
        assert abs(offset.seconds - wall.apart) <= offset.uncertainty
    assert there > 0.85 * 300


def test_a_wall_whose_machine_was_started_anew_is_the_same_wall() -> None:
    network, wall, station = pair()
    network.run(30.0)
    again = Node(1, "display", -900.0, WALL)
    network.nodes[0] = again
    network.run(MOVED + 2.0)
    assert network.alive(station) == {wall.me.id}
    offset = station.peers.offset(wall.me.id, network.now)
    assert offset
    assert offset.seconds == pytest.approx(-900.0, abs=0.001)


def test_stations_do_not_beat_to_each_other() -> None:
    one, other = Node(1, "input", 0.0, STATION), Node(2, "input", 0.0, OTHER)
    network = Network(one, other)
    one.peers.sight(other.sighting())
    one.peers.sight(Sighting(None, "", "", (OTHER[0],), OTHER[1], how="static"))  # a list for all machines
    other.peers.sight(one.sighting())
    network.run(10.0)
    assert len(one.sent) + len(other.sent) > 0
    assert network.alive(one) == network.alive(other) == set()


def test_a_node_beats_to_itself_once_at_most(caplog: pytest.LogCaptureFixture) -> None:
    wall = Node(1, "display", 0.0, WALL)
    network = Network(wall)
    wall.peers.sight(wall.sighting())
    network.run(2.0)
    assert wall.sent == []
    wall.peers.sight(Sighting(None, "display", "", (WALL[0],), WALL[1], how="static"))
    network.run(10.0)
    assert len(wall.sent) == 1
    assert wall.peers.known(network.now) == []
    assert caplog.records == []


def test_a_copied_disk_is_named_once_with_its_cure(caplog: pytest.LogCaptureFixture) -> None:
    wall = Node(1, "display", 0.0, WALL)
    network = Network(wall)
    for sent in range(1, 50):
        network.deliver(OTHER, WALL, beat(1, sent).encode())
    assert wall.peers.known(network.now) == []
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1
    assert "10.0.0.2:9000" in told[0].getMessage()
    assert "delete" in told[0].getMessage()


def test_static_addresses_are_tried_for_ever_and_others_less_often() -> None:
    station = Node(2, "input", 0.0, STATION)
    network = Network(station)
    station.peers.sight(Sighting(None, "display", "", ("10.0.0.50",), 9000, how="static"))
    station.peers.sight(Sighting(make_id(9), "display", "", ("10.0.0.51",), 9000))
    network.run(SILENT_AFTER + 5.0)
    station.sent.clear()
    network.run(60.0)
    tried = [to[0] for _, to, _ in station.sent]
    assert 59 <= tried.count("10.0.0.50") <= 61
    assert 29 <= tried.count("10.0.0.51") <= 31
    network.now += FORGOTTEN + TIDY_EVERY
    network.run(0.1)
    station.sent.clear()
    network.run(10.0)
    assert {to[0] for _, to, _ in station.sent} == {"10.0.0.50"}


def test_a_written_name_that_moves_leaves_nothing_behind() -> None:
    """After a year of new addresses a node still beats to one, and still hears whoever is new."""
    station = Node(2, "input", 0.0, STATION)
    network = Network(station)
    for number in range(300):
        address = f"10.1.{number // 200}.{number % 200 + 1}"
        station.peers.sight(Sighting(None, "", "wall.local", (address,), 9000, how="static"))
        network.run(1.0)
    network.now += FORGOTTEN + TIDY_EVERY
    network.run(1.0)
    station.sent.clear()
    network.run(10.0)
    assert {to[0] for _, to, _ in station.sent} == {"10.1.1.100"}
    network.deliver(WALL, STATION, beat(1, int(network.now * 1e6)).encode())
    assert len(station.peers.known(network.now)) == 1


def test_a_crowd_of_strangers_pushes_out_nobody_who_answered() -> None:
    network, wall, station = pair()
    wall.peers.sight(Sighting(None, "display", "", ("10.0.0.50",), 9000, how="static"))
    network.run(3.0)
    for number in range(100, 1100):
        sender = f"10.9.{number % 250}.1", 1000 + number
        network.deliver(sender, WALL, beat(number, int(network.now * 1e6) + number).encode())
    for number in range(3000):
        wall.peers.sight(
            Sighting(make_id(number + 5000), "display", "x", (f"10.8.{number % 250}.1",), number + 1)
        )
    assert len(wall.peers.known(network.now_of(wall))) <= MOST
    assert station.me.id in network.alive(wall)
    network.run(0.5)
    for number in range(3000):
        host = f"10.7.{number % 250}.1"
        wall.peers.sight(Sighting(make_id(number + 9000), "display", "x", (host,), number + 1))
    wall.sent.clear()
    network.run(2.0)
    assert station.me.id in network.alive(wall)
    assert {STATION, ("10.0.0.50", 9000)} <= {to for _, to, _ in wall.sent}
    assert len(wall.sent) <= 2 * (MOST_ROUTES + 1)


def test_the_tide_is_the_furthest_of_all_walls_and_never_runs_back() -> None:
    young, old, third = (
        Node(1, "display", 100.0, WALL), Node(2, "display", 5e6, OTHER), Node(3, "display", 7.0, STATION),
    )  # fmt: skip
    network = Network(young, old, third)
    young.peers.sight(old.sighting())
    third.peers.sight(young.sighting())
    last = dict.fromkeys(network.nodes, 0)
    for _ in range(50):
        network.run(0.1)
        for node in network.nodes:
            tide = node.peers.tide(network.now_of(node))
            assert tide > last[node]
            last[node] = tide
    assert max(last.values()) - min(last.values()) < 3_000
    assert abs(max(last.values()) - network.now_of(old) * 1e6) < 3_000
    old.running = False  # its time goes on without it
    network.run(10.0)
    assert abs(third.peers.tide(network.now_of(third)) - network.now_of(old) * 1e6) < 3_000


def test_a_tide_beyond_belief_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    network, wall, _ = pair()
    for tide in (LATEST - 1, HIGHEST + 1):
        network.deliver(OTHER, WALL, beat(8, tide - LATEST // 4, tide=tide).encode())
    network.deliver(OTHER, WALL, beat(9, 1, role="machine", tide=HIGHEST - 1).encode())
    assert wall.peers.tide(network.now_of(wall)) == int(network.now_of(wall) * 1e6)
    assert len([record for record in caplog.records if "years" in record.getMessage()]) == 1
    network.deliver(OTHER, WALL, beat(10, 1, tide=HIGHEST).encode())
    network.run(5.0)  # it still goes on, and can still be said
    assert wall.peers.tide(network.now_of(wall)) >= HIGHEST + 4_000_000
    tide = Tide()
    tide.hear(HIGHEST, 0)
    assert tide.read(HIGHEST) == LATEST - 1


def test_a_beat_is_as_long_as_the_docstring_says() -> None:
    network, _, station = pair()
    network.run(1.0)
    sent = station.sent[-1][2]
    longest = replace(sent, conductor=make_id(3), name="x" * 24, group="gallery")
    assert 140 <= len(sent.encode()) <= 150
    assert 180 <= len(longest.encode()) <= 210
    assert nodes.is_node(sent.encode())
