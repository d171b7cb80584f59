"""A machine is installed for what it is to do; what it lacks for anything else is said in one line."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.extras import ALWAYS, EXTRAS, cure, lacking
from tests.processes import DEADLINE
from tests.test_architecture import ROOMS, packages, sources

ROOT = Path(__file__).parents[2]
TABLET = {*ALWAYS, *EXTRAS["input"], *EXTRAS["supervise"]}
_WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({absent!r}))  # None: an import of it fails as if it weren't there
from deploy.cli import main
sys.exit(main())
"""


def on_the_tablet(*options: str) -> "subprocess.CompletedProcess[str]":
    """`sandglass` with '.[input,supervise]' and nothing more."""
    absent = sorted({module for modules in EXTRAS.values() for module in modules} - TABLET)
    command = [sys.executable, "-c", _WITHOUT.format(absent=absent), *options]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE, cwd=ROOT, input="", check=False
    )


def required() -> dict[str, set[str]]:
    """Extra → the distributions that it brings, as pyproject.toml says; "" for those that always come."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {re.split(r"[\[=<>~]", one)[0] for one in lines} for extra, lines in lists.items()}


def test_the_table_is_that_of_the_project() -> None:
    of = importlib.metadata.packages_distributions()
    for extra, modules in {"": ALWAYS, **EXTRAS}.items():
        for module in modules:
            assert set(of[module]) & required()[extra], f"{module} does not come with {extra!r}"


@pytest.mark.parametrize("room", ROOMS)
def test_whatever_is_imported_stands_in_it(room: str) -> None:
    """But for ifaddr, which is zeroconf's, and h11, which is wsproto's."""
    known = {"ifaddr", "h11", *ALWAYS, *(module for modules in EXTRAS.values() for module in modules)}
    for path in sources(room):
        assert packages(path) <= known | {*ROOMS, "__future__"} | sys.stdlib_module_names, path


def test_hours_are_told_on_the_tablet() -> None:
    done = on_the_tablet(
        "hours", "deploy/examples/gallery.toml", "--from", "2026-06-02T09:00", "--hours", "10"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Sandglass, Tuesday 02 June 2026 09:00 (Europe/Berlin): closed, until Tue 02 Jun 10:00 CEST",
        "The next 10 hours:",
        "  Tue 02 Jun 09:30 CEST    0:30 h  restarts walls and stations, once nobody draws (30 min at most)",
        "  Tue 02 Jun 10:00 CEST    1:00 h  opens: screens on, all programs run",
        "  Tue 02 Jun 18:00 CEST    9:00 h  closes: walls black, screens off, stations end",
    ]


@pytest.mark.parametrize(
    ("options", "module", "extra"),
    [
        (["visitors"], "rich", "operate"),
        (["operate", "--set-password"], "argon2", "operate"),
        (["display"], "safetensors", "display"),
        (["replay", "flight"], "PIL", "display"),
        (["demo"], "PIL", "display"),
    ],
)
def test_what_is_lacking_is_named_with_the_extra_that_brings_it(
    options: list[str], module: str, extra: str
) -> None:
    done = on_the_tablet(*options)
    assert done.returncode == 2
    assert done.stderr == f"sandglass: this needs {module}: .venv/bin/pip install -e '.[{extra}]'\n"


def test_a_module_of_ours_is_a_fault_and_not_hidden() -> None:
    assert lacking(ModuleNotFoundError(name="deploy.nothing")) is None
    assert str(lacking(ModuleNotFoundError(name="zeroconf.asyncio"))) == f"this needs zeroconf: {cure('')}"


def test_the_doctor_looks_for_every_role() -> None:
    done = on_the_tablet("doctor")
    assert "complete for a station" in done.stdout
    assert "complete for an unattended machine" in done.stdout
    assert "missing for a console: aiohttp, argon2, rich" in done.stdout
    assert "pip install -e '.[operate]', if this machine is to be a console" in done.stdout
