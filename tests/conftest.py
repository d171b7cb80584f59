"""Options of the whole suite: pytest takes them from the outermost folder only."""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

from tests import workers

OURS = ("display_node", "input_node", "deploy.", "supervisord", "Xvfb", "cage")
"""In the command of a process that a test starts."""
_tests = itertools.count()

# A busy machine is no finding, and what is found is found again: the same examples in each run.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("patient")
workers.share_threads(os.environ, workers.cores())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-golden", action="store_true", help="write the images in tests/golden anew, and pass"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return workers.workers(workers.cores())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> workers.Sharing:
    return workers.Sharing(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: workers.turn(item.nodeid))


@pytest.fixture
def short_path() -> Iterator[Path]:
    """`tmp_path` for sockets: a path of theirs may have 107 letters, and a worker's folders lie deep."""
    with tempfile.TemporaryDirectory(prefix="sg-") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True, scope="session")
def _states() -> Iterator[Path]:
    """What nodes keep between two runs is kept for these tests, and not where people keep theirs."""
    os.environ.pop("SANDGLASS_STATE", None)
    with tempfile.TemporaryDirectory(prefix="sg-", ignore_cleanup_errors=True) as folder:
        os.environ["XDG_STATE_HOME"] = folder
        yield Path(folder)


@pytest.fixture(autouse=True, scope="module")
def _polite(request: pytest.FixtureRequest) -> None:
    """What only computes waits for what is held against a clock; only root may take that back again."""
    if hasattr(os, "setpriority") and os.geteuid() == 0:
        with contextlib.suppress(PermissionError):  # a container's root
            os.setpriority(os.PRIO_PROCESS, 0, workers.niceness(request.node.nodeid))


@pytest.fixture(autouse=True, scope="module")
def _leftovers() -> Iterator[None]:
    """What a test that failed has left running does not go on beside the others."""
    yield
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any(word in " ".join(child.cmdline()) for word in OURS):
                child.kill()


@pytest.fixture(autouse=True)
def _state(_states: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's nodes find no folder taken by a wall that many tests share."""
    monkeypatch.setenv("XDG_STATE_HOME", str(_states / str(next(_tests))))
