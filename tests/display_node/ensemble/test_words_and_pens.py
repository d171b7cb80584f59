"""What is said and drawn at the wrong moment: at rest, while somebody draws, while a show is made ready."""

import pytest

from common.peers import Mine
from common.wire import Preview
from display_node.ensemble.insisting import WAIT
from display_node.state import Phase
from tests.display_node.ensemble.walls import Air, Wall, jittery, pair, steady, together, what
from tests.display_node.test_show import INK

A_PART = 24.0
"""Seconds of the invitation's parts here."""


@pytest.mark.parametrize("pressed", [0, 1])
@pytest.mark.parametrize(("verb", "value"), [("pause", None), ("seek", 2.0), ("speed", 2.0)])
def test_after_a_word_at_rest_the_invitation_goes_on(pressed: int, verb: str, value: float | None) -> None:
    air = Air(steady)
    walls = pair(air)
    air.run(3.0)
    walls[pressed].command(verb, value)
    air.run(1.0)
    walls[pressed].command("play")
    seen = set()
    for _ in range(round(6 * A_PART)):
        air.run(1.0)
        if together(walls):
            seen.add(walls[0].state.invitation.number)
    assert len(seen) >= 6, "part after part, each of them together"


@pytest.mark.parametrize("pressed", [0, 1])
@pytest.mark.parametrize(("verb", "value", "rate"), [("pause", None, 0.0), ("speed", 0.5, 0.5)])
def test_a_word_said_while_somebody_draws_holds_for_the_tour(
    pressed: int, verb: str, value: float | None, rate: float
) -> None:
    air = Air(steady)
    walls = pair(air)
    there = walls[1 - pressed]
    for number in range(20):
        there.pen(Preview("s", 1, number, INK))
        air.run(0.05)
    assert [wall.state.phase for wall in walls] == [Phase.DRAWING] * 2
    walls[pressed].command(verb, value)
    air.run(2.0)
    there.submit("s")
    air.run(3.0)
    assert [wall.state.clock.rate for wall in walls] == [rate] * 2
    walls[pressed].command("play")
    walls[pressed].command("speed", 1.0)
    air.run(2.0)
    assert [wall.state.clock.rate for wall in walls] == [1.0] * 2, "and is not said again for ever"


@pytest.mark.parametrize("seed", range(6))
def test_of_two_pens_at_once_all_walls_show_the_same(seed: int) -> None:
    air = Air(jittery(seed=seed))
    walls = pair(air)
    for number in range(60):  # each wall hears its own station first
        walls[0].pen(Preview("second", 1, number, INK))
        walls[1].pen(Preview("first", 1, number, INK))
        air.run(1 / 60)
    assert [(wall.state.phase, wall.state.pen) for wall in walls] == [(Phase.DRAWING, "first")] * 2


def test_a_pen_that_came_later_takes_nothing_away() -> None:
    air = Air(steady)
    wall = Wall(air, 1, 0.0)
    for number in range(30):
        wall.pen(Preview("second", 1, number, INK))
        air.run(1 / 60)
    wall.pen(Preview("first", 1, 0, INK))
    air.run(1 / 60)
    assert wall.state.pen == "second"


@pytest.mark.parametrize("compiling", [0.3, 1.0, 1.5])
def test_a_word_while_a_show_is_made_ready_is_about_that_show(compiling: float) -> None:
    air = Air(steady)
    quick = Wall(air, 1, 5000.0)
    slow = Wall(air, 2, 12.0, compiling=lambda: compiling)
    air.run(4.0)
    quick.submit("s")
    air.run(0.25)
    slow.command("pause")
    air.run(compiling + 1.0)
    assert what(slow) == what(quick)
    assert [wall.state.clock.paused for wall in (quick, slow)] == [True, True]
    slow.command("play")
    air.run(1.0)
    assert [wall.state.phase for wall in (quick, slow)] == [Phase.TOURING] * 2
    assert together([quick, slow])
    assert len(quick.toured) == len(slow.toured) == 1, "nobody's tour was ended by it"


def test_a_word_does_not_wait_for_ever() -> None:
    air = Air(steady)
    quick = Wall(air, 1, 5000.0)
    slow = Wall(air, 2, 12.0, compiling=lambda: 10.0)
    air.run(12.0)
    quick.submit("s")
    air.run(1.0)
    slow.command("pause")
    air.run(WAIT)
    assert slow.state.clock.paused


def test_who_comes_asks_nobody_whose_picture_stands_still() -> None:
    air = Air(steady)
    frozen, other = pair(air)
    frozen.submit("s")
    air.run(3.0)

    def beat_only() -> None:
        stamp, conductor = frozen.ensemble.held
        for datagram, to in frozen.peers.due(frozen.now, Mine(stamp, conductor, 0, fresh=False)):
            frozen.send(datagram, to)

    frozen.frame = beat_only  # type: ignore[method-assign]
    air.run(1.0)
    late = Wall(air, 3, 900.0)
    air.run(2.0)
    assert together([other, late])
    assert late.state.phase is Phase.TOURING
