"""Several walls in one process, each with a clock of its own, and an air between that delays and loses."""

import heapq
import random
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from common.control import Control
from common.identity import Identity
from common.link import Address
from common.nodes import Ask, Beat, Picture, Stage, decode
from common.peer import ALIVE
from common.peers import Mine, Peers
from common.sighting import Sighting
from common.wire import Preview
from display_node.ensemble.ensemble import LEAD, Ensemble
from display_node.ensemble.sharing import shown
from display_node.events import Awake, Drawn, Event, Part, Rehearsal, Rehearsed
from display_node.probe import Probe
from display_node.scene import Scene
from display_node.show import step, tick
from display_node.state import Phase
from tests.display_node.test_show import INK, begin, compiled

FRAME = 1 / 60
MICROSECOND = 1e-6


class Air:
    """Carries datagrams: `delay` says for how many seconds each is under way, None for never arriving."""

    def __init__(self, delay: Callable[[], float | None]) -> None:
        self.delay, self.now, self.walls = delay, 0.0, dict[Address, "Wall"]()
        self._flying: list[tuple[float, int, bytes, Address, Address]] = []
        self._sent = 0

    def carry(self, datagram: bytes, sender: Address, to: Address) -> None:
        delay = self.delay()
        if delay is not None:
            self._sent += 1
            heapq.heappush(self._flying, (self.now + delay, self._sent, datagram, sender, to))

    def run(self, seconds: float) -> None:
        """Frame after frame, all walls in turn; what arrives in between is heard when it arrives."""
        end = self.now + seconds
        while self.now < end:
            frame = self.now + FRAME
            while self._flying and self._flying[0][0] <= frame:
                self.now, _, datagram, sender, to = heapq.heappop(self._flying)
                if to in self.walls:
                    self.walls[to].hear(datagram, sender)
            self.now = frame
            for wall in self.walls.values():
                wall.frame()


class Wall:
    """A wall without pixels: what it would compile is there at once. It is its ensemble's link, too."""

    def __init__(self, air: Air, number: int, ahead: float, group: str = "hall") -> None:
        """`ahead`: seconds by which its clock is before the air's."""
        self.air, self.ahead, self.address = air, ahead, (f"10.0.0.{number}", 9000)
        self.id = str(uuid.UUID(int=number, version=4))
        self.peers = Peers(Identity(self.id, "display", f"wall {number}"), group=group)
        self.posted: list[Event] = []
        self.rehearsed: list[Rehearsal] = []
        self.ensemble = Ensemble(self.peers, self, self.posted.append, self.rehearse, self.cue)
        self.state = step(begin(self.now), Awake(part(0)), self.now)
        for other in air.walls.values():
            self.sight(other)
            other.sight(self)
        air.walls[self.address] = self

    @property
    def now(self) -> float:
        return self.air.now + self.ahead

    def sight(self, other: "Wall") -> None:
        self.peers.sight(Sighting(None, "display", "", (other.address[0],), 9000, 0, 0, "static"))

    def hear(self, datagram: bytes, sender: Address) -> None:
        message = decode(datagram)
        if isinstance(message, Beat):
            self.peers.hear(message, sender, self.now)
        else:
            self.ensemble.hear(message, sender, self.now)

    def frame(self) -> None:
        stamp, conductor = self.ensemble.held
        for datagram, to in self.peers.due(self.now, Mine(stamp, conductor)):
            self.send(datagram, to)
        before, events = self.state, list(self.posted)
        self.posted.clear()
        for event in events:
            if self.ensemble.takes(event):
                self.state = step(self.state, event, self.now)
        self.state = tick(self.state, self.now)
        if self.state.invitation is not before.invitation:
            self.cue(self.state.invitation.number + 1)
        self.ensemble.after(before, self.state, self.now)

    def send(self, datagram: bytes, to: Address) -> bool:
        self.air.carry(datagram, self.address, to)
        return True

    def receive(self, timeout: float | None = 0.0) -> None:
        return None

    def close(self) -> None:
        del self.air.walls[self.address]

    def rehearse(self, rehearsal: Rehearsal) -> None:
        self.rehearsed.append(rehearsal)
        if rehearsal.job is None:
            self.posted.append(Rehearsed(part(rehearsal.number)))
            return
        show = compiled(rehearsal.job.station, rehearsal.job.drawing)
        probe = Probe(rehearsal.job.bitmap, {})
        self.posted.append(Rehearsed(replace(show, job=rehearsal.job, probe=probe, exhibit="e", seed=1)))

    def cue(self, number: int) -> None:
        self.posted.append(part(number))

    def submit(self, station: str, drawing: int = 1) -> None:
        self.posted.append(replace(compiled(station, drawing), exhibit="e", seed=1))

    def command(self, verb: str, value: float | None = None) -> None:
        self.posted.append(Control(verb, value))

    @property
    def time(self) -> float:
        """Seconds into what is on this wall."""
        return self.state.time(self.now)


def part(number: int) -> Part:
    return Part(Scene("invitation", 24.0, (), ()), number, Probe(INK, {}))


def steady() -> float:
    return 0.001


def jittery(loss: float = 0.0) -> Callable[[], float | None]:
    """0 to 10 ms each way, and so many lost."""
    dice = random.Random(7)
    return lambda: None if dice.random() < loss else dice.uniform(0.0, 0.01)


def pair(air: Air) -> tuple[Wall, Wall]:
    walls = Wall(air, 1, ahead=5000.0), Wall(air, 2, ahead=12.0)
    air.run(2.0)
    return walls


def apart(one: Wall, other: Wall) -> float:
    """Seconds between what two walls show, which must be the same."""
    assert what(one) == what(other)
    return abs(one.time - other.time)


def differences(air: Air, one: Wall, other: Wall, seconds: float, switches: int = 1) -> list[float]:
    """How far apart two walls are, every quarter of a second; but for a switch they show the same."""
    found, switching = [], 0
    for _ in range(round(seconds * 4)):
        air.run(0.25)
        if what(one) == what(other):
            found.append(apart(one, other))
        else:
            switching += 1
    assert switching <= 2 * switches
    return found


def what(wall: Wall) -> tuple[Phase, object]:
    found = shown(wall.state)
    return wall.state.phase, found and found[0]


def test_alone_a_tour_begins_at_once() -> None:
    air = Air(steady)
    wall = Wall(air, 1, 0.0)
    wall.submit("a")
    air.run(2 * FRAME)
    assert wall.state.phase is Phase.TOURING


def test_what_one_wall_conducts_begins_on_both_together() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    began = air.now
    while one.state.phase is not Phase.TOURING:
        air.run(FRAME)
        assert other.state.phase is one.state.phase
    assert air.now - began == pytest.approx(LEAD, abs=3 * FRAME)
    assert apart(one, other) < 0.001
    assert one.state.tour is not None
    assert other.state.tour is not None
    assert (one.state.tour.job.mine, other.state.tour.job.mine) == (True, False)
    assert other.state.tour.job.bitmap == one.state.tour.job.bitmap


def test_the_whole_way_is_gone_together_without_another_word() -> None:
    """Tour, answer, and the parts of the invitation behind it, though nothing is announced any more."""
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 0.5)
    held = one.ensemble.held
    assert max(differences(air, one, other, 100.0, switches=3)) < 0.001
    assert one.state.phase is Phase.IDLE
    assert one.ensemble.held == other.ensemble.held == held
    assert len(other.rehearsed) == 1


def test_through_jitter_and_loss_they_stay_within_a_few_milliseconds() -> None:
    air = Air(jittery(loss=0.3))
    one, other = pair(air)
    found = []
    for drawing in range(6):
        (one, other)[drawing % 2].submit("a", drawing)
        found += differences(air, one, other, 12.0, switches=2)
    found.sort()
    assert found[int(0.99 * len(found))] < 0.008, found[-10:]


def test_pause_seek_and_speed_on_one_go_to_all() -> None:
    air = Air(jittery())
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 2.0)
    for wall, verb, value in (
        (other, "pause", None),
        (one, "seek", 12.0),
        (other, "play", None),
        (one, "speed", 0.5),
    ):
        wall.command(verb, value)
        air.run(0.3)
        assert apart(one, other) < 0.008, verb
        assert one.state.clock.rate == other.state.clock.rate
    assert one.state.clock.rate == 0.5
    assert 12.0 < one.time < 13.0


def test_the_latest_start_wins_and_who_lost_comes_again() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    other.submit("b")
    air.run(LEAD + 0.2)
    assert apart(one, other) < 0.001
    first = one.state.tour
    assert first is not None
    stations = [first.job.station]
    for _ in range(30):
        assert max(differences(air, one, other, 2.0, switches=2)) < 0.001
        if one.state.tour is not None and one.state.tour.job.station not in stations:
            stations.append(one.state.tour.job.station)
    assert sorted(stations) == ["a", "b"], "neither visitor's drawing is lost"


def test_who_joins_late_is_in_step_within_two_seconds() -> None:
    air = Air(jittery())
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 5.0)
    late = Wall(air, 3, ahead=700_000.0)  # on for a week: its clock is ahead of all others
    air.run(2.0)
    assert one.state.phase is Phase.TOURING, "who has only come decides nothing"
    assert apart(one, late) < 0.008
    assert apart(other, late) < 0.008


def test_when_the_conductor_dies_the_others_carry_on_and_tell_who_comes() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 1.0)
    one.close()
    air.run(ALIVE + 2.0)
    assert other.state.phase is Phase.TOURING
    late = Wall(air, 3, ahead=-3.0)
    air.run(2.0)
    assert apart(other, late) < 0.002


def test_a_wall_that_was_cut_off_comes_back_to_the_latest() -> None:
    air = Air(steady)
    one, other = pair(air)
    air.delay = lambda: None
    air.run(ALIVE + 1.0)
    one.submit("a")
    air.run(2.0)
    other.submit("b")
    air.run(2.0)
    assert what(one) != what(other)
    air.delay = steady
    air.run(2.0)
    assert apart(one, other) < 0.002
    assert one.state.tour is not None
    assert one.state.tour.job.station == "b"


def test_a_half_drawn_digit_given_up_leads_both_to_the_same_rest() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.posted.append(Drawn("a", INK))
    air.run(0.05)
    other.posted.append(Drawn("a", INK))
    air.run(21.0)
    assert one.state.phase is Phase.IDLE
    assert apart(one, other) < 0.002


@pytest.mark.parametrize("groups", [("hall", "cellar"), ("hall", ""), ("", "")])
def test_only_walls_of_one_group_are_together(groups: tuple[str, str]) -> None:
    air = Air(steady)
    one = Wall(air, 1, 0.0, groups[0])
    other = Wall(air, 2, 0.0, groups[1])
    air.run(2.0)
    one.submit("a")
    air.run(2.0)
    assert one.state.phase is Phase.TOURING
    assert other.state.phase is Phase.IDLE


def test_what_strangers_say_is_not_heard() -> None:
    air = Air(steady)
    one, _ = pair(air)
    stage = Stage(one.id, 1, one.id, "invitation", "", 3, "", "", 0, 0, 0, 1.0, 1.0)
    for message in (Ask(one.id), Picture("a", 1, 0, INK), stage):
        assert not one.ensemble.hear(message, ("10.0.0.9", 9000), one.now)
    assert one.ensemble.hear(Ask(one.id), ("10.0.0.2", 9000), one.now)
    future = replace(stage, stamp=1 << 52)
    assert not one.ensemble.hear(future, ("10.0.0.2", 9000), one.now)


def test_a_pen_is_passed_on_once() -> None:
    air = Air(steady)
    one, other = pair(air)
    sent: list[tuple[bytes, Address]] = []
    one.send = lambda datagram, to: sent.append((datagram, to)) or True  # type: ignore[method-assign,func-returns-value]
    ink = Preview("a", 1, 1, INK)
    assert one.ensemble.relay(ink, ("10.0.0.9", 40000))
    assert sent == [(ink.encode(), other.address)]
    assert not one.ensemble.relay(ink, other.address)
    assert len(sent) == 1


def test_the_status_says_who_is_unsure() -> None:
    slow = Air(lambda: 0.001)
    one, _ = pair(slow)
    assert one.ensemble.status()["note"] is None
    far = Air(lambda: 0.05)
    unsure, _ = pair(far)
    far.run(3.0)
    status = unsure.ensemble.status()
    assert status["walls"][0]["uncertainty"] > 1 / 120
    assert "wall 2" in status["note"]


def test_an_address_that_never_answered_a_beat_is_told_nothing() -> None:
    """Else one small forged question would send two pictures to whomever it names."""
    air = Air(steady)
    one = Wall(air, 1, 0.0)
    stranger, address = str(uuid.UUID(int=9, version=4)), ("10.0.0.9", 9000)
    for _ in range(10):
        beat = Beat(stranger, "display", "stranger", "hall", 0, sent=int(one.now * 1e6) + 1)
        one.peers.hear(beat, address, one.now)
        air.run(0.2)
    assert one.peers.alive(one.now)
    assert not one.ensemble.hear(Ask(stranger), address, one.now)
    assert one.state.lead == 0.0
