"""What surfaces are told: everything at first, then what changes, and never more than they can follow."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import pytest

from common import osc
from common.counters import Counters
from common.errors import ConfigError
from common.link import MemoryNetwork
from common.state_wire import told
from common.wire import MAX_DATAGRAM
from display_node.feedback import LASTS, MAX_PER_HOST, MAX_SUBSCRIBERS, Feedback, packed, surfaces
from display_node.state import State

HEADERS = 28
"""Bytes of IP and UDP before each datagram."""
FRAME = 1 / 60
NOTHING = cast(State, None)
"""It looks at the values only."""


class Stage:
    """A wall's feedback, and a surface at (10.0.0.1, 9010), in a time that a test turns."""

    def __init__(self, *always: tuple[str, int]) -> None:
        self.now = 5000.0
        self.values: dict[str, Any] = {"phase": "touring", "time": 0.0, "volume": 0.5, "station": "모래시계"}
        self.counters = Counters()
        self.network = MemoryNetwork()
        self.surface = self.network.link("10.0.0.1", 9010)
        wall = self.network.link("10.0.0.9", 40000)
        self.asked = 0
        self.feedback = Feedback(self._read, always, self.counters, lambda: self.now, wall)

    def _read(self) -> dict[str, Any]:
        self.asked += 1
        return self.values

    def run(self, seconds: float) -> None:
        """Frames of a tour that goes on."""
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.values["time"] += FRAME
            self.values["frame_age"] = self.now % 0.016
            self.feedback.after(NOTHING, NOTHING, self.now)

    def datagrams(self) -> Iterator[bytes]:
        while (received := self.surface.receive()) is not None:
            assert len(received[0]) <= MAX_DATAGRAM
            yield received[0]

    def heard(self) -> list[osc.Message]:
        return [message for datagram in self.datagrams() for message in osc.messages(datagram)]


def test_a_surface_is_told_everything_when_it_comes() -> None:
    stage = Stage()
    stage.run(1.0)
    assert (stage.heard(), stage.asked) == ([], 0)  # nobody asked, so nothing was worked out
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(0.11)
    heard = {message.address: message.arguments for message in stage.heard()}
    assert set(heard) == {one.address for one in told()}
    assert (heard["/state/phase"], heard["/state/station"]) == (("touring",), ("모래시계",))
    assert heard["/control/volume"] == (0.5,)
    assert heard["/control/seek"] == heard["/state/time"]


def test_what_changes_is_told_ten_times_a_second_at_most_and_all_once_a_second() -> None:
    stage = Stage()
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(1.0)
    stage.heard()
    stage.run(10.0)
    datagrams = list(stage.datagrams())
    messages = [message.address for datagram in datagrams for message in osc.messages(datagram)]
    times = Counter(messages)
    assert 95 <= times["/state/time"] <= 101
    assert 95 <= times["/control/seek"] <= 101
    others = {one.address for one in told()} - {"/state/time", "/control/seek"}
    assert all(9 <= times[address] <= 11 for address in others), times
    assert sum(len(datagram) + HEADERS for datagram in datagrams) / 10 < 2500  # bytes a second
    assert len(datagrams) <= 101


def test_a_change_is_told_at_the_next_word() -> None:
    stage = Stage()
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(2.0)
    for volume in (0.25, 0.75, 0.0):
        stage.heard()
        stage.values["volume"] = volume
        stage.run(0.12)
        heard = [message.arguments[0] for message in stage.heard() if message.address == "/control/volume"]
        assert heard[0] == volume


def test_a_subscription_ends_unless_it_is_renewed() -> None:
    stage = Stage()
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(LASTS - 1)
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.heard()
    stage.run(LASTS - 1)
    assert len(stage.heard()) > 1000
    stage.run(2.0)
    stage.heard()
    stage.run(2.0)
    assert stage.heard() == []


def test_port_0_ends_it_at_once_for_that_address() -> None:
    stage = Stage()
    other = stage.network.link("10.0.0.2", 9010)
    for host in ("10.0.0.1", "10.0.0.2"):
        stage.feedback.subscribe(host, 9010)
    stage.run(0.2)
    stage.feedback.subscribe("10.0.0.1", 0)
    stage.heard()
    other.inbox.clear()
    stage.run(1.0)
    assert stage.heard() == []
    assert other.inbox


def test_there_is_room_for_so_many() -> None:
    stage = Stage()
    for number in range(MAX_SUBSCRIBERS):
        stage.feedback.subscribe(f"10.0.1.{number}", 9010)
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(1.0)
    assert stage.heard() == []
    assert stage.counters.snapshot() == {"dropped_subscriber": 1}
    stage.feedback.subscribe("10.0.1.0", 9010)  # who is told already may renew
    assert stage.counters.snapshot() == {"dropped_subscriber": 1}
    stage.now += LASTS
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(1.0)
    assert stage.heard()


def test_one_address_takes_no_room_from_others() -> None:
    stage = Stage()
    for port in range(9010, 9030):
        stage.feedback.subscribe("10.0.0.9", port)
    assert stage.counters.snapshot() == {"dropped_subscriber": 20 - MAX_PER_HOST}
    stage.feedback.subscribe("10.0.0.1", 9010)
    stage.run(1.0)
    assert stage.heard()


def test_surfaces_that_are_configured_are_told_for_ever() -> None:
    stage = Stage(*surfaces("10.0.0.1:9010 10.0.0.3:9010"))
    stage.run(0.2)
    assert {message.address for message in stage.heard()} == {one.address for one in told()}
    stage.now += 10 * LASTS
    stage.run(0.2)
    assert stage.heard()


@pytest.mark.parametrize(
    "text",
    ["10.0.0.1", "10.0.0.1:", "wall.local:9010", ":9010", "10.0.0.1:0", "10.0.0.1:70000", "10.0.0.1:x"],
)
def test_what_is_no_surface_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match="is not ADDRESS:PORT"):
        surfaces(f"10.0.0.2:9010 {text}")


def test_messages_are_packed_into_as_few_datagrams_as_hold_them() -> None:
    messages = [osc.build("/state/scene", "s", ["x" * size]) for size in range(100)]
    datagrams = packed(messages)
    assert all(len(datagram) <= MAX_DATAGRAM for datagram in datagrams)
    assert [message for datagram in datagrams for message in osc.messages(datagram)] == [
        message for one in messages for message in osc.messages(one)
    ]
    assert len(datagrams) <= sum(map(len, messages)) // (MAX_DATAGRAM - 200) + 1
    assert packed([]) == []
