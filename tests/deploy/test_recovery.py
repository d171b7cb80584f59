"""A machine as it is deployed: real supervisord, real nodes, the real keeper, and what kills them."""

import json
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.budgets import DEATH, HANG, TRIES, held
from tests.deploy.galleries import Place, deployed, supervised
from tests.processes import DEADLINE, python, wait_for


def frames(port: int) -> int | None:
    """Frames presented so far, if they are being presented."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as reply:
            return int(json.load(reply)["frames"])
    except (OSError, ValueError):
        return None


def child(supervisor: int, word: str) -> psutil.Process | None:
    for process in psutil.Process(supervisor).children():
        try:
            if word in process.cmdline():
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def first_start(place: Place, *names: str) -> float:
    """Seconds from now, when its supervisord has just been started, until these programs (without a name:
    all) present frames."""
    start = time.monotonic()
    for name in names or place.ports:
        wait_for(lambda name=name: frames(place.ports[name]), f"{name} to present frames")
    return time.monotonic() - start


def recovers(
    what: str, place: Place, supervisor: int, name: str, harm: Callable[[psutil.Process], None],
    promise: float, first: float,
) -> None:  # fmt: skip
    """`harm` is done to a program, which presents frames again. `first`: seconds that a first start took."""

    def took() -> float:
        wait_running(place, name)
        old = wait_for(lambda: child(supervisor, MODULES[name]), f"{what}: a process")
        start = time.monotonic()
        harm(old)
        wait_for(lambda: not old.is_running(), f"{what}: the end of the old process")
        wait_for(lambda: frames(place.ports[name]), f"{what}: frames after it")
        return time.monotonic() - start

    held(what, took(), promise, first, took)


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Place, int, float]]:
    """A wall, a station and a console on one machine, with everything that watches over them; supervisord's
    number, and how long they took to start."""
    usual = {"engine": "torch"}  # which takes its time to wake up
    with deployed("display", "input", "operate", display=usual) as place, supervised(place) as supervisor:
        yield place, supervisor, first_start(place)


MODULES = {
    "display": "display_node", "input": "input_node", "operate": "deploy.cli", "keeper": "deploy.keeper",
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_a_killed_process_is_back(name: str, machine: tuple[Place, int, float]) -> None:
    place, supervisor, first = machine
    recovers(f"kill -9 of {name}", place, supervisor, name, psutil.Process.kill, DEATH, first)


@pytest.mark.parametrize("name", MODULES)
def test_a_frozen_process_is_back(name: str, machine: tuple[Place, int, float]) -> None:
    """SIGSTOP: the port still takes connections, nobody answers them, and SIGTERM would do nothing."""
    place, supervisor, first = machine
    recovers(f"SIGSTOP of {name}", place, supervisor, name, psutil.Process.suspend, HANG, first)


def test_what_is_not_harmed_is_left_alone(machine: tuple[Place, int, float]) -> None:
    """Three rounds of every watch, in which nobody is killed. A machine that stands still for seconds looks
    like harm to a watch, once; one that kills what is well does so each time."""
    place, supervisor, _ = machine
    for _ in range(TRIES):
        for name in MODULES:
            wait_running(place, name)
        before = {name: child(supervisor, module) for name, module in MODULES.items()}
        end = time.monotonic() + 16.0
        wait_for(lambda end=end: time.monotonic() > end, "three rounds")  # type: ignore[misc]
        after = {name: child(supervisor, module) for name, module in MODULES.items()}
        if after == before:
            return
        print(f"\nkilled though well: {before} became {after}")
    pytest.fail("somebody who is well is killed each time")


def test_logs_and_socket_are_this_users_alone(machine: tuple[Place, int, float]) -> None:
    place, *_ = machine
    assert stat.S_IMODE((place.state / "supervisor.sock").stat().st_mode) == 0o700
    assert stat.S_IMODE(place.state.stat().st_mode) == 0o700
    for name in MODULES:
        assert "Traceback" not in (place.state / f"{name}.log").read_text()
    for listener in ("reviver", "memmon", "watch-display"):
        assert "Traceback" not in (place.state / f"{listener}.log").read_text()


def test_a_person_can_ask_and_order(machine: tuple[Place, int, float]) -> None:
    place, supervisor, _ = machine
    for name in MODULES:
        wait_running(place, name)
    report = ask(place, "report")
    assert "here: open" in report
    for name in MODULES:
        assert f"  {name:<20}RUNNING" in report
    assert "first frame" in ask(place, "log", "display")
    old = child(supervisor, "display_node")
    assert old is not None
    wait_for(lambda: "it is being done" in told(place, "restart", "display"), "supervisord to hear it")
    wait_for(lambda: not old.is_running(), "the end of the old wall")
    wait_for(lambda: frames(place.ports["display"]), "the new wall")
    assert "no program 'memmon'" in ask(place, "restart", "memmon", fine=False)
    assert "no program '../sh'" in ask(place, "start", "../sh", fine=False)


def test_a_log_is_shown_whatever_is_in_it(machine: tuple[Place, int, float]) -> None:
    """Also where its last 16 KB begin within a letter; the keeper that is asked goes on."""
    place, supervisor, _ = machine
    wait_running(place, "keeper")
    keeper = child(supervisor, MODULES["keeper"])
    for written, seen in (("NUL \0 ESC \x1b[2J", "NUL ? ESC ?[2J"), ("가" * 6000, "가" * 5000)):
        with (place.state / "input.log").open("ab") as log:
            log.write(f"{written}\n".encode())
        assert seen in ask(place, "log", "input")
    assert child(supervisor, MODULES["keeper"]) == keeper


def test_a_stop_lasts_until_a_start(machine: tuple[Place, int, float]) -> None:
    place, *_ = machine
    wait_running(place, "input")
    ask(place, "stop", "input")
    wait_for(lambda: f"{'input':<20}STOPPED" in told(place, "report"), "the station's end")
    keeper_frames = wait_for(lambda: frames(place.ports["keeper"]), "the keeper's page")
    wait_for(lambda: (frames(place.ports["keeper"]) or 0) > keeper_frames + 30, "some ticks of the keeper")
    assert frames(place.ports["input"]) is None
    ask(place, "start", "input")
    wait_for(lambda: frames(place.ports["input"]), "the station")


def test_what_was_stopped_behind_the_keepers_back_is_started(machine: tuple[Place, int, float]) -> None:
    place, *_ = machine
    wait_running(place, "input")
    conf = str(place.config / "supervisord.conf")
    supervisorctl = [str(Path(python("x")[0]).parent / "supervisorctl"), "-c", conf, "stop", "input"]
    subprocess.run(supervisorctl, check=True, capture_output=True, timeout=60)
    wait_for(lambda: frames(place.ports["input"]), "the station")


def asked(place: Place, *words: str) -> "subprocess.CompletedProcess[str]":
    command = python("deploy.cli", "machine", *words, "--host", f"127.0.0.1:{place.keeper_port}")
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE)


def ask(place: Place, *words: str, fine: bool = True) -> str:
    done = asked(place, *words)
    assert (done.returncode == 0) is fine, done.stderr
    return done.stdout


def told(place: Place, *words: str) -> str:
    """The same for whoever asks again: "" if nobody answers, or somebody refuses."""
    done = asked(place, *words)
    return done.stdout if done.returncode == 0 else ""


def wait_running(place: Place, name: str) -> None:
    """Until supervisor calls it RUNNING: a kill within `startsecs` would count as a failed start."""
    wait_for(lambda: f"{name:<20}RUNNING" in told(place, "report"), f"{name} to be RUNNING")
    wait_for(lambda: frames(place.ports[name]), f"{name} to present frames")


def test_a_machine_with_a_key_that_is_closed_today() -> None:
    """All as it is generated: the keeper blacks the wall out by a sealed command, and hears only the key."""
    with deployed("display", "input", hours={"every_day": []}, key=True) as place, supervised(place):
        page = f"http://127.0.0.1:{place.ports['display']}/health"

        def black() -> bool:
            try:
                with urllib.request.urlopen(page, timeout=1) as reply:
                    return json.load(reply)["blackout"] is True
            except (OSError, ValueError):
                return False

        wait_for(black, "the wall to be black")
        key = str(place.config / "k")
        stopped = f"{'input':<20}STOPPED"
        wait_for(lambda: stopped in told(place, "report", "--key", key), "the station to rest")
        assert "here: closed" in ask(place, "report", "--key", key)
        assert ask(place, "restart", "display", fine=False) == "", "without the key nobody answers"


def test_what_was_given_up_is_revived() -> None:
    """Weights that are gone: every start fails, FATAL; then they are there again, and the wall comes."""
    with deployed("display") as place:
        conf = place.config / "supervisord.conf"
        # As generated, but the tenth failure is near: one second each makes a minute otherwise. And one that
        # fails late fails all the same: where imports take long, an attempt may take more than five seconds.
        text = conf.read_text().replace("startsecs=5\n", "startsecs=60\n")
        conf.write_text(text.replace("startretries=10", "startretries=1").replace("--linger 6", "--linger 0"))
        settings = place.config / "display.toml"
        whole = settings.read_text()
        with supervised(place) as supervisor:
            first = first_start(place)
            settings.write_text(whole + 'weights = "/nowhere.safetensors"\n')
            wall = child(supervisor, MODULES["display"])
            assert wall is not None
            wall.kill()
            log = place.state / "supervisord.log"
            wait_for(lambda: "gave up: display" in log.read_text(), "FATAL")
            start = time.monotonic()
            settings.write_text(whole)
            wait_for(lambda: frames(place.ports["display"]), "the wall")
            held("FATAL, its cause gone", time.monotonic() - start, HANG, first)
        assert "display was given up" in (place.state / "reviver.log").read_text()
