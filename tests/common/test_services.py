"""What is believed of announcements: pure, and then with a real stranger on the network."""

import dataclasses
import itertools
import os
import socket
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import IPVersion, ServiceInfo, Zeroconf, service_type_name

from common.counters import Counters
from common.errors import Refused
from common.identity import Identity
from common.interfaces import Interface, addresses_for, reachable, spoken
from common.mdns import MOST_SERVICES
from common.nodes import ROLES
from common.services import JSON_TYPE, OSC_TYPE, Service, believe, describe, merge
from deploy.peers import look, rows
from tests.common.seeing import STATION, node, seeing
from tests.netns import Machine, bridge
from tests.processes import wait_for

WALL = Service(str(uuid.uuid4()), "display", "wall", "drawing", ("10.0.0.1",), 9000)


def told(service: Service, **changes: str | None) -> tuple[bytes, dict[bytes, bytes | None]]:
    """A service's TXT record, and its keys; None leaves a key out."""
    pairs = {key: value for key, value in {**service.text, **changes}.items() if value is not None}
    words = [f"{key}={value}".encode() for key, value in pairs.items()]
    text = b"".join(bytes([len(word)]) + word for word in words)
    return text, {key.encode(): value.encode() for key, value in pairs.items()}


def test_what_is_announced_is_believed() -> None:
    bound = {"drawing": (("10.0.0.1",), 9000), "control": ((), 9001), "http": (("10.0.0.1",), 9002)}
    me = Identity(WALL.id, "display", "벽 1.5")
    services = describe(me, bound)
    assert [one.kind for one in services] == ["drawing", "http"], "what is reached nowhere isn't announced"
    for one in services:
        assert believe(one.type, one.number, *told(one), one.addresses) == one
    sighting = merge(services)[me.id]
    assert (sighting.name, sighting.port, sighting.control_port, sighting.http_port) == (
        "벽 1.5",
        9000,
        0,
        9002,
    )


def test_a_wall_its_keeper_and_its_console_are_told_apart_by_name() -> None:
    names = [dataclasses.replace(WALL, role=role, name="hall").instance.split(".")[0] for role in ROLES]
    assert names == ["hall", "hall", "hall console", "hall keeper"]
    control = dataclasses.replace(WALL, name="hall", kind="control")
    assert control.instance == f"hall control.{OSC_TYPE}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=32))
def test_every_name_can_be_announced(name: str) -> None:
    for role, kind in itertools.product(ROLES, ("drawing", "control", "node", "http")):
        short = name.encode()[:32].decode(errors="ignore")
        service = dataclasses.replace(WALL, role=role, name=short, kind=kind)
        assert service_type_name(service.instance) == service.type
        assert service.instance.removesuffix(f".{service.type}").count(".") == 0


WRONG: list[dict[str, str | None]] = [
    {"id": "me"}, {"id": "0846C883-ED27-4C83-9630-EF7360D9F4BB"},
    {"role": "king"}, {"role": None}, {"proto": "2"}, {"proto": ""},
    {"port": "http"}, {"port": None}, {"name": None}, {"name": "a\x1b[31m"}, {"name": "x" * 33},
    {"pad": "x" * 200, "more": "x" * 200},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_what_is_out_of_order_is_refused(changes: dict[str, str | None]) -> None:
    with pytest.raises(Refused) as caught:
        believe(OSC_TYPE, 9000, *told(WALL, **changes), ["10.0.0.1"])
    assert caught.value.kind == "announcement"
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) < 200


def test_other_programs_are_no_offence() -> None:
    assert believe(OSC_TYPE, 8000, b"", {}, ["10.0.0.1"]) is None
    assert believe(OSC_TYPE, 8000, *told(WALL, id=None), ["10.0.0.1"]) is None


@pytest.mark.parametrize("number", [None, 0, -1, 65536])
def test_a_port_is_a_port(number: int | None) -> None:
    with pytest.raises(Refused):
        believe(OSC_TYPE, number, *told(WALL), ["10.0.0.1"])


def test_an_http_port_alone_is_nowhere_to_beat_to() -> None:
    http = dataclasses.replace(WALL, kind="http")
    assert believe(JSON_TYPE, 9000, *told(http), ["10.0.0.1"]) == http
    assert merge([http]) == {}
    assert merge([dataclasses.replace(WALL, addresses=())]) == {}


KEYS = st.sampled_from([b"id", b"proto", b"role", b"port", b"name"])


@given(
    st.binary(max_size=500), st.integers() | st.none(), st.lists(st.text(max_size=20)),
    st.dictionaries(KEYS, st.none() | st.binary(max_size=40)),
)  # fmt: skip
def test_nothing_but_refused_comes_of_any_record(
    text: bytes, number: int | None, addresses: list[str], properties: dict[bytes, bytes | None]
) -> None:
    try:
        found = believe(OSC_TYPE, number, text, properties, addresses)
    except Refused:
        return
    assert found is None or found.number in range(1, 65536)


LO, ETH, WIFI = (
    Interface("lo", "127.0.0.1", 8, True), Interface("eth0", "10.0.0.5", 24, True),
    Interface("wlan0", "192.168.1.5", 24, False),
)  # fmt: skip


def test_bind_addresses_say_where_a_node_speaks() -> None:
    found = (ETH, LO, WIFI)
    assert spoken(found, ["0.0.0.0", "127.0.0.1"]) == (ETH, LO)
    assert spoken(found, []) == (ETH, LO)
    assert spoken(found, ["127.0.0.1"]) == (LO,)
    assert spoken(found, ["192.168.1.5"]) == (LO, WIFI)
    assert spoken(found, ["10.9.9.9"]) == (LO,)
    assert addresses_for("0.0.0.0", (ETH, LO)) == ("10.0.0.5",)
    assert addresses_for("0.0.0.0", (LO,)) == ("127.0.0.1",)
    assert addresses_for("192.168.1.5", (LO, WIFI)) == ("192.168.1.5",)
    assert addresses_for("10.9.9.9", (LO,)) == ()


def test_only_what_is_on_a_link_of_ours_is_an_address_to_try() -> None:
    docker = Interface("docker0", "172.17.0.1", 16, True)
    assert reachable(["10.0.0.9", "8.8.8.8", "10.0.1.9"], (ETH, LO)) == ("10.0.0.9",)
    assert reachable(["10.0.0.255", "10.0.0.0", "224.0.0.1", "0.0.0.0", "", "x", "::1"], (ETH, LO)) == ()
    assert reachable(["10.0.0.9", "172.17.0.1"], (ETH, docker)) == ("10.0.0.9",)
    assert reachable(["10.0.0.5", "172.17.0.1"], (ETH, docker)) == ("10.0.0.5", "172.17.0.1")


def test_a_stranger_can_announce_what_he_likes() -> None:
    """Bad records are dropped and counted; others' programs, far addresses and rubbish are passed over."""
    wall, later, far, station = node(), node(name="later"), node(name="far"), node("input", "tablet")
    counters = Counters()
    with (
        bridge("wall", "tablet", "stranger") as net,
        seeing(net["wall"], wall),
        seeing(net["tablet"], station, STATION, counters=counters) as at_station,
        stranger(net["stranger"]) as zeroconf,
    ):
        at_station.await_address(wall, net["wall"].address)
        for number, changes in enumerate(WRONG):
            announce(zeroconf, f"bad-{number}", told(WALL, **changes)[0], net["stranger"].address)
        announce(zeroconf, "TouchOSC", b"", net["stranger"].address)
        announce(zeroconf, "far", told(dataclasses.replace(WALL, id=far.id))[0], "8.8.8.8")
        rubbish(net["stranger"])
        with seeing(net["wall"], later):
            at_station.await_address(later, net["wall"].address)
        wait_for(lambda: counters.snapshot().get("dropped_announcement", 0) >= len(WRONG), "the drops")
        assert {one.id for one in at_station.seen()} == {wall.id, later.id}


def test_a_flood_of_names_is_bounded() -> None:
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet", "stranger") as net,
        seeing(net["wall"], wall),
        seeing(net["tablet"], station, STATION) as at_station,
        stranger(net["stranger"]) as zeroconf,
    ):
        at_station.await_address(wall, net["wall"].address)
        for number in range(2 * MOST_SERVICES):
            service = dataclasses.replace(WALL, id=str(uuid.uuid4()), name=f"flood {number}")
            announce(zeroconf, f"flood-{number}", told(service)[0], net["stranger"].address)
        wait_for(lambda: len(at_station.seen()) >= MOST_SERVICES // 2, "the flood")
        mdns = at_station.discovery._mdns
        assert mdns is not None
        assert len(mdns._names) <= MOST_SERVICES
        assert len({one.id for one in at_station.seen()}) <= MOST_SERVICES
        assert wall.id not in at_station.gone


def test_people_can_look_who_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDGLASS_STATE", str(tmp_path))
    wall, station = node(), node("input", "tablet")
    with (
        bridge("wall", "tablet", "laptop") as net,
        seeing(net["wall"], wall),
        seeing(net["tablet"], station, STATION, folder=_made(tmp_path / "input")) as at_station,
    ):
        at_station.discovery.remember([at_station.await_address(wall, net["wall"].address)])
        wait_for(lambda: (tmp_path / "input" / "peers.json").exists(), "the cache")
        there = [
            ("wall", "display", net["wall"].address, "9000", "–", "9002", "mdns", wall.id),
            ("tablet", "input", net["tablet"].address, "41000", "–", "–", "mdns", station.id),
        ]
        with net["laptop"].entered():
            wait_for(lambda: rows(look(3.0)) == there, "both, with all their ports")
    assert [row[6] for row in rows(look(0.1)) if row[7] == wall.id] == ["cache"]


def announce(zeroconf: Zeroconf, label: str, text: bytes, address: str) -> None:
    """One packet, with no questions asked."""
    info = ServiceInfo(
        OSC_TYPE, f"{label}.{OSC_TYPE}", 9000, properties=text, parsed_addresses=[address],
        server=f"{label}.local.",
    )  # fmt: skip
    zeroconf.send(zeroconf.generate_service_broadcast(info, None))


def rubbish(machine: Machine) -> None:
    """Noise on the port of mDNS, half of it with the head of an answer of 65,535 records."""
    with machine.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as raw:
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(machine.address))
        for size in range(0, 400, 7):
            for head in (b"", b"\0\0\x84\0\0\0\xff\xff\0\0\0\0"):
                raw.sendto(head + os.urandom(size), ("224.0.0.251", 5353))


def stranger(machine: Machine) -> Zeroconf:
    with machine.entered():
        return Zeroconf(interfaces=[machine.address], ip_version=IPVersion.V4Only)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
