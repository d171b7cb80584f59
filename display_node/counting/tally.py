"""What happened at the stations, added up by day and station. Pure: told what time and which day it is.

A session is what one station does without a break of more than `GAP`; its dwell is the time from its first to
its last sign of life. Signs of life are the pen, a submit, and, while the wall's time runs, the station's
own drawing waiting for it or touring on it: who watches has not left. A drawing that is left lying is none,
nor is a wiped canvas, since stations wipe theirs by themselves.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date

GAP = 30.0
"""Seconds without a sign of life after which it is somebody else's session.

Longer than a pause for thought, and than the 20 s after which a station wipes what was left on it.
"""
MOST_STATIONS = 64
"""Stations with a name of their own on one day. Names come from the network: they must not fill our disk."""
OTHERS = "…"
"""Where all further ones are counted."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`doubts` are answers that the network was not sure of; `dwell` in seconds."""

    sessions: int = 0
    submits: int = 0
    answers: int = 0
    doubts: int = 0
    dwell: float = 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


NOTHING = Counts()


class Sheet:
    """Counts by day and station."""

    def __init__(self) -> None:
        self._days: dict[date, dict[str, Counts]] = {}

    def add(self, day: date, station: str, counts: Counts) -> None:
        stations = self._days.setdefault(day, {})
        stations[station] = stations.get(station, NOTHING) + counts

    def merge(self, other: "Sheet") -> None:
        for day, station, counts in other.rows():
            self.add(day, station, counts)

    def rows(self) -> Iterator[tuple[date, str, Counts]]:
        """In the order of days and stations."""
        for day, stations in sorted(self._days.items()):
            for station, counts in sorted(stations.items()):
                yield day, station, counts

    def day(self, day: date) -> Counts:
        """Of all stations together."""
        return sum(self._days.get(day, {}).values(), NOTHING)

    def place(self, day: date, station: str) -> str:
        """Under which name a station is counted."""
        stations = self._days.get(day, {})
        return station if station in stations or len(stations) < MOST_STATIONS else OTHERS

    def __bool__(self) -> bool:
        return bool(self._days)


class Tally:
    """Turns signs of life into counts. `sheet` holds all of them, `take` gives what is new.

    Days are whatever the machine's calendar says at that moment: where its clock is set back, a day goes on.
    """

    def __init__(self) -> None:
        self.sheet, self._new = Sheet(), Sheet()
        self._last: OrderedDict[str, float] = OrderedDict()

    def sign(self, station: str, now: float, day: date) -> None:
        """Somebody is there. `now`: monotonic seconds."""
        before = self._last.get(station)
        self._last[station] = now if before is None else max(before, now)
        self._last.move_to_end(station)
        if len(self._last) > MOST_STATIONS:
            self._last.popitem(last=False)
        if before is None or now - before > GAP:
            self._add(station, day, Counts(sessions=1))
        elif now > before:
            self._add(station, day, Counts(dwell=now - before))

    def submit(self, station: str, now: float, day: date) -> None:
        self.sign(station, now, day)
        self._add(station, day, Counts(submits=1))

    def answer(self, station: str, sure: bool, day: date) -> None:
        """No sign of life: the network answers whether or not anybody waits for it."""
        self._add(station, day, Counts(answers=1, doubts=0 if sure else 1))

    def take(self) -> Sheet:
        new, self._new = self._new, Sheet()
        return new

    def _add(self, station: str, day: date, counts: Counts) -> None:
        name = self.sheet.place(day, station)
        for sheet in (self.sheet, self._new):
            sheet.add(day, name, counts)


def rounded(counts: Counts) -> Counts:
    """Tenths of a second: what is told, and all that anybody should believe of it."""
    return replace(counts, dwell=round(counts.dwell, 1))
