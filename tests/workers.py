"""`make test` shares the suite among processes (pytest-xdist): how many, and which tests stay together.

A module's tests stay in one worker, one after the other, for what they share: a wall, a tour, images.
What takes long begins first, so that no worker is left with it in the end.
"""

import os
from collections.abc import MutableMapping

import pytest
from xdist.scheduler import LoadScopeScheduling

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
LONG = (
    "tests/machines/test_faults.py",
    "tests/soak/test_soak.py",
    "tests/display_node/flight/test_replay.py",
    "tests/deploy/test_recovery.py",
    "tests/machines/test_losses.py",
    "tests/deploy/console/test_browser.py",
    "tests/display_node/render/test_tiles.py",
    "tests/machines/test_faults_clock.py",
    "tests/deploy/test_commands.py::test_the_demo",
    "tests/display_node/engines/test_engines.py",
    "tests/deploy/test_keeper.py",
    "tests/deploy/test_systemd.py",
    "tests/display_node/render/test_any_network.py",
    "tests/machines/test_finding.py",
    "tests/display_node/render/test_offline.py",
    "tests/machines/test_in_step.py",
    "tests/display_node/tour/test_colours.py",
    "tests/common/test_discovery.py",
    "tests/display_node/ensemble/test_chaos.py",
    "tests/machines/test_stranger.py",
    "tests/display_node/test_other_networks.py",
    "tests/display_node/test_locked_wall.py",
    "tests/display_node/counting/test_counting.py",
    "tests/test_two_tiles.py",
    "tests/display_node/test_worker.py",
    "tests/machines/test_faults_display.py",
    "tests/display_node/tour/test_golden.py",
    "tests/test_two_walls.py",
    "tests/display_node/tour/test_readable.py",
    "tests/deploy/test_supervised.py",
    "tests/display_node/render/test_renderer.py",
    "tests/test_closed_loop.py",
    "tests/machines/test_faults_disk.py",
)
"""What takes fifteen seconds and more, the longest first, and in turn what waits and what computes, so that
neither has the machine to itself; everything else follows in its order."""
COMPUTING = (
    "tests/soak/",
    "tests/weights/",
    "tests/machines/test_losses.py",
    "tests/deploy/test_commands.py",
    *(
        f"tests/display_node/{room}/"
        for room in ("attract", "engines", "ensemble", "exhibits", "flight", "render", "scratch", "tour")
    ),
    "tests/display_node/test_other_networks.py",
    "tests/display_node/test_worker.py",
)
"""What promises nothing of a clock: it leaves the processor to tests that do, by so much (see nice(2))."""
NICE = 15
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LP_NUM_THREADS")
"""Where torch, numpy and Mesa look how many threads they may have."""


def cores() -> int:
    """That this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(count: int) -> int:
    """For `-n auto` on `count` cores: one each, but three at least, since many tests wait for a process."""
    return max(LEAST, min(count, MOST))


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


def turn(test: str) -> int:
    """The place in the order, by its id."""
    return next((turn for turn, name in enumerate(LONG) if test.startswith(name)), len(LONG))


def niceness(test: str) -> int:
    """Of the process that runs it, by its id."""
    return NICE if test.startswith(COMPUTING) else 0


class Sharing(LoadScopeScheduling):
    """Hands out what belongs together, in the tests' order."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        super().__init__(config, log)  # type: ignore[arg-type]
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)
