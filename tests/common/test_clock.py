"""Time as an affine map: three numbers, no jumps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import ShowClock

times = st.floats(-1e5, 1e5)
rates = st.floats(0.1, 8.0)
clocks = st.builds(ShowClock, times, times, rates, rates)


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-5)


@given(clocks, times, st.floats(0, 1e4))
def test_time_passes_at_its_rate(clock: ShowClock, real: float, passed: float) -> None:
    assert clock.show(real + passed) - clock.show(real) == close(clock.rate * passed)


@given(clocks, times, rates)
def test_no_operation_makes_a_jump(clock: ShowClock, real: float, rate: float) -> None:
    here = clock.show(real)
    for other in (clock.pause(real), clock.play(real), clock.speed(real, rate), clock.pause(real).play(real)):
        assert other.show(real) == close(here)


@given(clocks, times, times)
def test_seek_reads_what_was_asked_and_keeps_the_rate(clock: ShowClock, real: float, show: float) -> None:
    moved = clock.seek(real, show)
    assert moved.show(real) == show
    assert moved.rate == clock.rate


@given(clocks, times, st.floats(0, 1e5), rates)
def test_a_pause_holds_and_remembers_the_speed(
    clock: ShowClock, real: float, later: float, rate: float
) -> None:
    held = clock.pause(real).speed(real, rate)
    assert held.paused
    assert held.show(real + later) == close(clock.show(real))
    assert held.play(real).rate == rate


def test_a_clock_starts_at_nothing() -> None:
    clock = ShowClock.starting(1000.0, 2.0)
    assert (clock.show(1000.0), clock.show(1003.0)) == (0.0, 6.0)
    assert ShowClock.starting(0.0, 0.0).play(0.0).rate == 1.0
