"""Visitors of all walls together, day by day: what the plot shows, and the same as CSV."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from common.spreadsheet import cell
from deploy.console.watched import Page, Watched, number

COUNTS = ("sessions", "submits", "answers", "doubts", "dwell")
MOST_DAYS = 62


def today(wall: Watched) -> int | None:
    """Sessions at one wall; None if it doesn't count."""
    found = wall.visitors.get("today")
    count = number(found, "sessions") if isinstance(found, dict) else None
    return None if count is None else int(count)


def days(walls: Sequence[Watched]) -> list[dict[str, Any]]:
    """`[{"date", "sessions", "submits", "answers", "doubts", "dwell"}, …]`, oldest first; dwell in s."""
    summed: dict[str, dict[str, Any]] = {}
    for wall in walls:
        for date, day in _days(wall):
            into = summed.setdefault(date, {"date": date} | dict.fromkeys(COUNTS, 0))
            for key in COUNTS:
                into[key] = round(into[key] + (number(day, key) or 0), 1)
    return [summed[date] for date in sorted(summed)][-MOST_DAYS:]


def table(walls: Sequence[Watched]) -> str:
    """CSV: a row for each day and wall that anything was counted at."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("day", "wall", *COUNTS))
    rows = [(date, wall.name, day) for wall in walls for date, day in _days(wall)]
    for date, name, day in sorted(rows, key=lambda row: row[:2]):
        counts = [number(day, key) or 0 for key in COUNTS]
        if any(counts):
            writer.writerow(
                (date, cell(name), *(f"{count:g}" if count % 1 else int(count) for count in counts))
            )
    return out.getvalue()


def _days(wall: Watched) -> list[tuple[str, Page]]:
    told = wall.visitors.get("days")
    found = []
    for day in told[-MOST_DAYS:] if isinstance(told, list) else []:
        if isinstance(day, dict) and _date(day.get("date")):
            found.append((day["date"], day))
    return found


def _date(text: Any) -> bool:
    try:
        return isinstance(text, str) and dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
