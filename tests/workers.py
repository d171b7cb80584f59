"""`make test` shares the suite among processes (pytest-xdist): how many, and which tests stay together.

A module's tests stay in one worker, one after the other, for what they share: a wall, a tour, images.
What is held against a clock is the first worker's alone: one such module runs at a time (or some, on many
cores), and all else gives way to it. Of the rest, what takes long begins first: no worker is left with it.
"""

import os
from collections.abc import Iterable, MutableMapping

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

LEAST, MOST = 3, 8
"""Workers: each holds torch, half a gigabyte."""
APART = (
    "tests/deploy/test_commands.py",
    "tests/deploy/test_supervised.py",
    "tests/display_node/render/test_any_network.py",
    "tests/display_node/render/test_offline.py",
    "tests/display_node/test_other_networks.py",
)
"""Modules whose tests share nothing that is dear: each test goes to whoever is free."""
CLOCKED = (
    "tests/machines/test_faults.py",
    "tests/deploy/test_recovery.py",
    "tests/machines/test_faults_clock.py",
    "tests/deploy/console/test_browser.py",
    "tests/common/test_discovery.py",
    "tests/machines/test_in_step.py",
    "tests/machines/test_stranger.py",
    "tests/deploy/test_systemd.py",
    "tests/machines/test_finding.py",
    "tests/machines/test_faults_display.py",
    "tests/machines/test_faults_disk.py",
    "tests/common/test_known.py",
    "tests/test_two_walls.py",
)
"""Modules that hold real processes against a budget in seconds, the longest first."""
LONG = (
    "tests/soak/test_soak.py",
    "tests/display_node/render/test_tiles.py",
    "tests/display_node/flight/test_replay.py",
    "tests/deploy/test_keeper.py",
    "tests/machines/test_losses.py",
    "tests/display_node/render/test_any_network.py",
    "tests/display_node/ensemble/test_chaos.py",
    "tests/display_node/engines/test_engines.py",
    "tests/display_node/render/test_offline.py",
    "tests/deploy/test_commands.py::test_the_demo",
    "tests/display_node/render/test_renderer.py",
    "tests/display_node/tour/test_colours.py",
    "tests/display_node/counting/test_counting.py",
    "tests/display_node/test_locked_wall.py",
    "tests/display_node/test_hostile.py",
    "tests/display_node/test_other_networks.py",
    "tests/test_closed_loop.py",
    "tests/display_node/render/test_invitation.py",
    "tests/deploy/test_supervised.py",
    "tests/test_two_tiles.py",
    "tests/display_node/test_worker.py",
    "tests/display_node/tour/test_golden.py",
    "tests/display_node/tour/test_readable.py",
)
"""What else takes fifteen seconds and more, the longest first; everything else follows in its order."""
NICE = 15
"""By so much (see nice(2)) every other test leaves the processor to those."""
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS")
"""Where torch, numpy and Mesa look how many threads they may have."""


def cores() -> int:
    """That this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(count: int) -> int:
    """For `-n auto` on `count` cores: one each, but three at least, since many tests wait for a process."""
    return max(LEAST, min(count, MOST))


def lanes(count: int) -> int:
    """How many may hold something against a clock at a time, on `count` cores: each has a machine to run."""
    return max(1, count // 3)


def share_threads(environment: MutableMapping[str, str], count: int) -> None:
    """Within a worker, before torch is there: all of them together have as many threads as cores.

    What a test starts inherits it, and what whoever runs the tests has set stands.
    """
    if "PYTEST_XDIST_WORKER" in environment:
        each = max(1, count // int(environment["PYTEST_XDIST_WORKER_COUNT"]))
        for name in POOLS:
            environment.setdefault(name, str(each))


def together(test: str) -> str:
    """The name of what a test is run with, by its id."""
    module = test.partition("::")[0]
    return test if module in APART else module


def clocked(test: str) -> bool:
    """Whether it is held against a clock, by its id."""
    return test.startswith(CLOCKED)


def turn(test: str) -> int:
    """The place in the order, by its id."""
    order = (*CLOCKED, *LONG)
    return next((turn for turn, name in enumerate(order) if test.startswith(name)), len(order))


def niceness(test: str) -> int:
    """Of the process that runs it, by its id."""
    return 0 if clocked(test) else NICE


def choice(waiting: Iterable[str], lane: bool) -> str | None:
    """Which unit a free worker gets: one that has a `lane` what is clocked, until nothing of that is left.

    None: what is left is for those.
    """
    units = list(waiting)
    its_own = next((unit for unit in units if clocked(unit) is lane), None)
    return units[0] if its_own is None and lane and units else its_own


class Sharing(LoadScopeScheduling):
    """Hands out what belongs together, in the tests' order."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)  # type: ignore[arg-type]
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def remove_node(self, node: WorkerController) -> str | None:
        """What one that died had finished is not handed out again: whoever got it would wait for ever."""
        mine = self.assigned_work[node]
        for unit in [unit for unit, tests in mine.items() if all(tests.values())]:
            del mine[unit]
        return super().remove_node(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        able = [one for one in self.nodes if not one.shutting_down]
        unit = choice(self.workqueue, node in able[: lanes(cores())])
        if unit is None:
            node.shutdown()  # once it has done what it has
            return
        self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)
