"""A real wall is recorded, killed, and replayed: the same frames, to the last bit."""

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.errors import DataError
from common.wire import Preview
from display_node.flight.projector import Projector
from display_node.flight.recorder import GATHER
from display_node.flight.records import Canvas, Decided, Received
from display_node.flight.tape import Tape, records, runs
from display_node.network import SHIPPED
from display_node.surface import Headless
from tests.display_node.conftest import ROOT, Wall, until
from tests.display_node.test_desk import ONE, OTHER
from tests.processes import DEADLINE

Shot = tuple[float, str]
"""Time and hash of a frame that was presented."""


class Filmed(Wall):
    """A wall whose frames are looked at through its HTTP door, as a console would."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder, "--state", str(folder / "state"), *options)
        self.shots: list[Shot] = []

    def shoot(self, count: int = 1) -> None:
        """So many frames more, each later than the one before."""
        for _ in range(count):
            self.shots.append(until(self._later))

    def _later(self) -> Shot | None:
        page = self.page("/thumbnail.png")
        if page is None:
            return None
        at = float(page[0]["X-Frame-Time"])
        return None if self.shots and at <= self.shots[-1][0] else (at, page[0]["X-Frame-Hash"])

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.link.close()
        self._log.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


def litter(wall: Filmed) -> None:
    """What nobody can compress, so that an evening of a minute fills several files."""
    for _ in range(20):
        wall.send(os.urandom(1100))


def perform(wall: Filmed) -> None:
    """A known evening: somebody draws and submits, the operator meddles, the next one does not wait."""
    wall.shoot(2)
    number, sequence = time.monotonic_ns(), itertools.count()
    for picture in (ONE, OTHER, ONE):
        wall.send(Preview("left", number, next(sequence), picture).encode())
        wall.shoot(2)
    until(lambda: wall.health["phase"] == "drawing")
    wall.shoot(2)
    wall.read(ONE, "left", number)
    until(lambda: wall.health["phase"] == "touring")
    wall.shoot(4)
    litter(wall)
    for verb, value, seen in (
        ("pause", None, {"paused": True}), ("seek", 9.0, {"time": 9.0}),
        ("language", "en", {"language": "en"}), ("play", None, {"paused": False}),
        ("speed", 3.0, {"speed": 3.0}), ("captions", 0.0, {"captions": False}),
        ("captions", 1.0, {"captions": True}), ("blackout", 1.0, {"blackout": True}),
        ("blackout", 0.0, {"blackout": False}), ("seek", 30.0, {}),
    ):  # fmt: skip
        wall.command(verb, value)
        until(lambda seen=seen: seen.items() <= wall.health.items())
        wall.shoot(2)
        litter(wall)
    wall.read(OTHER, "right")  # takes over at the end of the chapter
    wall.command("next")
    until(lambda: wall.health["station"] == "right")
    wall.shoot(6)
    wall.command("seek", 3600.0)
    until(lambda: wall.health["phase"] == "answered")
    wall.shoot(2)
    wall.command("reset")
    until(lambda: wall.health["phase"] == "idle")
    wall.shoot(6)
    wall.command("pause")
    until(lambda: wall.health["paused"])
    wall.shoot(7)  # a second, at five a second: the bound, all but the last one survives


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Shot]]:
    """The folder of a recording, which ended with kill -9, and what was seen while it was made."""
    folder = tmp_path_factory.mktemp("evening")
    wall = Filmed(folder, "--recorder", "--recorder-mb", "1")
    try:
        perform(wall)
    finally:
        wall.kill()
    return folder / "state" / "flight", wall.shots


def hashed(picture: np.ndarray) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def surface() -> Iterator[Headless]:
    made = Headless((160, 90), 60)
    yield made
    made.close()


def test_every_frame_is_the_same_again(evening: tuple[Path, list[Shot]], surface: Headless) -> None:
    folder, shots = evening
    tape = Tape(runs(folder)[-1])
    projector = Projector(tape, surface)
    wrong = [
        (round(at - tape.begin, 2), tape.decision(tape.index(at)).phase)
        for at, seen in shots
        if hashed(projector.picture(at)) != seen
    ]
    print(f"{len(shots)} frames, {len({seen for _, seen in shots})} different ones")
    assert not wrong
    assert len({seen for _, seen in shots}) > 20
    # In any order: what is shown before leaves no trace.
    for at, seen in reversed(shots[::3]):
        assert hashed(projector.picture(at)) == seen
    projector.close()


def test_each_file_of_a_recording_stands_for_itself(
    evening: tuple[Path, list[Shot]], surface: Headless
) -> None:
    folder, shots = evening
    (whole,) = runs(folder)
    looked_at = 0
    for first, second in pairwise(whole.paths):
        begin, tape = Tape(runs(first)[0]).end, Tape(runs(second)[0])
        projector = Projector(tape, surface)
        within = [(at, seen) for at, seen in shots if begin + GATHER < at <= tape.end]
        assert [seen for _, seen in within] == [hashed(projector.picture(at)) for at, _ in within]
        looked_at += len(within)
        projector.close()
    assert looked_at > 10


def test_what_was_received_is_there_up_to_the_last_second(evening: tuple[Path, list[Shot]]) -> None:
    folder, shots = evening
    (whole,) = runs(folder)
    found = list(records(whole))
    kinds = {type(record) for record in found}
    assert {Received, Decided, Canvas} <= kinds
    stations = {record.datagram.split(b"\0")[0] for record in found if isinstance(record, Received)}
    assert {b"/drawing/preview", b"/drawing/submit", b"/control/pause"} <= stations
    last = [record for record in found if isinstance(record, Decided)][-1]
    assert last.clock.paused, "the last that was decided, a second before the end"
    assert last.at < shots[-6][0]


def sandglass(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.cli", "replay", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False)


def test_the_command_lists_shows_and_films_it(evening: tuple[Path, list[Shot]], tmp_path: Path) -> None:
    folder, shots = evening
    told = sandglass(str(folder), "--list")
    assert told.returncode == 0, told.stderr
    for word in (
        "the invitation, part 0",
        "somebody draws",
        "from left",
        "paused",
        "3× speed",
        "blackout True",
    ):
        assert word in told.stdout.replace("\n", " "), told.stdout
    tape = Tape(runs(folder)[-1])
    at, seen = shots[len(shots) // 2]
    png = tmp_path / "frame.png"
    done = sandglass(str(folder), "--at", repr(at - tape.begin), "-o", str(png))
    assert done.returncode == 0, done.stderr
    assert hashed(np.asarray(Image.open(png))) == seen
    film = tmp_path / "film.mp4"
    done = sandglass(str(folder), "--from", "1", "--to", "2", "-o", str(film), "--frame-rate", "5")
    assert done.returncode == 0, done.stderr
    assert film.stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--at", "0", "-o", "x.gif"], "x.gif"),
        (["--at", "99999", "-o", "x.png"], "not recorded"),
        (["--run", "7", "--at", "0", "-o", "x.png"], "run 7"),
        (["--at", "0", "-o", "x.png", "--weights", str(SHIPPED.with_name("mlp.safetensors"))], "--weights"),
    ],
)
def test_what_cannot_be_replayed_is_one_clear_line(
    evening: tuple[Path, list[Shot]], options: list[str], named: str
) -> None:
    done = sandglass(str(evening[0]), *options)
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_without_being_asked_for_nothing_is_recorded_but_visitors_are_counted(tmp_path: Path) -> None:
    wall = Filmed(tmp_path)
    try:
        wall.read(ONE, "left")

        def counted() -> bool:  # the submit just after its answer has left
            today = json.loads(wall.get("/visitors")[2])["today"]
            return bool(today["submits"] == today["answers"] == today["sessions"] == 1)

        until(counted)
        assert not (tmp_path / "state" / "flight").exists()
    finally:
        wall.close()
    with pytest.raises(DataError, match="recorder"):
        runs(tmp_path / "state")
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "visitors", "--folder", str(tmp_path / "state"), "--csv", "-"],
        cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=True,
    )  # fmt: skip
    assert ",left,1,1,1," in done.stdout
