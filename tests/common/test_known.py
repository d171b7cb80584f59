"""Peers without multicast: written down, or remembered from the day before."""

import dataclasses
import json
import logging
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.known import MOST_PEERS, PEERS_FILE, Names, latest_first, read_peers, write_peers
from common.link import Address
from common.sighting import Sighting
from tests.common.seeing import STATION, node, seeing
from tests.netns import bridge, small_disk
from tests.processes import wait_for

PEER = Sighting(str(uuid.uuid4()), "display", "벽", ("10.0.0.1", "10.1.0.1"), 9000, 9001, 9002, "mdns")


def _peer(**changes: Any) -> Sighting:
    return dataclasses.replace(PEER, **{"id": str(uuid.uuid4()), **changes})


def test_with_multicast_blocked_written_and_remembered_peers_are_known(tmp_path: Path) -> None:
    wall, station = node(), node("input", "tablet")
    with bridge("wall", "tablet") as net:
        with seeing(net["wall"], wall), seeing(net["tablet"], station, STATION, folder=tmp_path) as before:
            found = before.await_address(wall, net["wall"].address)
            before.discovery.remember([found])
            wait_for(lambda: read_peers(tmp_path), "the cache")
        net["tablet"].drop_multicast()
        static = (("10.77.0.1", 9000), ("no.such.host.invalid", 9000))
        with (
            seeing(net["wall"], wall),
            seeing(net["tablet"], station, STATION, folder=tmp_path, static=static) as after,
        ):
            start = time.monotonic()
            assert after.await_address(wall, net["wall"].address, how="cache").port == 9000
            wait_for(lambda: after.seen(how="static"), "the written one")
            print(f"known after {time.monotonic() - start:.2f} s")
            assert [(one.id, one.addresses, one.port) for one in after.seen(how="static")] == [
                (None, ("10.77.0.1",), 9000)
            ]
            threading.Event().wait(3.0)  # mDNS would have found it by now
            assert not after.seen(wall.id)
            net["tablet"].drop_multicast(False)
            after.await_address(wall, net["wall"].address)


def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    assert read_peers(tmp_path) == ()
    assert write_peers(tmp_path, [PEER])
    assert read_peers(tmp_path) == (dataclasses.replace(PEER, how="cache"),)


def test_the_latest_stay_and_nobody_else_than_ids() -> None:
    old = [_peer() for _ in range(MOST_PEERS)]
    moved = dataclasses.replace(old[5], port=9100)
    new = _peer()
    kept = latest_first([new, moved, _peer(id=None)], old)
    assert len(kept) == MOST_PEERS
    assert [one.id for one in kept[:3]] == [new.id, moved.id, old[0].id]
    assert kept[1].port == 9100
    assert old[-1].id not in {one.id for one in kept}


DAMAGES: list[dict[str, Any]] = [
    {"id": "x"}, {"id": None}, {"role": "king"}, {"name": ""}, {"name": "a\nb"}, {"name": "x" * 33},
    {"addresses": []}, {"addresses": ["wall.local"]}, {"addresses": ["224.0.0.251"]}, {"addresses": 5},
    {"addresses": ["255.255.255.255"]}, {"addresses": ["10.0.0.1"] * 9}, {"port": 0}, {"port": 65536},
    {"port": True}, {"port": "9000"}, {"http_port": -1}, {"extra": 1},
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damaged_cache_is_one_warning(
    damage: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_peers(tmp_path, [PEER])
    page = json.loads((tmp_path / PEERS_FILE).read_text())
    page["peers"][0].update(damage)
    (tmp_path / PEERS_FILE).write_text(json.dumps(page))
    assert read_peers(tmp_path) == ()
    assert len(caplog.records) == 1
    assert "is damaged" in caplog.text


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["format", "peers", "id", "addresses"]), inner, max_size=4),
).map(lambda page: json.dumps(page).encode()))  # fmt: skip
def test_no_file_stops_a_node(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("cache")
    (folder / PEERS_FILE).write_bytes(data)
    assert read_peers(folder) == ()


def test_a_deep_or_endless_file_stops_no_node(tmp_path: Path) -> None:
    for data in (b"[" * 100_000, b'{"format": "sandglass-peers-1", "peers": [' + b" " * (1 << 18) + b"]}"):
        (tmp_path / PEERS_FILE).write_bytes(data)
        assert read_peers(tmp_path) == ()


def test_a_full_disk_costs_the_cache_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wall, station = node(), node("input", "tablet")
    with small_disk(tmp_path / "disk", 8) as disk, bridge("wall", "tablet") as net:
        (disk / "rubbish").write_bytes(bytes(8192))
        caplog.set_level(logging.WARNING, "sandglass")
        with (
            seeing(net["wall"], wall),
            seeing(net["tablet"], station, STATION, folder=disk) as at_station,
        ):
            at_station.discovery.remember([_peer(), _peer()])
            at_station.await_address(wall, net["wall"].address)
            wait_for(lambda: "cannot keep" in caplog.text, "the warning")
            at_station.discovery.remember([_peer()])
        assert caplog.text.count("cannot keep") == 1


def test_it_is_written_only_when_something_is_new(tmp_path: Path) -> None:
    with bridge("tablet") as net, seeing(net["tablet"], node(), STATION, folder=tmp_path) as at_station:
        at_station.discovery.remember([PEER])
        wait_for(lambda: read_peers(tmp_path), "the cache")
        written = (tmp_path / PEERS_FILE).stat().st_ino
        at_station.discovery.remember([PEER])
    assert (tmp_path / PEERS_FILE).stat().st_ino == written


def test_what_is_remembered_last_is_kept_at_the_end(tmp_path: Path) -> None:
    with bridge("tablet") as net, seeing(net["tablet"], node(), STATION, folder=tmp_path) as at_station:
        at_station.discovery.remember([PEER])
    wait_for(lambda: [one.id for one in read_peers(tmp_path)] == [PEER.id], "the cache")


def test_a_name_is_looked_up_until_it_is_answered_and_then_followed() -> None:
    answers: list[Address | None] = [None, ("10.0.0.5", 9000), None, ("10.0.0.5", 9000), ("10.0.0.6", 9000)]
    asked: list[Address] = []
    found: list[Sighting] = []

    def look_up(name: Address) -> Address | None:
        asked.append(name)
        return answers[len(asked) - 1]

    names = Names([("wall.local", 9000), ("10.0.0.9", 9100)], found.append, look_up)
    assert [(one.addresses, one.port) for one in found] == [(("10.0.0.9",), 9100)]
    missing = []
    for turn in range(1, len(answers) + 1):
        missing.append(names.missing)
        names.refresh()
        for thread in threading.enumerate():
            if thread.name == "look-up":
                thread.join()
        assert len(asked) == turn
    assert [one.addresses for one in found[1:]] == [("10.0.0.5",), ("10.0.0.6",)]
    assert missing == [True, True, False, False, False]
    assert {one.name for one in found[1:]} == {"wall.local"}


def test_a_look_up_that_hangs_is_not_asked_again() -> None:
    hanging = threading.Event()
    asked: list[Address] = []

    def look_up(name: Address) -> None:
        asked.append(name)
        hanging.wait()

    names = Names([("wall.local", 9000)], lambda sighting: None, look_up)
    names.refresh()
    wait_for(lambda: asked, "the question")
    names.refresh()
    assert len(asked) == 1
    hanging.set()
