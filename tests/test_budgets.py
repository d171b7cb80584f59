"""A budget can be missed: by what is too slow each time, and on a fast machine by the promise itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import budgets
from tests.budgets import DEATH, HANG, allowed, held


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "REPORT", tmp_path / "out" / "recovery.txt")


def test_a_budget_is_what_is_promised_unless_starts_are_slow_here() -> None:
    assert allowed(DEATH, 0.5) == allowed(DEATH, DEATH / 2) == DEATH
    assert (allowed(DEATH, 4.0), allowed(HANG, 4.0)) == (6.5, 21.5)


def test_what_is_late_each_time_fails_and_once_does_not() -> None:
    def tries(*seconds: float) -> Iterator[float]:
        yield from seconds

    again = tries(7.0, 4.0, 1.0)
    held("it", 9.0, DEATH, 1.0, lambda: next(again))
    assert list(again) == [1.0], "as often as need be"
    late = tries(8.0, 6.0, 1.0)
    with pytest.raises(AssertionError, match=r"after 6\.0 s"):
        held("it", 9.0, DEATH, 1.0, lambda: next(late))
    with pytest.raises(AssertionError, match=r"after 5\.1 s"):
        held("it", 5.1, DEATH, 1.0)
