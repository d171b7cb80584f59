"""The player on a clock that is turned by hand; the mixer on SDL's own drivers, in processes of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from common.clock import ShowClock
from common.config import parse
from common.errors import ConfigError
from display_node.scene import Scene, Sound
from display_node.settings import Settings
from display_node.sound.cues import cues
from display_node.sound.player import LATE, Moment, Player, open_player
from tests.processes import DEADLINE

FRAME = 1 / 60
SCENE = Scene(
    "steps", 60.0, (), (), cues=cues(Sound.WOOD, np.arange(0, 60, 0.5), 0.2, pitch=np.arange(120) % 18)
)


@dataclass
class Recorder:
    """A speaker that writes down what it is told."""

    played: list[int] = field(default_factory=list)
    loud: list[float] = field(default_factory=list)
    turned: list[float] = field(default_factory=list)
    hushed: int = 0

    def play(self, sound: Sound, pitch: int, left: float, right: float) -> None:
        self.played.append(pitch)
        self.loud.append(left + right)

    def turn(self, volume: float) -> None:
        self.turned.append(volume)

    def hush(self) -> None:
        self.hushed += 1

    def warm(self) -> None: ...

    def close(self) -> None: ...


class Room:
    """A player, its recorder, and a clock; `pass_` lets frames go by."""

    def __init__(self) -> None:
        self.speaker = Recorder()
        self.player = Player(self.speaker)
        self.now, self.scene, self.volume = 1000.0, SCENE, 1.0
        self.clock = ShowClock.starting(self.now)
        self.frame()

    def frame(self) -> None:
        moment = Moment(self.scene, self.now, self.clock.show(self.now), self.clock.rate)
        self.player.hear(moment, self.volume)

    def pass_(self, seconds: float, step: float = FRAME) -> list[int]:
        """The pitches heard meanwhile."""
        before = len(self.speaker.played)
        for _ in range(round(seconds / step)):
            self.now += step
            self.frame()
        return self.speaker.played[before:]


def test_every_cue_is_heard_once_the_very_first_included() -> None:
    assert Room().pass_(2.25) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("step", [1 / 240, 1 / 60, 1 / 24, 1 / 7])
def test_the_frame_rate_changes_nothing(step: float) -> None:
    assert Room().pass_(4.2, step) == list(range(9))


def test_a_pause_is_silent_and_lets_what_rings_die_away() -> None:
    room = Room()
    room.pass_(1.2)
    room.clock = room.clock.pause(room.now)
    assert room.pass_(3.0) == []
    assert room.speaker.hushed == 1
    room.clock = room.clock.play(room.now)
    assert room.pass_(1.0) == [3, 4]


@pytest.mark.parametrize("target", [0.0, 7.0, 30.25, 59.9])
def test_a_seek_plays_nothing_of_what_it_jumps_over(target: float) -> None:
    room = Room()
    room.pass_(5.2)
    room.now += FRAME
    room.clock = room.clock.seek(room.now, target)
    room.frame()
    assert room.speaker.hushed == 1
    first = -(-int(target * 100) // 50)
    expected = [cue % 18 for cue in range(first, 120) if cue * 0.5 < target + 1.0 - 1e-6]
    assert room.pass_(1.0) == expected


def test_a_seek_in_a_pause_is_silent() -> None:
    room = Room()
    room.clock = room.clock.pause(room.now)
    room.frame()
    for target in (20.0, 3.0, 3.5):
        room.now += FRAME
        room.clock = room.clock.seek(room.now, target)
        assert room.pass_(0.5) == []


@pytest.mark.parametrize(("rate", "count"), [(0.5, 3), (2.0, 9), (4.0, 17)])
def test_speed_changes_how_many_not_how_high(rate: float, count: int) -> None:
    room = Room()
    room.clock = room.clock.speed(room.now, rate)
    room.frame()
    assert room.pass_(2.05) == [cue % 18 for cue in range(count)]


def test_a_frame_of_many_seconds_says_only_what_is_still_true() -> None:
    room = Room()
    room.pass_(0.25)
    room.now += 30.3
    room.frame()
    assert len(room.speaker.played) <= 1 + round(LATE / 0.5) + 1


def test_another_scene_begins_in_silence_and_with_its_first_cue() -> None:
    room = Room()
    room.pass_(5.2)
    room.scene = Scene("other", 9.0, (), (), cues=cues(Sound.BELL, [0.0, 1.0], 0.2, pitch=[11, 12]))
    room.now += FRAME
    room.clock = ShowClock.starting(room.now)
    room.frame()
    assert room.speaker.hushed == 1
    assert room.pass_(1.1) == [11, 12]


def test_volume_works_at_once_and_nought_is_off() -> None:
    room = Room()
    room.pass_(1.0)
    room.volume = 0.25
    room.pass_(0.1)
    assert room.speaker.turned == [0.25]
    room.volume = 0.0
    assert room.pass_(5.0) == []
    assert (room.speaker.turned, room.speaker.hushed) == ([0.25], 1)
    room.volume = 1.0
    assert room.pass_(1.0)
    assert room.speaker.turned == [0.25, 1.0]


def test_a_wall_without_a_loudspeaker_carries_on() -> None:
    player = open_player(None, headless=True)
    for now in (1.0, 2.0):
        player.hear(Moment(SCENE, now, now, 1.0), 1.0)
    player.warm()
    player.close()


def test_the_settings_say_whether_and_how_loud() -> None:
    assert parse(Settings, "wall", []).sound is None, "with a window yes, headless no"
    assert parse(Settings, "wall", ["--no-sound"]).sound is False
    assert parse(Settings, "wall", ["--sound", "--volume", "0.5"]).volume == 0.5
    with pytest.raises(ConfigError, match="volume"):
        parse(Settings, "wall", ["--volume", "1.5"])


PROGRAM = """
import json, os, statistics, sys, time, logging
import numpy as np
logging.basicConfig(stream=sys.stderr, format="%(message)s")
from tests.display_node.sound.test_player import SCENE
from display_node.sound.player import Moment, open_player
from display_node.sound.synth import RATE
written, disk = os.environ["SDL_DISKAUDIOFILE"], os.environ["SDL_AUDIODRIVER"] == "disk"
player = open_player(True, headless=True)
player.warm()
start, spent = time.monotonic(), []

def now():  # what has been mixed: SDL's thread may be late
    return os.path.getsize(written) / 4 / RATE if disk else time.monotonic() - start

def hear(volume):
    at = now()
    moment = Moment(SCENE, at, at, 1.0)
    before = time.perf_counter()
    player.hear(moment, volume)
    spent.append(time.perf_counter() - before)
    time.sleep(1 / 120)

def rung(seconds):
    mixed = np.fromfile(written, "<i4")
    return mixed.any() and len(mixed) - mixed.nonzero()[0][0] > seconds * RATE

while now() < 0.9 or (disk and not rung(0.4)):
    hear(1.0)
hear(0.0)
silent = now()
while now() < silent + 0.7:
    hear(0.0)
player.close()
print(json.dumps({"ms": 1000 * statistics.median(spent)}))
"""


def perform(driver: str, folder: Path) -> tuple[float, list[str], np.ndarray]:
    """Milliseconds a frame, what was said, and the samples (n, 2) that went to SDL's `disk` driver."""
    written = folder / "heard.raw"
    environment = {**os.environ, "SDL_AUDIODRIVER": driver, "SDL_DISKAUDIOFILE": str(written),
                   "PYGAME_HIDE_SUPPORT_PROMPT": "1"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    said = [line for line in done.stderr.splitlines() if "CRITICAL" not in line and "Writing" not in line]
    sound = np.fromfile(written, "<i2").reshape(-1, 2) if written.exists() else np.zeros((0, 2), np.int16)
    return json.loads(done.stdout)["ms"], said, sound


def test_what_sdl_mixes_begins_softly_rings_and_ends(tmp_path: Path) -> None:
    ms, said, sound = perform("disk", tmp_path)
    assert said == []
    assert ms < 2.0, "5 µs on an idle machine"
    loud = np.abs(sound.astype(int)).max(axis=1)
    # At 0.2 of full scale, in the middle: 0.2 × 32767 × cos 45°.
    assert loud.max() == pytest.approx(0.2 * 32767 * 2**-0.5, rel=0.35)
    first = int(np.argmax(loud > 0))
    assert loud[first : first + 24].max() < 500, "no click at its beginning"
    assert loud[-4800:].max() == 0, "turned down to nothing"


@pytest.mark.parametrize(("driver", "lines"), [("dummy", 0), ("no-such-driver", 1)])
def test_without_a_device_it_is_silent_and_says_so_once(driver: str, lines: int, tmp_path: Path) -> None:
    _, said, sound = perform(driver, tmp_path)
    assert len(said) == lines, said
    assert len(sound) == 0
