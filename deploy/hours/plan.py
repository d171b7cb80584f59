"""What the rules ask for at an instant, and what they will ask for next. Pure: the instant is handed in."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from deploy.hours.rules import Rules

UTC = dt.UTC
FIRST_YEAR = 2025
"""A clock that shows less was never set: without a battery it begins in 1970, or when it was made."""
APART = 86_400.0
"""Seconds between a clock and the board's own that are too many: one that is kept in local time differs by
hours, one whose battery is flat by years."""
AHEAD = (8, 40, 400)
"""Days to look ahead for a change: a week, a break, and over a year of always the same."""
LOOK_BACK = 2
"""Days before today whose openings may reach into it: one, and one for the zone's own jumps."""


@dataclass(frozen=True, slots=True)
class Opening:
    """`known`: the clock is to be believed; where not, it is open, since an unlit wall helps nobody. `until`:
    when `open` changes, None for never within the horizon, or not known."""

    open: bool
    known: bool
    until: dt.datetime | None

    @property
    def word(self) -> str:
        """As the keeper reports it."""
        return ("open" if self.open else "closed") if self.known else "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    at: dt.datetime
    what: str
    """`opens`, `closes` or `restarts`."""


def opening(rules: Rules, now: dt.datetime, lost: bool = False) -> Opening:
    """What is asked for at `now`, which knows its zone; `lost`: what this clock shows is a guess."""
    if lost or not believable(now):
        return Opening(True, False, None)
    if rules.week is None and not rules.exceptions:
        return Opening(True, True, None)
    today = _day(rules, now)
    is_open = False
    for days in AHEAD:  # nearly always the first look is far enough
        stretches = _stretches(rules, today - dt.timedelta(LOOK_BACK), today + dt.timedelta(days))
        here = [end for start, end in stretches if start <= now < end]
        is_open, changes = bool(here), here or [start for start, _ in stretches if start > now]
        if changes and changes[0] < _instant(rules, today + dt.timedelta(days), 0):
            return Opening(is_open, True, changes[0].astimezone(rules.zone))
    return Opening(is_open, True, None)


def plan(rules: Rules, start: dt.datetime, hours: float) -> list[Change]:
    """Every change after `start`, up to `hours` later, in order."""
    end = start + dt.timedelta(hours=hours)
    first, last = _day(rules, start) - dt.timedelta(LOOK_BACK), _day(rules, end) + dt.timedelta(1)
    found = []
    for opens, closes in _stretches(rules, first, last + dt.timedelta(1)):
        found += [Change(opens, "opens"), Change(closes, "closes")]
    for day in _days(first, last):
        if rules.restart is not None:
            found.append(Change(_instant(rules, day, rules.restart), "restarts"))
    local = [Change(change.at.astimezone(rules.zone), change.what) for change in found]
    return sorted((one for one in local if start < one.at <= end), key=lambda change: change.at)


def restart_due(rules: Rules, now: dt.datetime, last: dt.date | None, age: float) -> dt.date | None:
    """The day for which a process should be started again now, or None.

    `last`: the day for which that was done last; `age`: seconds since the process was started, told by a
    clock that doesn't jump. Once for each day of the calendar, whatever the clock does: one put back an hour
    comes to the restart's time again, but not to its day; and what was started after it is fresh already.
    A `last` that is further ahead is of a clock that was wrong then, and says nothing.
    """
    if rules.restart is None or not believable(now):
        return None
    day = _day(rules, now)
    if now < (due := _instant(rules, day, rules.restart)):  # the last one was yesterday's, perhaps still owed
        day -= dt.timedelta(1)
        due = _instant(rules, day, rules.restart)
    if last is not None and day <= last <= day + dt.timedelta(1):
        return None
    return day if age > (now - due).total_seconds() else None


def overdue(rules: Rules, now: dt.datetime, day: dt.date) -> bool:
    """Whether the restart of `day` has waited long enough for a visitor to finish."""
    due = _instant(rules, day, rules.restart or 0)
    return now >= due + dt.timedelta(minutes=rules.patience)


def believable(now: dt.datetime) -> bool:
    return now.year >= FIRST_YEAR


def strayed(now: dt.datetime, boards: Collection[float]) -> bool:
    """Whether a clock that nobody has synchronised shows another day than the board's own clocks do.

    Without a battery the board's begins anywhere. Then systemd has the system's go on from where the power
    was cut, which is after closing time, and it would be closed for most of the next day. `boards`: what they
    show, in seconds since 1970. A machine that has none, such as a container, gives no reason for doubt.
    """
    return bool(boards) and all(abs(now.timestamp() - shown) > APART for shown in boards)


def _stretches(rules: Rules, first: dt.date, last: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """When it is open, from the openings of the days `first` to `last`; those that touch are one."""
    spans = []
    for day in _days(first, last):
        for span in rules.spans(day):
            start, end = _instant(rules, day, span.start), _instant(rules, day, span.end)
            if start < end:  # an hour that the change of clocks swallows is none
                spans.append((start, end))
    spans.sort()
    merged: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _instant(rules: Rules, day: dt.date, minutes: int) -> dt.datetime:
    """When the clock on the wall shows that. An hour that is skipped counts as after it, one that comes twice
    as its first coming (PEP 495's fold = 0)."""
    whole, rest = divmod(minutes, 24 * 60)
    time = dt.time(rest // 60, rest % 60)
    local = dt.datetime.combine(day + dt.timedelta(whole), time, rules.zone)
    return local.astimezone(UTC)


def _day(rules: Rules, now: dt.datetime) -> dt.date:
    return now.astimezone(rules.zone).date()


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(step) for step in range((last - first).days + 1)]
