"""How the suite is shared among workers: what is named is there, and nobody takes more than a share."""

import pytest

from tests import workers
from tests.display_node.conftest import ROOT


@pytest.mark.parametrize("test", [*workers.APART, *workers.LONG])
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


def test_what_computes_gives_way_to_what_is_held_against_a_clock() -> None:
    assert workers.niceness("tests/display_node/render/test_tiles.py::test_x") == workers.NICE
    assert workers.niceness("tests/machines/test_faults.py") == 0
    for name in workers.COMPUTING:
        assert (ROOT / name).exists(), name
