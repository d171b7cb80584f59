"""The wall clock is stepped by an hour, as by NTP after a night without a battery: nothing depends on it.

A whole machine has a clock of its own (`stepped/`): real supervisord, listeners, keeper, wall and station.
What asks for the time of day is tried besides, one by one, with a clock that is handed in.
"""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from common.wire import Answer
from display_node.counting.counter import Counter
from display_node.counting.store import NAME, put_aside, read_only
from input_node import sender
from tests.budgets import DEATH, HANG, TRIES
from tests.deploy.galleries import Place, deployed, supervised
from tests.deploy.test_recovery import MODULES, child, first_start, frames, recovers, wait_running
from tests.processes import wait_for

HOUR = 3600.0
STEPPED = str(Path(__file__).parent / "stepped")


@dataclass
class Machine:
    place: Place
    supervisor: int
    clock: Path
    first: float
    """Seconds that its programs took to start."""

    def step(self, seconds: float) -> None:
        self.clock.with_suffix(".new").write_text(str(seconds))
        self.clock.with_suffix(".new").replace(self.clock)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    clock = tmp_path_factory.mktemp("clock") / "offset"
    clock.write_text("0.0")
    path = {"PYTHONPATH": f"{STEPPED}:{Path.cwd()}", "SANDGLASS_CLOCK": str(clock)}
    told = {"size": "64x64"}
    with (
        deployed("display", "input", "operate", display=told) as place,
        supervised(place, **path) as supervisor,
    ):
        first = first_start(place)
        for name in place.ports:
            wait_running(place, name)
        yield Machine(place, supervisor, clock, first)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_machine_whose_clock_is_stepped(machine: Machine, hours: int) -> None:
    """In the middle of everything: what runs goes on, what dies or hangs afterwards is back as ever.

    Who stands still for seconds just then is killed for that, but not each time.
    """
    place, supervisor = machine.place, machine.supervisor
    log = place.state / "supervisord.log"
    for _ in range(TRIES):
        machine.step(0.0)
        for name in MODULES:
            wait_running(place, name)
        before = {name: child(supervisor, module) for name, module in MODULES.items()}
        machine.step(hours * HOUR)
        end = time.monotonic() + 11.0
        wait_for(lambda end=end: time.monotonic() > end, "two rounds of every watch")  # type: ignore[misc]
        for name in MODULES:
            wait_for(lambda name=name: frames(place.ports[name]), f"{name} to present frames")
        after = {name: child(supervisor, module) for name, module in MODULES.items()}
        if after == before:
            break
        print(f"\n{before} became {after}")
    else:
        pytest.fail("somebody does not live through it each time")
    harms = ((psutil.Process.kill, "kill -9", DEATH), (psutil.Process.suspend, "SIGSTOP", HANG))
    for harm, word, promise in harms:
        what = f"{word} after the clock was set {hours:+d} h"
        recovers(what, place, supervisor, "display", harm, promise, machine.first)
    stamp = dt.datetime.strptime(log.read_text().splitlines()[-1][:19], "%Y-%m-%d %H:%M:%S")
    assert abs((stamp - dt.datetime.now()).total_seconds() - hours * HOUR) < 60, "its clock was stepped"


def test_a_wall_that_starts_while_the_clock_is_set_is_not_killed_for_its_age(machine: Machine) -> None:
    """supervisord takes it for an hour old, and so for RUNNING; its watch asks who really knows."""
    place, supervisor = machine.place, machine.supervisor
    wait_running(place, "display")
    old = child(supervisor, "display_node")
    assert old is not None
    machine.step(0.0)
    old.kill()
    new = wait_for(lambda: None if (now := child(supervisor, "display_node")) == old else now, "the next one")
    machine.step(3 * HOUR)
    wait_for(lambda: frames(place.ports["display"]), "its first frame")
    assert child(supervisor, "display_node") == new, "it was killed while it started"


def test_a_day_that_is_counted_twice_and_one_that_is_left(tmp_path: Path) -> None:
    """An hour before midnight, an hour back and forth: nobody is lost, nothing is counted twice."""
    day, next_day = dt.date(2026, 5, 1), dt.date(2026, 5, 2)
    days, now = iter((day, next_day, day, next_day, next_day)), 100.0
    today = [day]
    counter = Counter(tmp_path, lambda: now, lambda: today[0])
    for today[0] in days:
        counter.noted("submit", "tablet")
        counter.answered(Answer("tablet", 1, 7, (0.1,) * 10, True))
    counter.close()
    sheet = read_only(tmp_path / NAME)
    assert [(sheet.day(one).submits, sheet.day(one).answers) for one in (day, next_day)] == [(2, 2), (3, 3)]
    assert sheet.day(day).sessions + sheet.day(next_day).sessions == 1, "time itself went on evenly"


def test_two_damaged_files_of_one_second_are_put_aside(tmp_path: Path) -> None:
    """An hour back, and the name was there before: what was put aside first must not stop the counting."""
    for _ in range(2):
        (tmp_path / NAME).write_bytes(b"no database")
        put_aside(tmp_path / NAME, lambda: dt.datetime(2026, 5, 1, 12, 0))
    assert not (tmp_path / NAME).exists()


def test_a_station_that_starts_again_an_hour_ago_has_other_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its drawings must be none that a wall knows: or it would be told the answer to another one."""
    hour = 1_780_000_000.0
    seen: set[int] = set()
    for moment in (hour, hour + HOUR, hour, hour - HOUR, hour):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        first = sender.new_id()
        drawings = set(range(first, first + 5_000))
        assert 0 <= first < 1 << 63
        assert not drawings & seen
        seen |= drawings
