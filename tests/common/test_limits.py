"""One address may send so much and no more; a flood from invented ones shuts out newcomers only."""

import logging

import pytest

from common.counters import SOURCES as COUNTED
from common.counters import Counters
from common.limits import BURST_SECONDS, LOGGED, NEWCOMERS, NEWCOMERS_AT_ONCE, SOURCES, Limits

RATE = 100.0


def passed(limits: Limits, source: str, count: int, now: float) -> int:
    return sum(limits.allow(source, now) for _ in range(count))


def test_a_burst_passes_and_then_the_rate() -> None:
    counters = Counters()
    limits = Limits(counters, RATE)
    assert passed(limits, "10.0.0.9", 1000, 5.0) == RATE * BURST_SECONDS
    assert passed(limits, "10.0.0.9", 1000, 5.5) == RATE / 2
    assert passed(limits, "10.0.0.9", 1000, 900.0) == RATE * BURST_SECONDS
    assert counters.sources() == {"10.0.0.9": 3000 - RATE * 4.5}
    assert counters.snapshot() == {"dropped_flood": 3000 - RATE * 4.5}


def test_one_floods_and_another_is_heard() -> None:
    limits = Limits(Counters(), RATE)
    for step in range(100):
        passed(limits, "10.0.0.9", 1000, step / 10)
        assert limits.allow("10.0.0.7", step / 10)


def test_a_clock_that_stands_gives_nothing() -> None:
    limits = Limits(Counters(), RATE)
    passed(limits, "10.0.0.9", 1000, 5.0)
    assert not limits.allow("10.0.0.9", 5.0)
    assert not limits.allow("10.0.0.9", 4.0)


def test_invented_addresses_shut_out_newcomers_and_nobody_else() -> None:
    counters = Counters()
    limits = Limits(counters, RATE)
    assert limits.allow("10.0.0.7", 0.0)
    invented = (f"172.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(1 << 20))
    for second in range(60):
        let_in = sum(limits.allow(next(invented), second + n / 5000) for n in range(5000))
        assert let_in <= NEWCOMERS + 1 + (0 if second else NEWCOMERS_AT_ONCE)
        assert limits.allow("10.0.0.7", second + 0.9999)
    assert limits.allow("10.0.0.8", 100.0)
    assert len(limits._buckets) <= SOURCES
    assert counters.snapshot()["dropped_newcomer"] > 200_000


def test_the_log_names_a_few(caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(Counters(), 1.0)
    with caplog.at_level(logging.WARNING, "sandglass"):
        for n in range(50):
            passed(limits, f"10.0.0.{n}", 50, 1.0)
    named = [record for record in caplog.records if "sends more than" in record.getMessage()]
    assert len(named) == LOGGED


def test_the_worst_are_known_among_thousands() -> None:
    counters = Counters()
    for n in range(4000):
        counters.drop("size", "3 bytes", (f"10.1.{n >> 8}.{n & 255}", 5))
        counters.drop("size", "3 bytes", "10.0.0.9")
        if n % 2:
            counters.drop("tags", "MIDI", ("10.0.0.8", n))
    worst = counters.sources(2)
    assert list(worst) == ["10.0.0.9", "10.0.0.8"]
    assert worst["10.0.0.9"] >= 4000
    assert len(counters.sources(1000)) == COUNTED
