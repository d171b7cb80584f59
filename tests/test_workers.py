"""How the suite is shared among workers: what is named is there, and nobody takes more than a share."""

import pytest

from tests import workers
from tests.display_node.conftest import ROOT


@pytest.mark.parametrize("test", [*workers.APART, *workers.CLOCKED, *workers.LONG])
def test_what_is_named_is_there(test: str) -> None:
    module, _, name = test.partition("::")
    assert f"def {name}" in (ROOT / module).read_text(encoding="utf-8")


def test_three_workers_at_least_and_not_one_for_each_of_many_cores() -> None:
    assert [workers.workers(count) for count in (1, 2, 4, 64)] == [3, 3, 4, workers.MOST]


def test_threads_are_divided_and_a_choice_stands() -> None:
    mine = {"PYTEST_XDIST_WORKER": "gw0", "PYTEST_XDIST_WORKER_COUNT": "4", "OMP_NUM_THREADS": "3"}
    workers.share_threads(mine, 16)
    assert (mine["LP_NUM_THREADS"], mine["OMP_NUM_THREADS"]) == ("4", "3")
    alone: dict[str, str] = {}
    workers.share_threads(alone, 16)
    assert not alone


def test_a_module_stays_together_unless_it_shares_nothing() -> None:
    wall = "tests/display_node/test_wall_process.py"
    assert workers.together(f"{wall}::test_one") == workers.together(f"{wall}::test_two")
    apart = workers.APART[0]
    assert workers.together(f"{apart}::test_one") != workers.together(f"{apart}::test_two")
    assert workers.turn(workers.LONG[0]) < workers.turn(workers.LONG[-1]) < workers.turn("tests/test_x.py")


def test_all_else_gives_way_to_what_is_held_against_a_clock() -> None:
    assert workers.niceness("tests/display_node/render/test_tiles.py::test_x") == workers.NICE
    assert workers.niceness("tests/machines/test_faults.py::test_x") == 0


def test_what_is_held_against_a_clock_has_a_lane() -> None:
    clock, other = workers.CLOCKED[0], workers.LONG[0]
    assert workers.choice([other, clock], lane=True) == clock
    assert workers.choice([clock, other], lane=False) == other
    assert workers.choice([other], lane=True) == other, "with nothing of its own left it helps"
    assert workers.choice([clock], lane=False) is None, "and nobody drives in its lane"
    assert workers.choice([], lane=True) is None
    assert [workers.lanes(count) for count in (1, 2, 4, 8, 64)] == [1, 1, 1, 2, 21]


def test_every_budget_in_seconds_has_its_lane() -> None:
    """What promises a time is where nothing else promises one at the same time."""
    promising = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if "\nfrom tests.budgets" in path.read_text(encoding="utf-8")
    }
    assert [test for test in promising if not workers.clocked(test)] == ["tests/test_budgets.py"]
