"""What walls of a group do together, in one process: see `walls`."""

import uuid
from dataclasses import replace

import pytest

from common.control import Control
from common.link import Address
from common.nodes import Ask, Beat, Picture, Stage
from common.peer import ALIVE
from common.wire import Preview
from display_node.ensemble.ensemble import LEAD
from display_node.events import Drawn, Staged
from display_node.show import FORGET
from display_node.state import Phase
from tests.display_node.ensemble.walls import (
    FRAME,
    STRANGE,
    Air,
    Wall,
    apart,
    differences,
    jittery,
    pair,
    steady,
    what,
)
from tests.display_node.test_show import INK, compiled


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
    alone = 0
    while what(one) != what(other) or one.state.phase is not Phase.TOURING:
        air.run(FRAME)
        alone += one.state.phase is not other.state.phase
    assert alone <= 1, "a frame that was due to the microsecond"
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


def test_a_pause_is_not_lost_to_what_another_wall_said_just_before() -> None:
    """What `one` announced waits for the next frame of `other`, where the operator's word comes first."""
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 2.0)
    one.command("seek", 7.0)
    while not any(isinstance(event, Staged) for event in other.posted):
        air.run(FRAME)
    other.posted.insert(0, Control("pause"))
    air.run(0.5)
    assert (one.state.clock.paused, other.state.clock.paused) == (True, True)
    assert apart(one, other) < 1e-6


@pytest.mark.parametrize("frames", range(8))
def test_a_pause_is_not_lost_to_a_tour_that_another_wall_begins_meanwhile(frames: int) -> None:
    """Its decision is the later one, but it did not know of the pause."""
    air = Air(jittery(loss=0.3, seed=frames))
    one, other = pair(air)
    one.command("pause")
    air.run(frames * FRAME)
    other.submit("b")
    air.run(3.0)
    assert (one.state.clock.paused, other.state.clock.paused) == (True, True)
    assert what(one) == what(other)
    one.command("play")
    air.run(LEAD + 1.0)
    assert (what(one)[0], what(other)[0]) == (Phase.TOURING, Phase.TOURING)
    assert apart(one, other) < 0.008


@pytest.mark.parametrize("frames", range(8))
def test_of_two_words_at_once_one_holds_everywhere(frames: int) -> None:
    """However they cross: what is said again is said once, so two walls do not argue."""
    air = Air(jittery(loss=0.3, seed=frames))
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 1.0)
    one.command("pause")
    air.run(frames * FRAME)
    other.command("speed", 2.0)
    air.run(1.5)
    assert one.state.clock.paused == other.state.clock.paused
    assert one.state.clock.resume == other.state.clock.resume
    held, sent = one.ensemble.held, air.sent
    air.run(5.0)
    assert one.ensemble.held == held
    assert air.sent - sent < 5 * (2 + 1) * 1.5


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


def test_when_the_conductor_is_gone_clocks_that_drift_stay_together() -> None:
    """A quarter of an hour of invitation, in which 100 ppm would be 90 ms."""
    air = Air(jittery())
    one = Wall(air, 1, 5000.0)
    fast = Wall(air, 2, 12.0, drift=50e-6, period=1 / 10)
    slow = Wall(air, 3, 7.0, drift=-50e-6, period=1 / 10)
    air.run(2.0)
    one.submit("a")
    air.run(LEAD + 1.0)
    one.close()
    air.run(900.0)
    assert apart(fast, slow) < 0.008


def test_who_conducted_and_was_started_again_does_not_lead_in_a_circle() -> None:
    """It learns the show from walls that learnt it from it: they must not drift around each other."""
    air = Air(jittery())
    one = Wall(air, 1, 5000.0, drift=50e-6, period=1 / 10)
    other = Wall(air, 2, 12.0, drift=-50e-6, period=1 / 10)
    air.run(2.0)
    one.submit("a")
    air.run(LEAD + 1.0)
    one.close()
    again = Wall(air, 1, 5000.0, drift=50e-6, period=1 / 10)
    air.run(600.0)
    assert again.ensemble.held == other.ensemble.held
    assert apart(again, other) < 0.008


def test_walls_that_rest_differently_stay_in_step() -> None:
    air = Air(steady)
    one, other = Wall(air, 1, 0.0, rest=3.0), Wall(air, 2, 0.0, rest=40.0)
    air.run(2.0)
    other.submit("a")
    air.run(2.0)
    one.submit("b", 2)
    assert max(differences(air, one, other, 150.0, switches=8)) < 0.002


def test_a_pause_in_the_answer_ends_on_all_walls_at_once() -> None:
    air = Air(jittery())
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 33.0)
    assert other.state.phase is Phase.ANSWERED
    other.command("pause")
    air.run(30.0)
    late = Wall(air, 3, 99.0)
    air.run(5.0)
    assert late.state.clock.paused, "a paused group stays paused when somebody joins"
    one.command("play")
    air.run(20.0)
    assert what(one)[0] is Phase.IDLE
    assert max(apart(one, other), apart(one, late)) < 0.008


def test_a_wall_that_takes_longer_than_the_tour_joins_what_comes_after() -> None:
    air = Air(steady)
    takes = 0.1
    one, slow = Wall(air, 1, 5.0), Wall(air, 2, 0.0, compiling=lambda: takes)
    air.run(2.0)
    takes = 60.0
    one.submit("a")
    air.run(2.0)
    takes = 0.1
    air.run(70.0)
    assert apart(one, slow) < 0.002


def test_a_slow_wall_does_not_send_a_running_show_away() -> None:
    """Its drawing is forgotten, or submitted, while it compiles what the others show already."""
    air = Air(steady)
    one, slow = Wall(air, 1, 5.0), Wall(air, 2, 0.0, compiling=lambda: 2.5)
    air.run(6.0)
    slow.pen(Preview("b", 1, 1, INK))
    air.run(FORGET - 1.0)
    one.submit("a")
    air.run(1.5)
    slow.posted.append(replace(compiled("b", 2), exhibit="e"))
    air.run(2.0)
    assert [wall.toured[-1][1:] for wall in (one, slow)] == [("a", 1)] * 2
    air.run(32.0)
    assert slow.toured[-1][1:] == ("b", 2)


@pytest.mark.parametrize("form", ["", "colossal"])
def test_what_another_version_shows_is_left_out_and_ours_goes_on(form: str) -> None:
    air = Air(steady)
    one, other = pair(air)
    if form:
        tell = one.ensemble._link.send
        renamed = b"colossal\0\0\0\0"
        one.send = lambda datagram, to: tell(datagram.replace(b"full\0\0\0\0", renamed), to)  # type: ignore[method-assign]
    one.submit("a", exhibit=STRANGE if not form else "e")
    air.run(LEAD + 3.0)
    assert one.state.phase is Phase.TOURING
    assert other.state.phase is Phase.IDLE
    assert not other.state.following
    other.submit("b")
    air.run(LEAD + 1.0)
    assert what(one) == what(other)
    assert other.state.phase is Phase.TOURING


def test_who_cannot_show_a_tour_comes_back_for_what_follows() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.submit("a", exhibit=STRANGE)
    air.run(LEAD + 30.0 + 12.0 + 4.0)
    assert one.state.phase is Phase.IDLE
    assert apart(one, other) < 0.002


def test_walls_take_turns() -> None:
    """At each wall a station that submits again and again: none is shut out, whoever's frames come later."""
    air = Air(steady)
    walls = [Wall(air, number, 0.0) for number in (1, 2, 3)]
    air.run(2.0)
    for drawing in range(150):
        for wall in walls:
            wall.submit(f"at {wall.id[-1]}", drawing)
        air.run(2.0)
    seen = [station for _, station, _ in walls[0].toured]
    assert len(seen) > 20
    for turn in range(3, len(seen)):
        assert len(set(seen[turn - 3 : turn + 1])) == 3, seen


def test_reset_before_the_beginning_is_a_reset_everywhere() -> None:
    air = Air(steady)
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD / 2)
    one.command("reset")
    air.run(2.0)
    assert one.state.phase is Phase.IDLE
    assert one.state.waiting == ()
    assert apart(one, other) < 0.002


def test_a_seek_beyond_the_end_is_the_answer_everywhere() -> None:
    air = Air(jittery())
    one, other = pair(air)
    one.submit("a")
    air.run(LEAD + 2.0)
    other.command("seek", 9999.0)
    air.run(1.0)
    assert (one.state.phase, other.state.phase) == (Phase.ANSWERED, Phase.ANSWERED)
    air.run(12.0)
    assert one.state.phase is Phase.IDLE
    assert apart(one, other) < 0.008


def test_after_quiet_nobody_decides_any_more() -> None:
    air = Air(jittery(loss=0.3))
    walls = [*pair(air), Wall(air, 3, 77.0)]
    walls[0].submit("a")
    air.run(60.0)
    held = [wall.ensemble.held for wall in walls]
    assert len(set(held)) == 1
    sent = air.sent
    air.run(60.0)
    assert [wall.ensemble.held for wall in walls] == held
    assert air.sent - sent < 60 * (6 + 2) * 1.2, "six beats a second and two words of the pace"


def test_a_wall_that_hung_takes_over_what_the_others_show() -> None:
    """Nothing was decided meanwhile, so nobody's stamp tells that it is parts of the invitation behind."""
    air = Air(steady)
    one, hung = pair(air)
    hung.asleep = air.now + 80.0
    air.run(85.0)
    assert one.ensemble.held == hung.ensemble.held
    assert apart(one, hung) < 0.002
