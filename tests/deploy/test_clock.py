"""A clock that goes on from where the power was cut, on a board whose battery is flat."""

import datetime as dt
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from common.counters import Counters
from common.link import UdpLink
from deploy.hours import command
from deploy.hours.plan import Opening, opening, strayed
from deploy.hours.rules import parse_rules
from deploy.keeper import clock
from deploy.keeper.clock import boards, clock_lost
from deploy.keeper.keeper import Keeper
from deploy.keeper.supervisor import Supervisor
from tests.deploy.galleries import deployed
from tests.deploy.test_keeper import HOURS, ME, NIGHT, NOON, Clock, Monitors

HOUR = 3600.0
MADE = dt.datetime(2019, 1, 1, tzinfo=dt.UTC).timestamp()
"""What a board without a battery begins with: the day on which its BIOS was made, or thereabouts."""


def board(folder: Path, *shown: float | str) -> Path:
    for at, seconds in enumerate(shown):
        (folder / "rtc" / f"rtc{at}").mkdir(parents=True)
        (folder / "rtc" / f"rtc{at}" / "since_epoch").write_text(f"{seconds}\n")
    return folder


def test_a_clock_that_the_board_contradicts_has_strayed() -> None:
    now = NIGHT.timestamp()
    assert strayed(NIGHT, [MADE])
    assert strayed(NIGHT, [0.0, MADE])
    assert strayed(NIGHT, [now + 25 * HOUR]), "a board that knows better"
    assert not strayed(NIGHT, [now])
    assert not strayed(NIGHT, [now + 14 * HOUR]), "kept in local time"
    assert not strayed(NIGHT, [0.0, now]), "of two clocks, one has a battery"
    assert not strayed(NIGHT, []), "nothing there, as in a container: no reason for doubt"


def test_a_lost_clock_keeps_it_open() -> None:
    rules = parse_rules(HOURS, "Europe/Berlin")
    assert opening(rules, NIGHT).word == "closed"
    assert opening(rules, NIGHT, lost=True) == Opening(True, False, None)


def test_what_the_board_says_counts_only_where_nobody_has_set_the_clock(tmp_path: Path) -> None:
    flat = board(tmp_path, MADE)
    assert clock_lost(NIGHT, flat, lambda: False)
    assert not clock_lost(NIGHT, flat, lambda: True)
    assert not clock_lost(NIGHT, tmp_path / "none", lambda: False)


@pytest.mark.parametrize(("reason", "found"), [(errno.EINVAL, [0.0]), (errno.EIO, []), (errno.EACCES, [])])
def test_a_date_that_is_none_is_a_flat_battery_and_a_failed_reading_is_nothing(
    reason: int, found: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path) -> str:
        raise OSError(reason, "as the kernel says it")

    board(tmp_path, MADE)
    monkeypatch.setattr(Path, "read_text", fails)
    assert boards(tmp_path) == found


def test_every_clock_of_the_board_is_read(tmp_path: Path) -> None:
    assert boards(board(tmp_path, MADE, "", 1_780_000_000)) == [MADE, 1_780_000_000.0]
    assert boards(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("told", "error", "sure"),
    [(0, clock.SURE - 1, True), (5, clock.SURE, False), (5, 100, True), (-1, clock.SURE, True)],
)
def test_the_kernel_is_asked_how_sure_it_is(
    told: int, error: int, sure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How far it may be off, as timedatectl asks: 5 is also said where only the board must not be set."""

    class Kernel:
        def adjtimex(self, asked: object) -> int:
            struct = asked._obj  # type: ignore[attr-defined]
            assert struct.modes == 0, "it is asked, not told"
            struct.maxerror = error
            return told

    monkeypatch.setattr(clock.ctypes, "CDLL", lambda _: Kernel())
    assert clock.synchronised() is sure
    monkeypatch.setattr(clock.ctypes, "CDLL", lambda _: object())
    assert clock.synchronised(), "a system that can't be asked"


@contextmanager
def kept(lost: bool) -> Iterator[tuple[Keeper, Monitors, list[dt.datetime]]]:
    """A keeper whose clock shows the night, and the moments for which it asked what to start afresh."""
    asked: list[dt.datetime] = []
    with deployed("display", hours=HOURS) as place:
        link, monitors = UdpLink("127.0.0.1"), Monitors()
        made = Keeper(
            place.gallery, place.machine, ME, link, Path(place.machine.socket), place.state, Counters(),
            Clock(NIGHT), screens=monitors, lost=lambda now: lost,
        )  # fmt: skip
        with pytest.MonkeyPatch.context() as watched:
            watched.setattr(Supervisor, "programs", lambda _: [])
            watched.setattr(made._closing, "due", lambda now, running: asked.append(now) or {})
            yield made, monitors, asked
        link.close()


def test_a_keeper_whose_clock_is_lost_has_it_open_and_starts_nothing_afresh() -> None:
    with kept(lost=True) as (made, monitors, asked):
        assert made.desk.report().opening == "unknown"
        made.tick()
        assert made.desk.report().opening == "unknown"
        assert (monitors.asked, asked) == ([True], [])


def test_a_keeper_whose_clock_is_right_closes() -> None:
    with kept(lost=False) as (made, monitors, asked):
        made.tick()
        assert made.desk.report().opening == "closed"
        assert (monitors.asked, asked) == ([False], [NIGHT])


def test_hours_says_so_of_now_and_not_of_a_time_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "gallery.toml"
    plan.write_text('hours.every_day = ["10:00-18:00"]\nmachines.wall.display = {}\n')
    monkeypatch.setattr(command, "clock_lost", lambda now: True)
    command.hours([str(plan)])
    told = capsys.readouterr().out
    assert "taken for open, since this board's own clock shows another day" in told
    assert "closes" not in told
    command.hours([str(plan), "--from", f"{NOON:%Y-%m-%dT%H:%M}"])
    told = capsys.readouterr().out
    assert "open, until" in told
    assert "closes" in told
