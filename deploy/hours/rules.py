"""Opening hours as rules: a week, exceptions to it, and the hour of the daily restart. Pure."""

import datetime as dt
import difflib
import itertools
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import ConfigError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60
"""Minutes."""
SHORT = 4
"""Letters of a zone's abbreviation, such as KST or CEST, at most."""
CLOSED_MEANS = ("blackout", "stop")
"""What is done with the machines while it is closed."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after midnight; `end` may lie past the next midnight, at most a day after `start`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Special:
    """From `first` to `last`, both included, `spans` instead of what the week says."""

    first: dt.date
    last: dt.date
    spans: tuple[Span, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """`week`: from Monday; None: always open. `restart`: minutes after midnight, None for never. `patience`:
    minutes for which the restart waits until nobody draws."""

    zone: zoneinfo.ZoneInfo
    week: tuple[tuple[Span, ...], ...] | None = None
    exceptions: tuple[Special, ...] = ()
    restart: int | None = None
    patience: int = 30
    closed: str = CLOSED_MEANS[0]

    def spans(self, day: dt.date) -> tuple[Span, ...]:
        """Those that begin on this day. Of several exceptions for it, the one written last counts."""
        for exception in reversed(self.exceptions):
            if exception.first <= day <= exception.last:
                return exception.spans
        return (Span(0, DAY),) if self.week is None else self.week[day.weekday()]


KEYS = (*DAYS, "every_day", "closed", "restart", "patience", "exceptions")


def parse_rules(table: Mapping[str, Any], zone: str, where: str = "hours") -> Rules:
    """The `[hours]` of a gallery file. Raises `ConfigError` that names the key and what is allowed."""
    refuse_unknown(table, KEYS, where)
    closed = table.get("closed", CLOSED_MEANS[0])
    if closed not in CLOSED_MEANS:
        raise ConfigError(f"{where}: closed = {closed!r} must be one of {', '.join(CLOSED_MEANS)}")
    patience = table.get("patience", 30)
    if type(patience) is not int or not 0 <= patience <= 12 * 60:
        raise ConfigError(f"{where}: patience = {patience!r} must be minutes, 0 to {12 * 60}")
    week = None
    if "every_day" in table or any(day in table for day in DAYS):
        usual = _spans(table.get("every_day", []), f"{where}: every_day")
        week = tuple(_spans(table[day], f"{where}: {day}") if day in table else usual for day in DAYS)
    given = table.get("exceptions", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ConfigError(f"{where}: exceptions are written as [[{where}.exceptions]]")
    exceptions = tuple(_exception(one, f"{where}: exception {at}") for at, one in enumerate(given, 1))
    restart = None
    if "restart" in table:
        restart = _minutes(table["restart"], f"{where}: restart")
        if restart >= DAY:
            raise ConfigError(f"{where}: restart = {table['restart']!r} must be before 24:00")
    return Rules(find_zone(zone), week, exceptions, restart, patience, closed)


def find_zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    # Of two abbreviations that look alike, one may be half a world away: KST is not MST.
    known = sorted(zoneinfo.available_timezones()) if len(name) > SHORT else []
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "write it as in 'Asia/Seoul' or 'Europe/Berlin'"
    raise ConfigError(f"timezone = {name!r} is not known here; {hint}")


def refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise ConfigError(f"{where}: unknown setting {key!r}; {hint}")


def _exception(table: Mapping[str, Any], where: str) -> Special:
    refuse_unknown(table, ("date", "from", "to", "open", "note"), where)
    if ("date" in table) == ("from" in table) or ("from" in table) != ("to" in table):
        raise ConfigError(f"{where}: give date = 2026-12-24, or from = … and to = …")
    first, last = (_date(table.get(key, table.get("date")), where) for key in ("from", "to"))
    if last < first:
        raise ConfigError(f"{where}: it ends ({last}) before it begins ({first})")
    if "open" not in table:
        raise ConfigError(f'{where}: say open = ["10:00-14:00"], or open = [] for closed')
    return Special(first, last, _spans(table["open"], f"{where}: open"), str(table.get("note", "")))


def _date(value: Any, where: str) -> dt.date:
    if type(value) is dt.date:
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{where}: {value!r} is no date such as 2026-12-24") from None


def _spans(value: Any, where: str) -> tuple[Span, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError(f'{where} = {value!r} must be a list such as ["10:00-13:00", "14:00-18:00"]')
    spans = sorted((_span(word, where) for word in words), key=lambda span: span.start)
    for before, after in itertools.pairwise(spans):
        if after.start < before.end:
            raise ConfigError(f"{where} = {value!r}: two of these overlap")
    return tuple(spans)


def _span(text: str, where: str) -> Span:
    first, dash, second = text.replace("–", "-").replace(" ", "").partition("-")
    if not dash:
        raise ConfigError(f"{where}: {text!r} is not of the form 10:00-18:00")
    start, end = _minutes(first, where), _minutes(second, where)
    if start >= DAY or start == end:
        raise ConfigError(f"{where}: {text!r} has no length, or begins after 23:59 (all day is 00:00-24:00)")
    return Span(start, end if end > start else end + DAY)


def _minutes(value: Any, where: str) -> int:
    if isinstance(value, dt.time):  # TOML's own, as in 09:30:00
        return value.hour * 60 + value.minute
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", value, re.ASCII) if isinstance(value, str) else None
    if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > DAY:
        raise ConfigError(f"{where}: {value!r} is no time such as 09:30")
    return int(found[1]) * 60 + int(found[2])
