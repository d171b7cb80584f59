"""Two clocks told apart over a network that jitters, better than by the single best exchange."""

import random
from collections import deque
from collections.abc import Iterator

import numpy as np
import pytest

from common.offset import DRIFT, LATE, LONGEST, WINDOW, ClockFilter, Offset

JITTER = 10_000
"""Microseconds that a datagram takes at most, each way, evenly: 5 ± 5 ms."""
BURST = 8
APART = -3_600_000_000
"""Microseconds from our clock to the peer's at the beginning: it was switched on an hour later."""

Exchange = tuple[int, int, int, int]


def exchanges(seed: int, count: int, drift: float = DRIFT) -> Iterator[tuple[Exchange, float]]:
    """T1…T4 and the true offset (µs) at T4: a burst at 0.1 s, then one a second."""
    chance = random.Random(seed)
    now = 7_000_000_000.0

    def peers(ours: float) -> float:
        return ours + APART + drift * (ours - 7_000_000_000.0)

    for index in range(count):
        now += 100_000 if index < BURST else 1_000_000
        came = now + chance.uniform(0, JITTER)
        replied = came + chance.uniform(0, 90_000 if index < BURST else 950_000)
        back = replied + chance.uniform(0, JITTER)
        told = int(now), int(peers(came)), int(peers(replied)), int(back)
        yield told, peers(back) - back


def errors(drift: float, runs: int = 40, count: int = 150) -> dict[str, np.ndarray]:
    """Milliseconds off after convergence, of ours and of the single exchange with the smallest delay."""
    found: dict[str, list[float]] = {"ours": [], "smallest": [], "uncertainty": []}
    for seed in range(runs):
        clock = ClockFilter()
        window: deque[tuple[float, int, float]] = deque(maxlen=WINDOW)
        for index, ((t1, t2, t3, t4), true) in enumerate(exchanges(seed, count, drift)):
            assert clock.add(t1, t2, t3, t4)
            window.append(((t4 - t1) - (t3 - t2), t1, ((t2 - t1) + (t3 - t4)) / 2))
            if index < WINDOW:
                continue
            read = clock.read(t4)
            assert read
            best = min(window, key=lambda one: one[0] / 2 + DRIFT * (t4 - one[1]))
            found["ours"].append(abs(read.seconds * 1e6 - true) / 1e3)
            found["smallest"].append(abs(best[2] - true) / 1e3)
            found["uncertainty"].append(read.uncertainty * 1e3)
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.parametrize("drift", [0.0, DRIFT, -DRIFT])
def test_jitter_of_ten_milliseconds_leaves_less_than_two(drift: float) -> None:
    off = errors(drift)
    assert np.percentile(off["ours"], 99) < 2.0  # the issue asks for 5
    assert np.percentile(off["ours"], 99) < np.percentile(off["smallest"], 99)
    assert np.median(off["ours"]) < np.median(off["smallest"])
    assert (off["ours"] <= off["uncertainty"]).all()
    assert np.percentile(off["uncertainty"], 99) < 2.5


def test_the_first_second_is_enough_to_go_by() -> None:
    uncertain, off = [], []
    for seed in range(100):
        clock = ClockFilter()
        told_all = list(exchanges(seed, BURST))
        for told, _ in told_all:
            clock.add(*told)
        (last, true) = told_all[-1]
        read = clock.read(last[3])
        assert read
        uncertain.append(read.uncertainty)
        off.append(abs(read.seconds - true / 1e6))
    assert max(uncertain) < 0.005
    assert max(off) < 0.004
    assert all(error <= doubt for error, doubt in zip(off, uncertain, strict=True))


def test_one_exchange_is_the_formula_of_rfc_5905() -> None:
    clock = ClockFilter()
    assert clock.read(0) is None
    assert clock.add(1_000, 51_000, 53_000, 9_000)
    read = clock.read(9_000)
    assert read
    assert read.seconds == pytest.approx(((51_000 - 1_000) + (53_000 - 9_000)) / 2e6)
    assert read.uncertainty == pytest.approx((8_000 - 2_000) / 2e6, abs=3e-6)


def test_uncertainty_grows_with_age() -> None:
    clock = ClockFilter()
    clock.add(1_000, 51_000, 53_000, 9_000)
    young, old = clock.read(9_000), clock.read(60_009_000)
    assert young
    assert old
    assert old.uncertainty - young.uncertainty == pytest.approx(60 * DRIFT)


def steady(clock: ClockFilter, apart: int, start: int, count: int = 10) -> int:
    """Exchanges a second apart over a network that takes a millisecond; returns the time of the next."""
    for index in range(count):
        t1 = start + index * 1_000_000
        clock.add(t1, t1 + 1_000 + apart, t1 + 2_000 + apart, t1 + 3_000)
    return start + count * 1_000_000


def close(read: Offset | None, apart: int) -> bool:
    return read is not None and abs(read.seconds - apart / 1e6) <= read.uncertainty < 0.0015


def test_a_clock_that_was_started_anew_is_learnt_anew() -> None:
    clock = ClockFilter()
    now = steady(clock, 500_000_000, 0)
    assert close(clock.read(now), 500_000_000)
    now = steady(clock, -now + 20_000_000, now, count=1)  # it has been up for twenty seconds
    assert clock.exchanges == 1
    assert close(clock.read(now), -10_000_000 + 20_000_000)


@pytest.mark.parametrize("stepped", [-60_000_000, -1_000_000, -20_000, 20_000, 60_000_000])
def test_a_machine_that_slept_is_learnt_anew(stepped: int) -> None:
    clock = ClockFilter()
    now = steady(clock, 500_000_000, 0)
    now = steady(clock, 500_000_000 + stepped, now, count=3)
    assert clock.exchanges <= 3
    assert close(clock.read(now), 500_000_000 + stepped)


def test_what_comes_twice_or_late_counts_once() -> None:
    clock = ClockFilter()
    steady(clock, 0, 1_000_000)
    assert clock.exchanges == 10
    assert not clock.add(10_000_000, 10_001_000, 10_002_000, 10_900_000)  # the last one again
    assert not clock.add(9_000_000, 9_001_000, 9_002_000, 10_900_000)  # the one before it, overtaken
    assert clock.exchanges == 10


@pytest.mark.parametrize(
    "told",
    [
        (2_000_000, 1_000, 2_000, 1_000_000),  # said back before it was sent
        (1_000_000, 5_000_000, 4_999_000, 1_010_000),  # replied before it had heard
        (1_000_000, 1_000_000, 1_500_000, 1_400_000),  # held for longer than all of it took
        (1_000_000, 1_000_000, 1_000_001, 1_000_001 + LONGEST),  # too long ago
    ],
)
def test_what_cannot_have_happened_is_left_out(told: Exchange) -> None:
    clock = ClockFilter()
    assert not clock.add(*told)
    assert clock.read(told[3]) is None


def test_a_lie_about_the_end_of_time_is_got_over() -> None:
    clock = ClockFilter()
    now = steady(clock, 0, 1_000_000)
    clock.add(now, now + (1 << 52), now + (1 << 52), now + 1_000)
    now = steady(clock, 0, now + LATE)
    assert close(clock.read(now), 0)


def test_two_clocks_that_drift_more_than_they_may_still_read_sensibly() -> None:
    clock = ClockFilter()
    for told, true in exchanges(3, 300, drift=20 * DRIFT):
        clock.add(*told)
        read = clock.read(told[3])
        assert read
        assert read.uncertainty > 0
        assert abs(read.seconds - true / 1e6) < 0.015
