"""Opening hours as desired state: the same instant asks for the same, whatever happened before it."""

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ConfigError
from deploy.hours.plan import Change, Opening, opening, overdue, plan, restart_due
from deploy.hours.rules import Rules, parse_rules

BERLIN = "Europe/Berlin"
WEEK: dict[str, Any] = {
    "every_day": ["10:00-18:00"],
    "monday": [],
    "thursday": ["10:00-13:00", "14:00-21:00"],
    "saturday": ["20:00-02:00"],
    "restart": "09:30",
    "exceptions": [
        {"from": dt.date(2026, 12, 24), "to": "2026-12-26", "open": []},
        {"date": dt.date(2026, 12, 25), "open": "12:00-14:00", "note": "the later one counts"},
    ],
}


def rules(table: dict[str, Any] = WEEK, zone: str = BERLIN) -> Rules:
    return parse_rules(table, zone)


def at(text: str, zone: str = BERLIN, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=rules({}, zone).zone, fold=fold)


def clock(when: dt.datetime | None) -> str:
    return when.strftime("%m-%d %H:%M %Z") if when else "never"


@pytest.mark.parametrize(
    ("now", "is_open", "until"),
    [
        ("2026-06-02T09:59:59", False, "06-02 10:00 CEST"),  # a Tuesday
        ("2026-06-02T10:00", True, "06-02 18:00 CEST"),
        ("2026-06-02T18:00", False, "06-03 10:00 CEST"),
        ("2026-06-04T13:30", False, "06-04 14:00 CEST"),  # the second of Thursday's spans
        ("2026-06-04T20:59", True, "06-04 21:00 CEST"),
        ("2026-06-06T23:59", True, "06-07 02:00 CEST"),  # past midnight …
        ("2026-06-07T01:00", True, "06-07 02:00 CEST"),  # … it is still Saturday's
        ("2026-06-07T02:00", False, "06-07 10:00 CEST"),
        ("2026-06-07T19:00", False, "06-09 10:00 CEST"),  # Monday is closed
        ("2026-12-24T12:00", False, "12-25 12:00 CET"),
        ("2026-12-25T13:00", True, "12-25 14:00 CET"),
        ("2026-12-25T15:00", False, "12-27 10:00 CET"),  # the 26th is a Saturday, and closed
    ],
)
def test_an_instant_asks_for_one_thing(now: str, is_open: bool, until: str) -> None:
    found = opening(rules(), at(now))
    assert (found.open, clock(found.until)) == (is_open, until)


def test_nothing_said_is_always_open() -> None:
    assert opening(rules({}), at("2026-06-02T03:00")) == Opening(True, True, None)
    assert opening(rules({"every_day": ["00:00-24:00"]}), at("2026-06-02T03:00")) == Opening(True, True, None)
    assert plan(rules({"every_day": ["00:00-24:00"]}), at("2026-06-02T03:00"), 72) == []


def test_a_long_break_is_looked_over() -> None:
    table = {
        "every_day": ["10:00-18:00"],
        "exceptions": [{"from": "2026-07-01", "to": "2027-05-31", "open": []}],
    }
    assert clock(opening(rules(table), at("2026-07-15T12:00")).until) == "06-01 10:00 CEST"
    assert opening(rules({"every_day": []}), at("2026-07-15T12:00")) == Opening(False, True, None)


@pytest.mark.parametrize("when", ["1970-01-01T00:00:12", "2024-12-31T23:00"])
def test_a_clock_that_was_never_set_keeps_it_open(when: str) -> None:
    found = opening(rules(), at(when))
    assert (found.open, found.known, found.word) == (True, False, "unknown")
    assert restart_due(rules(), at(when), None, 1e9) is None


def test_the_clocks_go_forward() -> None:
    """Sunday 29 March 2026: 02:00 CET is 03:00 CEST."""
    night = rules({"saturday": ["20:00-02:30"], "sunday": ["02:15-04:00"]})
    assert plan(night, at("2026-03-28T19:00"), 12) == [
        Change(at("2026-03-28T20:00"), "opens"),
        Change(at("2026-03-29T04:00"), "closes"),  # 02:30 comes at 03:30; Sunday's span has begun by then
    ]
    short = rules({"sunday": ["00:00-06:00"]})
    assert opening(short, at("2026-03-29T05:59")).open
    opens, closes = plan(short, at("2026-03-28T23:30"), 12)
    assert (closes.at - opens.at).total_seconds() in (5 * 3600, 6 * 3600)
    assert closes.at.astimezone(dt.UTC) - opens.at.astimezone(dt.UTC) == dt.timedelta(hours=5)


def test_the_clocks_go_back() -> None:
    """Sunday 25 October 2026: 03:00 CEST is 02:00 CET, so 02:30 comes twice; the first counts."""
    night = rules({"saturday": ["20:00-02:30"]})
    assert opening(night, at("2026-10-25T02:29")).open
    assert not opening(night, at("2026-10-25T02:29", fold=1)).open
    long = rules({"sunday": ["00:00-06:00"]})
    opens, closes = plan(long, at("2026-10-24T23:30"), 12)
    assert closes.at.astimezone(dt.UTC) - opens.at.astimezone(dt.UTC) == dt.timedelta(hours=7)


def test_a_restart_in_the_hour_that_comes_twice_is_done_once() -> None:
    twice = rules({"restart": "02:30"})
    first, second = at("2026-10-25T02:31"), at("2026-10-25T02:31", fold=1)
    assert restart_due(twice, first, dt.date(2026, 10, 24), 1e5) == dt.date(2026, 10, 25)
    assert restart_due(twice, second, dt.date(2026, 10, 25), 3600) is None
    never = rules({"restart": "02:30"})  # and in spring, where there is no 02:30, it comes all the same
    assert restart_due(never, at("2026-03-29T03:29"), dt.date(2026, 3, 28), 1e5) is None
    assert restart_due(never, at("2026-03-29T03:31"), dt.date(2026, 3, 28), 1e5) == dt.date(2026, 3, 29)


def test_a_reboot_after_opening_time_needs_no_event() -> None:
    """Whoever wakes up at 11:00 knows that it is open, and that a process of 10:59 is fresh."""
    assert opening(rules(), at("2026-06-02T11:00")).open
    assert restart_due(rules(), at("2026-06-02T11:00"), dt.date(2026, 6, 1), 60) is None


def test_a_clock_that_jumps_an_hour_restarts_nothing_twice() -> None:
    day = dt.date(2026, 6, 2)
    assert (
        restart_due(rules(), at("2026-06-02T09:40"), day - dt.timedelta(1), 80_000) == day
    )  # an hour too early
    assert restart_due(rules(), at("2026-06-02T08:45"), day, 300) is None  # put right
    assert (
        restart_due(rules(), at("2026-06-02T09:31"), day, 3060) is None
    )  # the hour comes again, the day doesn't
    assert restart_due(rules(), at("2026-06-03T09:31"), day, 89_460) == day + dt.timedelta(1)


def test_a_clock_that_was_once_a_month_ahead_stops_no_restart() -> None:
    day, wrong = dt.date(2026, 6, 2), dt.date(2026, 7, 2)
    assert restart_due(rules(), at("2026-06-02T09:31"), wrong, 80_000) == day
    assert restart_due(rules(), at("2026-06-02T09:40"), wrong, 500) is None, "what is fresh stays"


def test_a_restart_waits_for_a_visitor_but_not_for_ever() -> None:
    patient = rules({"restart": "23:50", "patience": 20})
    day = dt.date(2026, 6, 2)
    assert not overdue(patient, at("2026-06-02T23:51"), day)
    late = at("2026-06-03T00:10")
    assert restart_due(patient, late, day - dt.timedelta(1), 80_000) == day, "midnight forgives nothing"
    assert overdue(patient, late, day)


def test_the_plan_is_what_the_instants_say() -> None:
    found = [(change.what, clock(change.at)) for change in plan(rules(), at("2026-06-06T09:00"), 28)]
    assert found == [
        ("restarts", "06-06 09:30 CEST"), ("opens", "06-06 20:00 CEST"), ("closes", "06-07 02:00 CEST"),
        ("restarts", "06-07 09:30 CEST"), ("opens", "06-07 10:00 CEST"),
    ]  # fmt: skip


TIMES = st.integers(0, 23 * 60 + 59).map(lambda m: f"{m // 60:02}:{m % 60:02}")


@given(
    st.lists(st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]), min_size=7, max_size=7),
    st.datetimes(dt.datetime(2025, 3, 1), dt.datetime(2028, 12, 31)),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Seoul", "UTC"]),
)
def test_until_is_the_first_change_of_the_plan(
    week: list[tuple[str, str]], naive: dt.datetime, zone: str
) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    made = rules({day: [f"{start}-{end}"] for day, (start, end) in zip(days, week, strict=True)}, zone)
    now = naive.replace(tzinfo=dt.UTC)
    found = opening(made, now)
    changes = plan(made, now, 24 * 9)
    assert found.until is not None or not changes
    if found.until is not None:
        assert changes[0] == Change(found.until, "closes" if found.open else "opens")
        just = dt.timedelta(microseconds=1)
        assert opening(made, found.until.astimezone(dt.UTC) - just).open is found.open
        assert opening(made, found.until).open is not found.open
    for one, next_ in itertools.pairwise(changes):
        assert one.what != next_.what, "openings and closings take turns"


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"mondy": []}, "did you mean 'monday'"),
        ({"monday": "ten to six"}, "10:00-18:00"),
        ({"monday": ["10:00-25:00"]}, "25:00"),
        ({"monday": ["10:60-11:00"]}, "10:60"),
        ({"monday": ["10:00-10:00"]}, "no length"),
        ({"monday": ["10:00-12:00", "11:00-13:00"]}, "overlap"),
        ({"monday": 10}, "list"),
        ({"restart": "24:00"}, "24:00"),
        ({"restart": 9}, "09:30"),
        ({"patience": -1}, "patience"),
        ({"closed": "asleep"}, "blackout, stop"),
        ({"exceptions": [{"date": "2026-02-30", "open": []}]}, "2026-02-30"),
        ({"exceptions": [{"from": "2026-03-02", "to": "2026-03-01", "open": []}]}, "before it begins"),
        ({"exceptions": [{"from": "2026-03-02", "open": []}]}, "from"),
        ({"exceptions": [{"date": "2026-03-02"}]}, "open = []"),
        ({"exceptions": [{"date": "2026-03-02", "opens": []}]}, "did you mean 'open'"),
        ({"exceptions": {}}, "[[hours.exceptions]]"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError) as error:
        rules(table)
    assert named in str(error.value)


def test_a_zone_that_is_not_known_is_guessed() -> None:
    with pytest.raises(ConfigError, match="did you mean 'Europe/Vienna'"):
        rules({}, "Europe/Wien")


@pytest.mark.parametrize("zone", ["KST", "CEST", "PST"])
def test_no_abbreviation_is_guessed_from_another(zone: str) -> None:
    """KST looks like MST, and is sixteen hours away."""
    with pytest.raises(ConfigError, match="write it as in 'Asia/Seoul'"):
        rules({}, zone)
