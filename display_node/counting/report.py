"""The counts for others: JSON for a console, CSV for a spreadsheet, rows for a table on a terminal."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any, TextIO

from common.spreadsheet import cell
from display_node.counting.tally import Counts, Sheet, rounded

DAYS = 30
"""Days on the page, today included."""
COLUMNS = ("day", "station", *(field.name for field in fields(Counts)))


def document(sheet: Sheet, today: date, days: int = DAYS) -> bytes:
    """`{"today": day, "days": [day, …]}`, oldest first and today last, none left out; each day is

    `{"date": "2026-11-21", "sessions": n, "submits": n, "answers": n, "doubts": n, "dwell": s, "mean": s}`:
    seconds that all sessions lasted together, and one on average, null without any.
    """
    wanted = [today - timedelta(days=back) for back in reversed(range(days))]
    told = [_told(sheet, day) for day in wanted]
    return json.dumps({"today": told[-1], "days": told}).encode()


def _told(sheet: Sheet, day: date) -> dict[str, Any]:
    counts = rounded(sheet.day(day))
    mean = round(counts.dwell / counts.sessions, 1) if counts.sessions else None
    return {"date": day.isoformat(), **asdict(counts), "mean": mean}


def rows(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    """A row for each day and station, in the order of `COLUMNS`."""
    for day, station, counts in sheet.rows():
        yield (day.isoformat(), station, *(str(value) for value in asdict(rounded(counts)).values()))


def write_csv(sheet: Sheet, to: TextIO) -> None:
    """For a spreadsheet, which must not take the name of a station for a formula."""
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(COLUMNS)
    for day, station, *numbers in rows(sheet):
        writer.writerow((day, cell(station), *numbers))
