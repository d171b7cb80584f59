"""The keeper's work with the clock handed in, on a real supervisord with a real wall and a real station."""

import contextlib
import datetime as dt
import json
import logging
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psutil
import pytest

from common.control import Control
from common.counters import Counters
from common.health import HttpDoor, Reply
from common.identity import Identity
from common.key import new_key
from common.limits import BURST_SECONDS, RATE
from common.link import Address, UdpLink
from common.machine import Done, LogPart, Look, Order, Program, Report, Tail, decode
from common.sealed import SealedLink, locked
from deploy.hours.plan import Opening
from deploy.hours.rules import Rules, find_zone
from deploy.keeper import readings
from deploy.keeper.closing import Closing
from deploy.keeper.command import shown
from deploy.keeper.desk import SAME
from deploy.keeper.keeper import Keeper
from deploy.keeper.memory import Memory
from deploy.keeper.nodes import Node, look, nodes_of
from deploy.keeper.screens import Screens
from deploy.keeper.supervisor import Supervisor, Unreachable
from deploy.keeper.tree import machine_tree
from tests.deploy import torn
from tests.deploy.galleries import Place, deployed, supervised
from tests.oscquery_schema import check, check_host
from tests.processes import DEADLINE, running, wait_for

HOURS = {"every_day": ["10:00-18:00"], "restart": "09:30"}
BERLIN = dt.timezone(dt.timedelta(hours=2))
MORNING, NOON, NIGHT = (dt.datetime(2026, 6, 2, hour, 0, tzinfo=BERLIN) for hour in (9, 12, 22))
ME = Identity("6f1c1a52-6a5e-4b53-9d61-111111111111", "machine", "here")


@dataclass
class Clock:
    now: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Monitors(Screens):
    """What was asked of the monitors, where there are none."""

    asked: list[bool] = field(default_factory=list)

    def want(self, lit: bool) -> None:
        self.asked.append(lit)


@dataclass
class Kept:
    place: Place
    supervisor: int
    keeper: Keeper
    clock: Clock
    monitors: Monitors
    counters: Counters

    def state(self, name: str) -> str:
        """ "" before supervisord has answered."""
        self.keeper.tick()
        return {one.name: one.state for one in self.keeper.programs.now}.get(name, "")

    def page(self, name: str) -> dict[str, object]:
        return look(nodes_of(self.place.gallery, self.place.machine)[name])


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a keeper does with an answer is tested, not how long it waits for one."""
    monkeypatch.setattr("deploy.keeper.nodes.LOOK_WITHIN", 30.0)
    monkeypatch.setattr("deploy.keeper.supervisor.PATIENCE", 30.0)


def sure(_: dt.datetime) -> bool:
    """The clock that a test hands in is none that this machine's board knows of."""
    return False


def keeper(
    place: Place, clock: Clock, counters: Counters, link: UdpLink | SealedLink, monitors: Monitors,
    now: Callable[[], float] = time.monotonic,
) -> Keeper:  # fmt: skip
    socket = Path(place.machine.socket)
    return Keeper(
        place.gallery, place.machine, ME, link, socket, place.state, counters, clock, now, monitors, sure
    )


@contextmanager
def kept(*programs: str, closed: str = "blackout") -> Iterator[Kept]:
    """A machine whose own keeper is stopped: ours has its place, and its clock is the test's."""
    with deployed(*programs, hours={**HOURS, "closed": closed}) as place:
        conf = place.config / "supervisord.conf"
        conf.write_text(conf.read_text().replace("priority=1\n", "priority=1\nautostart=false\n"))
        with supervised(place) as supervisor:
            counters, clock, monitors = Counters(), Clock(NOON), Monitors()
            link = UdpLink("127.0.0.1", 0)
            made = Kept(
                place, supervisor, keeper(place, clock, counters, link, monitors), clock, monitors, counters
            )
            for name in programs:
                wait_for(lambda name=name: made.page(name).get("ok"), f"{name} to present frames")
                wait_for(lambda name=name: made.state(name) == "RUNNING", f"{name} to be RUNNING")
            yield made
            link.close()


def test_closing_and_opening_by_the_clock() -> None:
    with kept("display", "input") as here:
        here.clock.now = NIGHT
        wait_for(lambda: here.state("input") == "STOPPED", "the station to end")
        wait_for(lambda: here.keeper.tick() or here.page("display").get("blackout"), "the wall to be black")
        assert here.monitors.asked[-1] is False
        assert here.keeper.desk.report().opening == "closed"
        wall = process(here)
        wall.kill()  # a wall that ends at night comes back lit
        wait_for(lambda: here.page("display").get("blackout") is False, "the wall to be back")
        wait_for(lambda: here.keeper.tick() or here.page("display").get("blackout"), "it to be black again")
        # The power is cut; whoever wakes up after opening time has no event to wait for.
        other = keeper(here.place, here.clock, here.counters, UdpLink("127.0.0.1", 0), here.monitors)
        here.keeper = other
        here.clock.now = NOON + dt.timedelta(1)
        wait_for(
            lambda: here.keeper.tick() or here.page("display").get("blackout") is False, "the wall to be lit"
        )
        wait_for(lambda: here.state("input") == "RUNNING", "the station to run")
        assert here.monitors.asked[-1] is True
        assert here.keeper.desk.report().opening == "open"


def test_a_blackout_by_an_operator_is_not_undone_by_day() -> None:
    """Neither before a night nor after one: the keeper undoes what it did itself, once."""
    with kept("display") as here:
        blacked_out_by_an_operator(here)
        here.clock.now = NIGHT
        here.keeper.tick()
        here.clock.now = NOON + dt.timedelta(1)
        wait_for(lambda: here.keeper.tick() or here.page("display").get("blackout") is False, "light")
        wait_for(lambda: here.keeper.tick() or not Memory.recall(here.place.state).dark, "it to be noted")
        blacked_out_by_an_operator(here)


def blacked_out_by_an_operator(here: Kept) -> None:
    control = nodes_of(here.place.gallery, here.place.machine)["display"].control
    assert control is not None
    words = ["send", f"{control[0]}:{control[1]}", "blackout", "1"]
    subprocess.run([sys.executable, "-m", "deploy.cli", *words], check=True)
    wait_for(lambda: here.page("display").get("blackout"), "the wall to be black")
    seen = []
    for _ in range(5):
        here.keeper.tick()
        seen.append(here.page("display").get("blackout"))
    assert seen == [True] * 5


def test_stop_means_stop_and_the_clock_may_jump() -> None:
    with kept("display", closed="stop") as here:
        here.clock.now = NIGHT
        wait_for(lambda: here.state("display") == "STOPPED", "the wall to end")
        here.clock.now = dt.datetime(1970, 1, 1, tzinfo=BERLIN)
        opened = "a wall that is open by a clock that nobody set"
        wait_for(lambda: here.state("display") == "RUNNING" and here.page("display").get("ok"), opened)
        assert here.keeper.desk.report().opening == "unknown"


def test_the_daily_restart_comes_once_and_waits_for_visitors() -> None:
    with kept("display", "input") as here:
        first = {name: process(here, name).pid for name in ("display", "input")}
        here.clock.now = MORNING + dt.timedelta(days=1)
        here.keeper.tick()
        assert process(here).pid == first["display"], "not yet"
        closing = here.keeper._closing
        programs = [Program(name, "RUNNING", pid, 0) for name, pid in first.items()]
        due = MORNING + dt.timedelta(days=1, minutes=31)
        owed = closing.due(due, programs, lambda pid: 86_000.0)
        assert owed == {name: due.date() for name in first}
        for name, day in owed.items():
            closing.done(name, day)
        assert not closing.due(due + dt.timedelta(minutes=1), programs, lambda pid: 86_000.0), "once"
        assert not closing.due(due - dt.timedelta(hours=1), programs, lambda pid: 86_000.0), "clock put back"
        # Over a reboot: what is remembered is remembered on the disk.
        again = Memory.recall(here.place.state)
        assert again.restarts == {name: due.date() for name in first}
        # And really: a process older than the last 09:30 is started afresh.
        here.clock.now = dt.datetime(2026, 6, 9, 9, 30, 1, tzinfo=BERLIN)
        wait_for(lambda: (readings.process_age(first["display"]) or 0) > 2.0, "a wall older than that")
        wait_for(lambda: here.keeper.tick() or not psutil.pid_exists(first["display"]), "the old wall's end")
        wait_for(
            lambda: here.state("display") == "RUNNING" and here.page("display").get("ok"), "the new wall"
        )
        second = process(here, "display").pid
        for _ in range(3):
            here.keeper.tick()
        assert process(here, "display").pid == second


def test_a_restart_that_supervisord_was_late_for_stays_owed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment of silence, just then, would cost the whole day's."""
    asked: list[str] = []

    def stop(_: Supervisor, name: str) -> None:
        asked.append(name)
        if len(asked) == 1:
            raise Unreachable("late")

    monkeypatch.setattr(Supervisor, "programs", lambda _: [Program("display", "RUNNING", os.getpid(), 60)])
    monkeypatch.setattr(Supervisor, "stop", stop)
    with deployed("display", hours=HOURS) as place:
        clock = Clock(dt.datetime(2026, 6, 2, 9, 30, 1, tzinfo=BERLIN))
        made = keeper(place, clock, Counters(), UdpLink("127.0.0.1", 0), Monitors())
        for times in (1, 2, 2):
            made.tick()
            assert asked == ["display"] * times


def test_a_wall_in_use_is_not_restarted_before_patience_ends() -> None:
    with deployed("display", hours=HOURS) as place:
        made = keeper(place, Clock(NOON), Counters(), UdpLink("127.0.0.1", 0), Monitors())
        page = {"/health": lambda: Reply(200, b'{"ok": true, "phase": "touring"}')}
        door = HttpDoor("127.0.0.1", place.ports["display"], page)
        try:
            programs = [Program("display", "RUNNING", 1, 0)]
            due = dt.datetime(2026, 6, 2, 9, 31, tzinfo=BERLIN)
            assert not made._closing.due(due, programs, lambda pid: 86_000.0)
            late = due + dt.timedelta(minutes=30)
            assert list(made._closing.due(late, programs, lambda pid: 86_000.0)) == ["display"]
        finally:
            door.close()


def process(here: Kept, name: str = "display") -> psutil.Process:
    word = {"display": "display_node", "input": "input_node"}[name]
    for child in psutil.Process(here.supervisor).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if word in child.cmdline():
                return child
    raise AssertionError(f"no {name}")


@contextmanager
def without_supervisor(key: Path | None = None) -> Iterator[tuple[Keeper, Address, Counters]]:
    with deployed("display") as place:
        counters = Counters()
        link = locked(UdpLink("127.0.0.1", 0), key, counters)
        made = keeper(place, Clock(NOON), counters, link, Monitors())
        yield made, link.address, counters
        link.close()


def answers(made: Keeper, link: UdpLink | SealedLink, question: bytes, to: Address) -> list[object]:
    """What comes back within some steps of the keeper; a sealed link says who it is first."""
    found: list[object] = []
    link.send(question, to)
    for _ in range(10):
        made.step(0.02)
        while (received := link.receive(0.02)) is not None:
            found.append(decode(received[0]))
    return found


def test_an_order_that_comes_again_is_carried_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hears nothing asks again; what he sent meanwhile would stop what was just started."""
    done: list[str] = []
    monkeypatch.setattr(Supervisor, "stop", lambda _, name: done.append(f"stop {name}"))
    monkeypatch.setattr(Supervisor, "start", lambda _, name: done.append(f"start {name}"))
    now, console, other = [100.0], ("127.0.0.1", 1), ("127.0.0.1", 2)
    with deployed("display", "input") as place:
        made = keeper(place, Clock(NOON), Counters(), UdpLink("127.0.0.1", 0), Monitors(), lambda: now[0])

        def said(verb: str, program: str, sender: Address) -> list[str]:
            """What it comes to."""
            done.clear()
            answered = Done(verb, program, True).encode()
            assert made.desk.take(Order(verb, program).encode(), sender) == [answered]
            return [*done]

        assert said("restart", "display", console) == ["stop display"]
        assert said("restart", "display", console) == []
        assert said("restart", "input", console) == ["stop input"]
        assert said("restart", "display", other) == ["stop display"], "somebody else's is another one"
        now[0] += SAME
        assert said("restart", "display", console) == ["stop display"], "and so is a later one"
        for verb, does in (("stop", "stop"), ("start", "start"), ("stop", "stop")):
            assert said(verb, "display", console) == [f"{does} display"], "a change of mind is none"
            assert said(verb, "display", console) == []


def test_a_refusal_is_told_again_without_another_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """supervisord, late, may have heard the first one all the same."""
    asked: list[str] = []

    def late(_: Supervisor, name: str) -> None:
        asked.append(name)
        raise Unreachable("late")

    monkeypatch.setattr(Supervisor, "stop", late)
    with without_supervisor() as (made, _, _):
        order = Order("restart", "display").encode()
        refused = [Done("restart", "display", False, "late").encode()]
        assert [made.desk.take(order, ("127.0.0.1", 1)) for _ in range(3)] == [refused] * 3
        assert asked == ["display"]


@pytest.mark.parametrize(("verb", "then"), [("stop", "STOPPED"), ("start", "RUNNING")])
def test_what_is_wanted_is_done_once_supervisord_answers(
    verb: str, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is late, and was not asked in vain: nobody is told that it was refused."""
    state, late = ["RUNNING" if verb == "stop" else "STOPPED"], [True]

    def turn(to: str) -> Callable[[Supervisor, str], None]:
        def does(_: Supervisor, name: str) -> None:
            if late[0]:
                raise Unreachable("late")
            state[0] = to

        return does

    monkeypatch.setattr(Supervisor, "programs", lambda _: [Program("display", state[0], 0, 0)])
    monkeypatch.setattr(Supervisor, "stop", turn("STOPPED"))
    monkeypatch.setattr(Supervisor, "start", turn("RUNNING"))
    with without_supervisor() as (made, _, _):
        done = made.desk.take(Order(verb, "display").encode(), ("127.0.0.1", 1))
        late[0] = False
        made.tick()
        assert state == [then]
        assert done == [Done(verb, "display", True).encode()]


def test_without_supervisord_it_still_tells() -> None:
    with without_supervisor() as (made, to, _):
        link = UdpLink("127.0.0.1")
        (report,) = answers(made, link, Look().encode(), to)
        assert isinstance(report, Report)
        assert not report.supervised
        assert report.uptime > 0
        assert report.size > report.free > 0
        (done,) = answers(made, link, Order("restart", "display").encode(), to)
        assert "supervisord" in str(done)
        assert answers(made, link, Order("restart", "sh").encode(), to) != []
        nothing = "(no program '/etc/passwd' here; there are display, keeper)\n"
        asked = Tail("/etc/passwd", 100).encode()
        assert answers(made, link, asked, to) == [LogPart("/etc/passwd", 0, 1, nothing)]
        link.close()


@pytest.mark.parametrize(("zone", "told"), [("UTC", "08:00 UTC"), ("Asia/Seoul", "17:00 KST")])
def test_the_zone_of_the_closing_time_is_told(zone: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    closes = int(dt.datetime(2026, 6, 2, 8, 0, tzinfo=dt.UTC).timestamp())
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        said = shown(Report(ME.id, "here", 60, 0.1, None, 1, 2, "open", closes, True))
    time.tzset()
    assert said.splitlines()[0] == f"here: open until Tue 02 Jun {told}"


def test_its_tree_is_one_of_the_proposal_and_says_what_is_heard() -> None:
    with without_supervisor() as (made, to, _):
        tree = machine_tree(made, to)
        status, body = tree.answer("/", "", 9006)
        assert status == 200
        check(json.loads(body))
        for path, tag in (("/state/opening", "s"), ("/state/supervised", "i"), ("/machine/restart", "s")):
            status, body = tree.answer(path, "", 9006)
            assert (status, json.loads(body)["TYPE"]) == (200, tag)
        status, body = tree.answer("/", "HOST_INFO", 9006)
        check_host(host := json.loads(body))
        assert (host["OSC_IP"], host["OSC_PORT"]) == to
        link = UdpLink("127.0.0.1")
        orders = json.loads(tree.answer("/machine", "", 9006)[1])["CONTENTS"]
        for verb, node in orders.items():
            assert node["CRITICAL"]
            for program in node["RANGE"][0]["VALS"]:
                (done,) = answers(made, link, Order(verb, program).encode(), to)
                assert isinstance(done, Done), f"{verb} {program} is in the tree, but not heard"
        link.close()


def test_with_a_key_strangers_are_not_heard(tmp_path: Path) -> None:
    key = tmp_path / "key"
    new_key(key)
    with without_supervisor(key) as (made, to, counters):
        stranger, friend = UdpLink("127.0.0.1"), locked(UdpLink("127.0.0.1"), key, Counters())
        assert answers(made, stranger, Look().encode(), to) == []
        assert answers(made, stranger, Order("stop", "display").encode(), to) == []
        assert sum(counters.snapshot().values()) >= 2
        assert any(isinstance(one, Report) for one in answers(made, friend, Look().encode(), to))
        stranger.close()
        friend.close()


def test_without_a_key_only_this_machine_is_heard() -> None:
    with without_supervisor() as (made, _, counters):
        assert made.desk.take(Look().encode(), ("192.168.1.66", 9005)) == []
        assert made.desk.take(Order("stop", "display").encode(), ("10.0.0.1", 1)) == []
        assert counters.snapshot() == {"dropped_stranger": 2}
        assert len(made.desk.take(Look().encode(), ("127.0.0.1", 9005))) == 1


def test_systemd_is_fed_only_while_supervisord_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/tmp/sg-notify-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(0.2)
        try:
            monkeypatch.setenv("NOTIFY_SOCKET", path)
            monkeypatch.setattr("deploy.keeper.supervisor.PATIENCE", 2.0)  # here it does fall silent
            with kept("input") as here:
                here.keeper.tick()
                assert systemd.recv(64) == b"WATCHDOG_USEC=15000000\nWATCHDOG=1"
                while drained(systemd):
                    pass
                psutil.Process(here.supervisor).suspend()
                try:
                    here.keeper.tick()
                    assert not here.keeper.programs.answered
                    assert not drained(systemd)
                finally:
                    psutil.Process(here.supervisor).resume()
                wait_for(lambda: here.keeper.tick() or drained(systemd), "food for the watchdog again")
                broken = pytest.MonkeyPatch()
                broken.setattr(here.monitors, "want", fault)

                def fails_and_feeds() -> bool:
                    while drained(systemd):
                        pass
                    before = faults(here.counters)
                    here.keeper.step()
                    return faults(here.counters) > before and bool(drained(systemd))

                wait_for(fails_and_feeds, "food all the same: a dark screen is no reason to begin anew")
                broken.undo()
        finally:
            Path(path).unlink()


def drained(systemd: socket.socket) -> bytes:
    try:
        return systemd.recv(64)
    except TimeoutError:
        return b""


def test_readings_of_this_machine(tmp_path: Path) -> None:
    began, before = psutil.Process().create_time(), time.time()
    age, worked = readings.process_age(os.getpid()), readings.process_work(os.getpid())
    assert age is not None
    assert before - began - 2.0 < age < time.time() - began + 2.0, "psutil knows the boot to the second"
    assert 0.0 < worked == pytest.approx(time.process_time(), abs=0.1)
    assert readings.process_age(2**22 + 1) is None
    for name, value in (("thermal/thermal_zone0/temp", "41000"), ("hwmon/hwmon1/temp1_input", "63500")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(value)
    assert readings.temperature(tmp_path) == 63.5
    (tmp_path / "hwmon/hwmon1/temp1_input").write_text("broken")
    assert readings.temperature(tmp_path) == 41.0
    assert readings.temperature(tmp_path / "none") is None


def test_who_stands_still() -> None:
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        assert not readings.stands_still(sleeper.pid), "it sleeps, as all do who wait"
        psutil.Process(sleeper.pid).suspend()
        wait_for(lambda: readings.stands_still(sleeper.pid), "it to stop")
        psutil.Process(sleeper.pid).resume()
        wait_for(lambda: not readings.stands_still(sleeper.pid), "it to go on")
        sleeper.kill()
    assert not readings.stands_still(sleeper.pid)


def test_a_memory_that_is_damaged_is_none(tmp_path: Path) -> None:
    (tmp_path / "keeper.json").write_bytes(b'{"dark": tr')
    memory = Memory.recall(tmp_path)
    assert (memory.dark, memory.restarts) == (frozenset(), {})
    memory.restarts["display"] = dt.date(2026, 6, 2)
    memory.keep()
    assert Memory.recall(tmp_path).restarts == {"display": dt.date(2026, 6, 2)}


def test_the_keeper_says_when_it_is_ready(tmp_path: Path) -> None:
    with deployed("input") as place:
        log = tmp_path / "log"
        with running(
            sys.executable, "-m", "deploy.keeper", "--config", str(place.config / "keeper.toml"), log=log
        ) as process:
            wait_for(lambda: '"ready": true' in log.read_text(), "the ready line")
            ready = next(json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
            stranger = UdpLink("127.0.0.1")
            stranger.send(b"nothing that is known", ("127.0.0.1", ready["port"]))
            stranger.close()
            here = Node("keeper", "keeper", f"http://127.0.0.1:{ready['http_port']}/health", None)
            blamed = {"127.0.0.1": 1}
            wait_for(lambda: look(here).get("dropped_by_source") == blamed, "its page to say who sent that")
            process.terminate()
            assert process.wait(DEADLINE) == 0


def fault(*_: object) -> None:
    raise ZeroDivisionError("a fault of ours")


def faults(counters: Counters) -> int:
    return counters.snapshot().get("fault_ZeroDivisionError", 0)


def test_a_fault_in_a_message_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with without_supervisor() as (made, to, counters):
        link = UdpLink("127.0.0.1")
        with monkeypatch.context() as broken:
            broken.setattr(readings, "load", fault)
            for asked in (1, 2):
                assert answers(made, link, Look().encode(), to) == []
                assert faults(counters) == asked
        assert len([one for one in caplog.records if one.levelno == logging.ERROR and one.exc_info]) == 1
        assert any(isinstance(one, Report) for one in answers(made, link, Look().encode(), to))
        link.close()


def test_a_fault_in_a_tick_does_not_end_it_and_its_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_supervisor() as (made, to, counters):
        link = UdpLink("127.0.0.1")
        with monkeypatch.context() as broken:
            broken.setattr(Monitors, "want", fault)
            assert any(isinstance(one, Report) for one in answers(made, link, Look().encode(), to))
            assert faults(counters) > 0
            assert made.heart.frames == 0, "it hears, but does not do its work"
        wait_for(lambda: made.step() or made.heart.frames, "a tick that goes through")
        link.close()


def test_whoever_floods_it_is_not_heard_whatever_the_pace() -> None:
    """One datagram a step: each is the first of its step, and counts as all others do."""
    most, over = round(RATE * BURST_SECONDS), 100
    with deployed("display") as place:
        counters, link, flood = Counters(), UdpLink("127.0.0.1", 0), UdpLink("127.0.0.1")
        made = keeper(place, Clock(NOON), counters, link, Monitors(), lambda: 100.0)
        for _ in range(most + over):
            flood.send(b"x", link.address)
            made.step(0.1)
        assert counters.snapshot() == {"dropped_address": most, "dropped_flood": over}
        assert counters.sources() == {"127.0.0.1": most + over}
        link.close()
        flood.close()


@pytest.mark.parametrize(
    ("written", "size", "told"),
    [
        (b"NUL \0 ESC \x1b[2J tab\t bell \a C1 \xc2\x9b\r\n", 1000, "NUL ? ESC ?[2J tab\t bell ? C1 ??\n"),
        (
            "한글".encode() * 5,
            16,
            "\N{REPLACEMENT CHARACTER}글한글한글",
        ),  # from within a letter
        (f"{'한글' * 5}\n끝\n".encode(), 12, "끝\n"),
        (b"all of it\nbut this", 1000, "all of it\nbut this"),
        (b"", 1000, ""),
    ],
)
def test_the_end_of_a_log(written: bytes, size: int, told: str) -> None:
    with deployed("display") as place:
        counters, link, console = Counters(), UdpLink("127.0.0.1", 0), UdpLink("127.0.0.1")
        made = keeper(place, Clock(NOON), counters, link, Monitors())
        asked = Tail("display", size).encode()
        assert answers(made, console, asked, link.address) == [
            LogPart("display", 0, 1, "(No such file or directory)\n")
        ]
        (place.state / "display.log").write_bytes(written)
        assert answers(made, console, asked, link.address) == [LogPart("display", 0, 1, told)]
        link.close()
        console.close()


def test_an_answer_that_is_no_xml_is_none(short_path: Path) -> None:
    class Garbled(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<?xml version='1.0'?><methodResponse><params>\0</params></methodResponse>")

        def log_message(self, *_: object) -> None:
            pass

    path = short_path / "socket"
    with socketserver.UnixStreamServer(str(path), Garbled) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(Unreachable, match="not well-formed"):
            Supervisor(path).programs()
        thread.join()


@pytest.mark.parametrize("where", torn.TORN)
def test_half_a_page_is_none(where: str) -> None:
    with torn.page(torn.TORN[where]) as url:
        assert look(Node("display", "display", url, None)) == {}


DAY, CLOSED = Opening(True, True, None), Opening(False, True, None)


@dataclass
class Wall:
    """What a keeper sees of a wall, and has told it since the last look. `black`: as its page says."""

    name: str
    has_page: bool = True
    black: bool = False

    def __post_init__(self) -> None:
        self.ear = UdpLink("127.0.0.1")
        self.door = HttpDoor("127.0.0.1", 0, {"/health": self.page})

    def page(self) -> Reply:
        return Reply(200, json.dumps({"blackout": self.black}).encode())

    @property
    def node(self) -> Node:
        url = f"http://127.0.0.1:{self.door.port}/health" if self.has_page else None
        return Node(self.name, "display", url, self.ear.address)

    def told(self) -> list[bool]:
        """The blackouts that it was told, which it obeys."""
        found = []
        while (received := self.ear.receive()) is not None:
            self.black = received[0] == Control("blackout", 1.0).encode()
            assert received[0] == Control("blackout", float(self.black)).encode()
            found.append(self.black)
        return found

    def close(self) -> None:
        self.ear.close()
        self.door.close()


@contextmanager
def hung(folder: Path, *walls: Wall) -> Iterator[Closing]:
    link = UdpLink("127.0.0.1")
    nodes = {wall.name: wall.node for wall in walls}
    try:
        yield Closing(Rules(find_zone("UTC")), nodes, link, Memory.recall(folder, nodes), Monitors())
    finally:
        for end in (link, *walls):
            end.close()


def running_now(*walls: Wall) -> list[Program]:
    return [Program(wall.name, "RUNNING", 1, 60) for wall in walls]


def test_a_wall_that_ends_in_the_night_does_not_have_the_others_lit_all_day(tmp_path: Path) -> None:
    here, gone = Wall("display"), Wall("display-left")
    with hung(tmp_path, here, gone) as closing:
        closing.light(CLOSED, running_now(here, gone))
        assert (here.told(), gone.told()) == ([True], [True])
        closing.light(DAY, running_now(here))
        assert here.told() == [False]
        closing.light(DAY, running_now(here))
        assert Memory.recall(tmp_path).dark == {"display-left"}
        here.black = True  # an operator's wish
        for _ in range(3):
            closing.light(DAY, running_now(here))
        assert here.told() == []
        gone.black = False  # as a wall is that has just come back
        closing.light(DAY, running_now(here, gone))
        assert (gone.told(), Memory.recall(tmp_path).dark) == ([], set())


def test_a_wall_without_a_page_is_lit_once(tmp_path: Path) -> None:
    wall = Wall("display", has_page=False)
    with hung(tmp_path, wall) as closing:
        for _ in range(2):
            closing.light(CLOSED, running_now(wall))
        assert wall.told() == [True, True]
        for _ in range(3):
            closing.light(DAY, running_now(wall))
        assert wall.told() == [False]


def test_what_an_older_keeper_darkened_is_lit(tmp_path: Path) -> None:
    (tmp_path / "keeper.json").write_text('{"dark": true, "restarts": {}}')
    wall = Wall("display", black=True)
    with hung(tmp_path, wall) as closing:
        closing.light(DAY, running_now(wall))
        assert wall.told() == [False]
        closing.light(DAY, running_now(wall))
        assert json.loads((tmp_path / "keeper.json").read_text()) == {"dark": [], "restarts": {}}
