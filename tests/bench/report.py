"""Measuring side by side, and the table that comes of it."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `baseline` in the same `unit`; `goal` is what ours / baseline is held against."""

    what: str
    ours: float
    baseline: float
    unit: str
    named: str
    goal: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float:
        if self.ours == self.baseline:
            return 1.0  # nothing lost by either, too
        return self.ours / self.baseline if self.baseline else float("inf")


def at_most(what: str, ours: float, baseline: float, unit: str, named: str, goal: float) -> Row:
    """A row whose ratio shall not exceed `goal`."""
    return Row(what, ours, baseline, unit, named, f"≤ {goal:g}", ours <= goal * baseline)


def at_least(what: str, ours: float, baseline: float, unit: str, named: str, goal: float) -> Row:
    """A row whose ratio shall reach `goal`."""
    return Row(what, ours, baseline, unit, named, f"≥ {goal:.3g}", ours >= goal * baseline)


def side_by_side(*work: Callable[[], object], rounds: int = 15, repeat: int = 1) -> list[float]:
    """Seconds of one call of each: the median over rounds in which they take turns, so noise meets all."""
    random = Random(1)
    times: list[list[float]] = [[] for _ in work]
    for call in work:
        call()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            # In another order each time, and each warmed up: who follows the heavy one finds the caches cold.
            for index in random.sample(range(len(work)), len(work)):
                call, spent = work[index], times[index]
                for _ in range(repeat):
                    call()
                start = time.perf_counter()
                for _ in range(repeat):
                    call()
                spent.append((time.perf_counter() - start) / repeat)
    finally:
        gc.enable()
    return [median(spent) for spent in times]


def show(rows: Sequence[Row]) -> None:
    table = Table("what", "ours", "baseline", "ratio", "goal", "", title="Sandglass benchmarks")
    for row in rows:
        mark = "" if row.met is None else ("[green]met" if row.met else "[red]missed")
        ours, base = f"{row.ours:,.4g} {row.unit}", f"{row.baseline:,.4g} {row.unit} ({row.named})"
        table.add_row(row.what, ours, base, f"{row.ratio:.3g}", row.goal, mark)
    Console(width=150).print(table)
