"""A keeper that can't start costs no show: systemd, which kills all if it hears nothing, hears each try."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.link import UdpLink
from deploy import reviver
from deploy.gallery.boot import service
from deploy.gallery.settings import parse_gallery
from deploy.gallery.supervisor import Job, configuration
from deploy.keeper import __main__ as keeper
from deploy.keeper import watchdog
from tests.deploy.galleries import Place, deployed
from tests.deploy.test_gallery import SMALL, read_ini

UNIT = "180000000"
FED = b"WATCHDOG_USEC=180000000\nWATCHDOG=1"


@pytest.fixture
def systemd(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    path = str(short_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    monkeypatch.setenv("WATCHDOG_USEC", UNIT)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(path)
        line.setblocking(False)
        yield line


def heard(systemd: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(systemd.recv(100))
        except BlockingIOError:
            return found


def misspelt(place: Place) -> None:
    """As after half an upgrade: a setting of any machine's that only the other version knows."""
    path = place.config / "gallery.toml"
    path.write_text(f"{path.read_text()}\n[machines.elsewhere.display]\nvolum = 1\n")


def without_its_zone(place: Place) -> None:
    path = place.config / "gallery.toml"
    path.write_text(path.read_text().replace("Europe/Berlin", "Europe/Nowhere"))


def without_its_settings(place: Place) -> None:
    (place.config / "keeper.toml").unlink()


@pytest.mark.parametrize("harm", [misspelt, without_its_zone, without_its_settings])
def test_a_keeper_that_is_refused_its_files_has_fed_it_first(
    harm: Callable[[Place], None], systemd: socket.socket
) -> None:
    with deployed("input") as place:
        harm(place)
        assert started(place) == 2
    assert heard(systemd) == [FED]


def test_a_keeper_whose_port_is_taken_has_fed_it_first(systemd: socket.socket) -> None:
    with deployed("input") as place:
        other = UdpLink("127.0.0.1", place.keeper_port)
        assert started(place) == 2
        other.close()
    assert heard(systemd) == [FED]


def started(place: Place) -> int:
    """The exit status of a keeper that must end by itself."""
    command = [sys.executable, "-m", "deploy.keeper", "--config", str(place.config / "keeper.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.returncode


def test_a_keeper_that_lacks_a_package_has_fed_it_first(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "deploy.keeper.service", None)
    with pytest.raises(ImportError):
        keeper.main()
    assert heard(systemd) == [FED]


def test_before_anything_else_is_read() -> None:
    """Whatever `-m deploy.keeper` imports by then might be what is missing."""
    asked = "import sys, deploy.keeper.__main__; print(*(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    extern = {"zeroconf", "supervisor", "pythonosc", "numpy", "wsproto"}
    assert not extern & set(done.stdout.split())


def test_a_start_leaves_the_units_own_patience(systemd: socket.socket) -> None:
    """The keeper before may have left seconds only, in which one that fails is not started again."""
    watchdog.feed()
    watchdog.begin()
    tight, wide = (dict(word.split(b"=") for word in said.splitlines()) for said in heard(systemd))
    assert int(tight[b"WATCHDOG_USEC"]) == watchdog.PATIENCE * 1_000_000
    assert int(wide[b"WATCHDOG_USEC"]) == int(UNIT)


@pytest.mark.parametrize("told", ["", "for ever"])
def test_a_unit_that_says_nothing_of_patience_is_not_told_any(
    told: str, systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", told)
    watchdog.begin()
    assert heard(systemd) == [b"WATCHDOG=1"]


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    watchdog.begin()


def test_it_is_tried_again_twice_and_more_before_systemd_loses_patience() -> None:
    """supervisor's pauses grow by a second a failure, up to `startretries`. The reviver has one of its own,
    and looks once a minute where it was not told."""
    (machine,) = parse_gallery(SMALL, "gallery.toml").machines
    unit = read_ini(service(machine))["Service"]
    assert f"{unit['WatchdogSec']}000000" == UNIT
    assert unit["NotifyAccess"] == "all", "it is no word of the main process"
    conf = read_ini(configuration([Job("keeper", "keeper", None, "1GB")], "python", "/state", "of a test"))
    assert conf["eventlistener:reviver"]["events"] == "PROCESS_STATE_FATAL,TICK_60"
    pauses = (int(conf["program:keeper"]["startretries"]), 60 + reviver.PAUSE)
    assert 2 * max(pauses) < int(unit["WatchdogSec"])
