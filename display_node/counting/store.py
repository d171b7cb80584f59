"""The counts on disk, in SQLite: rows are only ever added, and days that are over are joined into one each.

A row says what came since the row before: day, station, five numbers. A busy station makes one every few
seconds, 40 bytes each; the next day its rows become one. Ten stations for ten years are two megabytes.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from common.errors import DataError
from display_node.counting.tally import Counts, Sheet

NAME = "visitors.sqlite3"
PATIENCE = 2.0
"""Seconds for which somebody else may keep the file locked; after that it is tried again later."""
_TABLE = """CREATE TABLE IF NOT EXISTS counts (
    day TEXT NOT NULL, station TEXT NOT NULL,
    sessions INTEGER NOT NULL, submits INTEGER NOT NULL,
    answers INTEGER NOT NULL, doubts INTEGER NOT NULL, dwell REAL NOT NULL)"""
_COLUMNS = "sessions, submits, answers, doubts, dwell"
_SUMS = "sum(sessions), sum(submits), sum(answers), sum(doubts), sum(dwell)"

MOST = 1 << 53
"""Of anything, on one day at one station: more, or less than nothing, is damage and was never counted."""
DAMAGE = ("no such column", "has no column", "Could not decode to UTF-8", "integer overflow")
"""Operational errors, as SQLite calls them, that no waiting mends."""
Fault = sqlite3.Error
"""Whatever keeps a file from being read or written: full, locked, damaged, not allowed."""


class Store:
    """One file; used by one thread. What raises `Fault` is not done at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        try:
            # A row reaches the disk with the next checkpoint: a power cut costs moments, kill -9 nothing.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(_TABLE)
        except Fault:
            self._connection.close()
            raise

    def read(self) -> Sheet:
        return _read(self._connection)

    def add(self, sheet: Sheet) -> None:
        """All of it, or nothing."""
        rows = [(day.isoformat(), station, *_numbers(counts)) for day, station, counts in sheet.rows()]
        with self._transaction():
            self._connection.executemany("INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def join(self, today: date) -> None:
        """One row for each station and day but today's."""
        over = "WHERE day <> ? GROUP BY day, station"
        several = self._connection.execute(
            f"SELECT 1 FROM counts {over} HAVING count(*) > 1 LIMIT 1", (today.isoformat(),)
        ).fetchone()
        if several is None:
            return
        with self._transaction():
            self._connection.execute(
                f"CREATE TEMP TABLE joined AS SELECT day, station, {_SUMS} FROM counts {over}",
                (today.isoformat(),),
            )
            self._connection.execute("DELETE FROM counts WHERE day <> ?", (today.isoformat(),))
            self._connection.execute("INSERT INTO counts SELECT * FROM joined")
            self._connection.execute("DROP TABLE joined")

    def close(self) -> None:
        with contextlib.suppress(Fault):
            self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(Fault):
                self._connection.execute("ROLLBACK")
            raise


def is_damaged(fault: Fault) -> bool:
    """Whether waiting would not help: what is there is no database of ours."""
    if isinstance(fault, sqlite3.OperationalError):
        return any(words in str(fault) for words in DAMAGE)
    return isinstance(fault, sqlite3.DatabaseError) and not isinstance(fault, sqlite3.ProgrammingError)


def put_aside(path: Path, when: Callable[[], datetime] = datetime.now) -> Path:
    """Move a damaged file and what belongs to it out of the way; raises `OSError` if it cannot be moved."""
    aside = path.with_name(f"{path.name}.damaged-{when():%Y%m%dT%H%M%S}")
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return aside


def read_only(path: Path) -> Sheet:
    """What a file holds, while a wall may be writing to it. Raises `DataError` in one line."""
    if not path.is_file():
        raise DataError(f"no counts in {path}: has a wall with count = true run there?")
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            return _read(connection)
    except (Fault, ValueError, TypeError, OverflowError) as fault:
        raise DataError(f"{path} cannot be read: {fault}") from None


def _read(connection: sqlite3.Connection) -> Sheet:
    found = connection.execute(f"SELECT day, station, {_SUMS} FROM counts GROUP BY day, station")
    sheet = Sheet()
    for day, station, *numbers, dwell in found:
        sheet.add(date.fromisoformat(day), str(station), _counts(numbers, dwell))
    return sheet


def _counts(numbers: list[Any], dwell: Any) -> Counts:
    if not all(0 <= number <= MOST for number in (*numbers, dwell)):
        raise ValueError("numbers that nobody counted")
    sessions, submits, answers, doubts = map(int, numbers)
    return Counts(sessions, submits, answers, doubts, float(dwell))


def _numbers(counts: Counts) -> tuple[float, ...]:
    return counts.sessions, counts.submits, counts.answers, counts.doubts, counts.dwell
