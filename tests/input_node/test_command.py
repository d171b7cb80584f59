"""`python -m input_node` as others run it: replay, headless, bad options, SIGTERM."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from common import raster, strokes, wire
from common.link import UdpLink
from input_node.pen import BOX
from tests.input_node.conftest import DEADLINE, PROBABILITIES, RunningStation, StandInWall, until

ENDS_WITHIN = 3.0
"""Seconds: supervisord would wait for ten."""


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "input_node", "--headless", "--no-discovery", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)


def test_replay_submits_each_drawing_and_prints_its_answer(stand_in: StandInWall, strokes_file: Path) -> None:
    done = run("--display", stand_in.address, "--replay", str(strokes_file), "--station", "박물관 tablet")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["index"], line["label"], line["digit"]) for line in lines] == [(0, 7, 7), (1, None, 7)]
    assert lines[0]["probabilities"] == pytest.approx(PROBABILITIES, abs=1e-5)
    assert all(line["latency_ms"] > 0 for line in lines)
    assert [line["sure"] for line in lines] == [True, True]
    first, second = {submit.drawing: submit for submit in stand_in.of(wire.Submit)}.values()
    assert first.station == "박물관 tablet"
    fitted = [stroke * (BOX / 200) + (BOX / 4, 0) for stroke in strokes.read(strokes_file)[0].strokes]
    assert first.bitmap == raster.framed(strokes.Drawing(tuple(fitted), (BOX, BOX)))
    assert not second.bitmap.empty
    assert stand_in.of(wire.Preview)


def test_replay_says_where_the_wall_is_not_sure_that_it_is_a_digit(
    stand_in: StandInWall, strokes_file: Path
) -> None:
    stand_in.sure = False
    done = run("--display", stand_in.address, "--replay", str(strokes_file))
    assert [json.loads(line)["sure"] for line in done.stdout.splitlines()] == [False, False]


def test_replay_waits_for_a_wall_that_comes_late(strokes_file: Path) -> None:
    held = UdpLink()
    port = held.address[1]
    command = [sys.executable, "-m", "input_node", "--headless", "--no-discovery"]
    command += ["--display", f"localhost:{port}", "--replay", str(strokes_file)]
    station = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    until(lambda: held.receive(0.1), "the station's first datagram, which nobody answers")
    held.close()
    wall = StandInWall(port)
    try:
        out, _ = station.communicate(timeout=DEADLINE)
    finally:
        station.kill()
        wall.close()
    assert station.returncode == 0
    assert len(out.splitlines()) == 2


def test_replay_gives_up_with_one_line(strokes_file: Path) -> None:
    silent = UdpLink()
    done = run(
        "--display", f"127.0.0.1:{silent.address[1]}", "--replay", str(strokes_file), "--timeout", "0.3"
    )
    silent.close()
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "sandglass: no answer to drawing 0 within 0.3 s\n"


def test_sigterm_ends_a_replay(strokes_file: Path) -> None:
    silent = UdpLink()
    command = [sys.executable, "-m", "input_node", "--headless", "--no-discovery"]
    command += ["--replay", str(strokes_file)]
    command += ["--display", f"127.0.0.1:{silent.address[1]}"]
    station = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: silent.receive(0.1), "the replay to begin")
        station.send_signal(signal.SIGTERM)
        assert station.wait(DEADLINE) == 0
    finally:
        station.kill()
        silent.close()


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--bogus"], "--bogus"),
        (["--size", "huge"], "huge"),
        (["--http-port", "many"], "many"),
        (["--display", "wall:port"], "wall:port"),
        (["--language", "fr"], "fr"),
        (["--station", "a\tb"], "printable"),
        (["--replay", "/nowhere/x.strokes.json"], "/nowhere"),
        (["--config", "/nowhere/x.toml"], "/nowhere"),
        (["--host", "203.0.113.7"], "203.0.113.7"),
    ],
)
def test_a_bad_option_is_one_line_and_status_2(options: list[str], names: str) -> None:
    done = run(*options)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert names in done.stderr


@pytest.mark.parametrize("drawings", ["{}", '[{"box": [1, 1], "strokes": []}]', '[{"box": [1, 1]}]'])
def test_a_bad_strokes_file_is_one_line_and_status_2(tmp_path: Path, drawings: str) -> None:
    path = tmp_path / "bad.strokes.json"
    path.write_text(f'{{"format": "sandglass-strokes-1", "drawings": {drawings}}}')
    for option in ("--replay", "--record"):
        if option == "--record" and "strokes" in drawings:
            continue  # a drawing without ink is no fault of a record
        done = run(option, str(path), "--http-port", "0")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert str(path) in done.stderr


def test_an_occupied_http_port_is_one_line_and_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--http-port", str(port), "--host", "127.0.0.1")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr


def test_headless_it_presents_frames_and_ends_cleanly(
    start: Callable[..., RunningStation], stand_in: StandInWall
) -> None:
    station = start("--headless", "--display", stand_in.address, "--size", "800x480")
    assert station.ready["size"] == [800, 480]
    until(lambda: station.page()["ok"], "frames to be presented")
    first = station.page()
    assert first["role"] == "input"
    until(lambda: station.page()["frames"] != first["frames"], "an idle station to present again")
    until(lambda: stand_in.of(wire.Hello), "a hello")
    assert station.stop() == 0


def test_told_to_end_it_waits_for_nothing(start: Callable[..., RunningStation]) -> None:
    """So nobody has to kill it. A busy machine may stand still for a moment: it is tried three times."""
    ended = []
    for _ in range(3):
        station = start("--headless", "--display", "127.0.0.1:9")
        until(lambda station=station: station.page()["ok"], "frames to be presented")
        began = time.monotonic()
        assert station.stop() == 0
        ended.append(time.monotonic() - began)
    assert min(ended) < ENDS_WITHIN
