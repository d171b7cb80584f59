"""Nodes that find each other by real mDNS, on real interfaces, of machines that are namespaces."""

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence

import pytest
import zeroconf

from common.discovery import Ports
from common.errors import ConfigError
from common.known import parse_peers
from common.services import OSC_TYPE
from tests.budgets import TRIES
from tests.common.seeing import STATION, node, seeing
from tests.netns import bridge
from tests.processes import wait_for

MDNS = ("224.0.0.251", 5353)
SOON = 3.0
"""Seconds within which nodes on one network find each other."""
QUESTIONS = 15.0
"""Seconds for which zeroconf asks after it is made: 0, 1, 5 and 14 s later."""


def test_a_wall_and_a_station_find_each_other_within_three_seconds() -> None:
    """In one of some tries: a machine that stands still for a moment says nothing of us."""
    wall, took = node(), []
    with bridge("wall", "tablet") as net, seeing(net["wall"], wall) as at_wall:
        while not took or (min(took) > SOON and len(took) < TRIES):
            station = node("input", "tablet")
            start = time.monotonic()
            with seeing(net["tablet"], station, STATION) as at_station:
                there = at_station.await_address(wall, net["wall"].address)
                back = at_wall.await_address(station, net["tablet"].address)
                took.append(time.monotonic() - start)
                print(f"found each other after {took[-1]:.2f} s")
                wait_for(lambda at=at_station: at.seen(wall.id)[-1].http_port == 9002, "the wall's HTTP port")
    assert min(took) < SOON
    assert (there.role, there.name, there.port, there.control_port) == ("display", "wall", 9000, 0)
    assert (back.role, back.name, back.port, back.http_port) == ("input", "tablet", 41000, 0)
    assert not at_wall.seen(wall.id), "a wall sees itself"


def test_every_port_of_a_node_makes_one_sighting() -> None:
    ports = Ports(drawing=("0.0.0.0", 9100), control=("0.0.0.0", 9101), http=("0.0.0.0", 9102))
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet") as net,
        seeing(net["wall"], wall, ports),
        seeing(net["tablet"], station, STATION) as at_station,
    ):

        def found() -> bool:
            last = at_station.seen(wall.id)[-1:]
            return [(one.port, one.control_port, one.http_port) for one in last] == [(9100, 9101, 9102)]

        wait_for(found, "all three ports")


def test_what_is_bound_to_loopback_stays_on_this_machine() -> None:
    local = Ports(drawing=("127.0.0.1", 9000), http=("127.0.0.1", 9002))
    wall, near, far = node(), node("input", "near"), node("input", "far")
    with (
        bridge("here", "there") as net,
        seeing(net["there"], far, STATION) as at_far,
        seeing(net["here"], wall, local) as at_wall,
        seeing(net["here"], near, STATION) as at_near,
    ):
        at_near.await_address(wall, "127.0.0.1")
        at_far.await_address(near, net["here"].address)  # so the far one does hear that machine
        with seeing(
            net["there"], node("input", "late"), STATION
        ) as at_late:  # asks anew, and to be told alone
            at_late.await_address(near, net["here"].address)
            assert not at_late.seen(wall.id)
        assert not at_far.seen(wall.id)
        assert not at_wall.seen(far.id), "who speaks on loopback only listens there only"


def test_one_machine_without_any_network_is_enough() -> None:
    wall, station = node(), node("input", "tablet")
    with (
        bridge("alone", addressed=False) as net,
        seeing(net["alone"], wall),
        seeing(net["alone"], station, STATION) as at_station,
    ):
        at_station.await_address(wall, "127.0.0.1")


def test_a_second_wall_of_the_same_name_gets_a_number(caplog: pytest.LogCaptureFixture) -> None:
    first, second, station = node(), node(), node("input", "tablet")
    with (
        bridge("one", "two", "tablet") as net,
        seeing(net["tablet"], station, STATION) as at_station,
        seeing(net["one"], first),
    ):
        at_station.await_address(first, net["one"].address)
        with seeing(net["two"], second) as at_second, caplog.at_level(logging.WARNING, "sandglass"):
            at_station.await_address(second, net["two"].address)
            assert at_second.discovery.called == "wall-2"
            assert at_station.seen(second.id)[-1].name == "wall", "people know it by its own name"
    assert "announced as 'wall-2'" in caplog.text


def test_two_walls_of_one_name_that_meet_late_are_both_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind a switch that starts after its machines: neither could hear that the name is taken."""
    monkeypatch.setattr("common.mdns.ASK_AGAIN", 3.0)
    first, second, station = node(), node(), node("input", "tablet")
    with bridge("one", "two", "tablet") as net:
        net["one"].drop_multicast()
        with (
            seeing(net["tablet"], station, STATION) as at_station,
            seeing(net["one"], first) as at_first,
            seeing(net["two"], second) as at_second,
        ):
            at_station.await_address(second, net["two"].address)
            wait_for(lambda: at_first.announced() and at_second.announced(), "each to announce itself")
            assert at_first.discovery.called == at_second.discovery.called == "wall"
            net["one"].drop_multicast(False)
            at_station.await_address(first, net["one"].address)
            names = {first.id: at_first.discovery, second.id: at_second.discovery}
            wait_for(lambda: names[max(names)].called == "wall-2", "the greater id to give way")
            assert names[min(names)].called == "wall"
            wait_for(lambda: at_station.seen(second.id)[-1].addresses == (net["two"].address,), "the second")


def test_another_address_is_followed() -> None:
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet") as net,
        seeing(net["wall"], wall) as at_wall,
        seeing(net["tablet"], station, STATION) as at_station,
    ):
        at_station.await_address(wall, net["wall"].address)
        at_wall.await_address(station, net["tablet"].address)
        net["wall"].readdress("10.77.0.77")
        start = time.monotonic()
        at_station.await_address(wall, "10.77.0.77")
        print(f"followed after {time.monotonic() - start:.2f} s")
        assert not at_station.gone


def test_a_network_that_comes_late_is_used() -> None:
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet", addressed=False) as net,
        seeing(net["wall"], wall),
        seeing(net["tablet"], station, STATION) as at_station,
    ):
        wait_for(lambda: at_station.discovery.called == "tablet", "the start")
        for machine in net.values():
            machine.readdress(machine.address)
        at_station.await_address(wall, net["wall"].address)


def test_who_came_while_the_cable_was_out_is_found_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the cable's return: nobody asks again by himself."""
    monkeypatch.setattr("common.mdns.ASK_AGAIN", 1e9)
    station, wall, other = node("input", "tablet"), node(), node(name="other")
    with (
        bridge("wall", "tablet", "other") as net,
        seeing(net["wall"], wall),
        seeing(net["tablet"], station, STATION) as at_station,
    ):
        at_station.await_address(wall, net["wall"].address)
        net["tablet"].unplug()
        with seeing(net["other"], other) as at_other:
            at_other.await_address(wall, net["wall"].address)
            time.sleep(QUESTIONS)  # then all that either asks and announces by itself has been in vain
            assert not at_station.seen(other.id)
            net["tablet"].plug()
            start = time.monotonic()
            at_station.await_address(other, net["other"].address)
            print(f"found {time.monotonic() - start:.2f} s after the cable was back")
        assert wall.id not in at_station.gone


def test_a_goodbye_is_heard() -> None:
    wall, station = node(), node("input", "tablet")
    with bridge("wall", "tablet") as net, seeing(net["tablet"], station, STATION) as at_station:
        with seeing(net["wall"], wall):
            at_station.await_address(wall, net["wall"].address)
        wait_for(lambda: at_station.gone == [wall.id], "the goodbye")  # it would be believed for an hour


def test_of_names_that_came_and_went_nothing_stays() -> None:
    """Names without an address have to be asked for; a stranger may announce thousands, and take leave."""
    rounds, each = 10, 8
    with bridge("wall", "stranger") as net, seeing(net["wall"], node()) as at_wall:
        with net["stranger"].entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(net["stranger"].address)
            )
            wait_for(at_wall.looks, "the wall to look")
            mdns = at_wall.discovery._mdns
            assert mdns is not None
            for batch in range(rounds):
                names = [f"n{batch * each + number}.{OSC_TYPE}" for number in range(each)]
                link.sendto(pointers(names, 4500), MDNS)
                wait_for(lambda names=names: set(names) <= set(mdns._tries), "the questions")
                link.sendto(pointers(names, 0), MDNS)
                wait_for(lambda names=names: not set(names) & set(mdns._names), "the leave")
        assert not mdns._tries


def pointers(names: Sequence[str], seconds: int) -> bytes:
    """An announcement that there are services of these names, and no word of where; or their goodbye."""
    told = zeroconf.DNSOutgoing(0x8400)  # a response, and authoritative (RFC 6762, section 18)
    for name in names:
        told.add_answer_at_time(zeroconf.DNSPointer(OSC_TYPE, 12, 1, seconds, name), 0)
    return told.packets()[0]


def test_nothing_of_it_stays_behind() -> None:
    """Threads and sockets after a whole life, with a written name that nobody can look up."""
    wall, station = node(), node("input", "tablet")
    with bridge("wall", "tablet") as net:
        for _ in range(2):  # the first life leaves what Python keeps for good, such as imported modules
            threads, files = set(threading.enumerate()), _open_files()
            with (
                seeing(net["wall"], wall, static=(("no.such.host.invalid", 9000),)) as at_wall,
                seeing(net["tablet"], station, STATION) as at_station,
            ):
                at_station.await_address(wall, net["wall"].address)
                at_wall.await_address(station, net["tablet"].address)
        wait_for(lambda: set(threading.enumerate()) <= threads, f"threads to end: {threading.enumerate()}")
        wait_for(lambda: _open_files() <= files, "files to be closed")


def test_a_node_that_is_closed_at_once_is_closed() -> None:
    with bridge("wall") as net:
        for _ in range(5):
            with seeing(net["wall"], node()):
                pass
        wait_for(lambda: "discovery" not in {thread.name for thread in threading.enumerate()}, "their ends")


def test_with_discovery_off_nothing_is_announced_and_written_peers_still_count() -> None:
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet") as net,
        seeing(net["wall"], wall) as at_wall,
        seeing(net["tablet"], station, STATION, enabled=False, static=(("10.77.0.1", 9000),)) as at_station,
        net["tablet"].entered(),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        wait_for(lambda: at_station.seen(how="static"), "the written peer")
        probe.bind(("0.0.0.0", 5353))  # fails if anybody has it: SO_REUSEPORT is not set
        assert [(one.addresses, one.port) for one in at_station.seen(how="static")] == [
            (("10.77.0.1",), 9000)
        ]
        assert not at_station.seen()
        assert not at_wall.seen(station.id)


def test_peers_are_words_and_a_bad_one_is_named() -> None:
    assert parse_peers("10.0.0.1 wall.local:9100, 10.0.0.1:9000") == (
        ("10.0.0.1", 9000),
        ("wall.local", 9100),
    )
    assert parse_peers("") == ()
    for text in ("10.0.0.1:0", ":9000", "wall:x", " ".join(f"h{n}" for n in range(65))):
        with pytest.raises(ConfigError, match="peers: "):
            parse_peers(text)


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
