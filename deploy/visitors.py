"""`sandglass visitors`: how many came, day by day, as a table or as CSV."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from common.config import parse, setting
from common.errors import DataError, plain
from common.state import state_base
from display_node.counting.report import COLUMNS, rows, write_csv
from display_node.counting.store import NAME, read_only
from display_node.counting.tally import Sheet


@dataclass(frozen=True)
class Options:
    csv: str = setting("", "write all of it as CSV to this file, - for standard output")
    folder: Path | None = setting(None, "the wall's state folder (default: the first wall's on this machine)")


def visitors(argv: Sequence[str]) -> int:
    options = parse(Options, "sandglass visitors", argv, __doc__ or "")
    sheet = read_only((options.folder or state_base() / "display") / NAME)
    if options.csv == "-":
        write_csv(sheet, sys.stdout)
    elif options.csv:
        try:
            with open(options.csv, "w", encoding="utf-8", newline="") as file:
                write_csv(sheet, file)
        except OSError as error:
            raise DataError(f"cannot write {options.csv}: {error.strerror}") from None
    else:
        _show(sheet)
    return 0


def _show(sheet: Sheet) -> None:
    table = Table(*COLUMNS, title="visitors (dwell in seconds)")
    for column in table.columns[2:]:
        column.justify = "right"
    for day, station, *numbers in rows(sheet):
        table.add_row(day, plain(station), *numbers)
    Console().print(table, markup=False)
