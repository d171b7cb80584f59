"""The real window on a real X server, drawn in with a real pointer."""

import itertools
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from common import raster, strokes, wire
from input_node.layout import Layout, layout
from tests.input_node.conftest import DEADLINE, RunningStation, StandInWall, until

SEVEN = [(0.3, 0.25), (0.5, 0.25), (0.7, 0.25), (0.6, 0.5), (0.5, 0.8)]


class Hand:
    """A pointer on the screen, and the station's window under it."""

    def __init__(self, screen: str, station: RunningStation, left_handed: bool = False) -> None:
        self._environment = {**station.environment, "DISPLAY": screen}
        self._left_handed = left_handed
        self.window = until(self._find, "the window")
        self._xdotool("windowmove", self.window, "0", "0")
        self.size: tuple[int, int] = tuple(station.ready["size"])  # type: ignore[assignment]

    @property
    def layout(self) -> Layout:
        return layout(*self.size, self._left_handed)

    def draw(self, points: list[tuple[float, float]], *, down: bool = True, up: bool = True) -> None:
        """One stroke through points of the unit square, or a part of it: without its first or last touch."""
        canvas = self.layout.canvas
        places = [(canvas.left + u * canvas.width, canvas.top + v * canvas.height) for u, v in points]
        moves = [["mousemove", str(round(x)), str(round(y)), "sleep", "0.03"] for x, y in places]
        touch, lift = ("mousedown", "1") if down else (), ("mouseup", "1") if up else ()
        self._xdotool(*moves[0], *touch, *itertools.chain(*moves[1:]), *lift)

    def press(self, button: str) -> None:
        rect = getattr(self.layout, button)
        x, y = rect.left + rect.width // 2, rect.top + rect.height // 2
        self._xdotool("mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.05", "mouseup", "1")

    def key(self, name: str) -> None:
        self._xdotool("windowfocus", self.window, "key", name)

    def resize(self, width: int, height: int) -> None:
        self._xdotool("windowsize", "--sync", self.window, str(width), str(height))
        self.size = (width, height)

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True, timeout=DEADLINE)

    def _find(self) -> str | None:
        command = ["xwininfo", "-root", "-tree"]
        tree = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        ).stdout
        return next((row.split()[0] for row in tree.splitlines() if '"Sandglass"' in row), None)


@pytest.fixture
def environment(screen: str) -> dict[str, str]:
    return {"DISPLAY": screen, "SDL_VIDEODRIVER": "x11"}


def test_a_visitor_draws_and_presses_predict(
    start: Callable[..., RunningStation],
    environment: dict[str, str],
    screen: str,
    stand_in: StandInWall,
    tmp_path: Path,
) -> None:
    record = tmp_path / "kept.strokes.json"
    options = ("--display", stand_in.address, "--size", "800x480", "--record", str(record))
    station = start(*options, environment=environment)
    hand = Hand(screen, station)
    hand.draw(SEVEN[:3], up=False)
    begun = until(lambda: stand_in.of(wire.Preview), "a preview")[0].bitmap.array.sum()
    hand.draw(SEVEN[3:], down=False)
    until(lambda: stand_in.of(wire.Preview)[-1].bitmap.array.sum() > begun, "what is drawn to grow")
    hand.press("predict")
    submit = until(lambda: stand_in.of(wire.Submit), "the submit")[0]
    assert submit.bitmap.array.max() == 255
    until(record.exists, "the record")
    kept = strokes.read(record)
    assert len(kept) == 1
    assert raster.framed(kept[0]) == submit.bitmap  # what is replayed is what was drawn
    assert kept[0].strokes[0][0] == pytest.approx((300, 250), abs=3)
    assert station.stop() == 0


def test_resized_live_it_keeps_the_ink_and_finds_its_buttons(
    start: Callable[..., RunningStation], environment: dict[str, str], screen: str, stand_in: StandInWall
) -> None:
    options = ("--display", stand_in.address, "--size", "1280x800", "--left-handed")
    station = start(*options, environment=environment)
    hand = Hand(screen, station, left_handed=True)
    hand.draw(SEVEN)
    until(lambda: stand_in.of(wire.Preview), "a preview")
    hand.resize(600, 1000)
    until(lambda: station.page()["size"] == [600, 1000], "the station to follow")
    hand.draw([(0.35, 0.55), (0.5, 0.55), (0.65, 0.55)])
    hand.press("predict")
    submit = until(lambda: stand_in.of(wire.Submit), "the submit")[0]
    rows = submit.bitmap.array.max(axis=1)
    columns = submit.bitmap.array.max(axis=0)
    assert (rows > 0).sum() >= 18  # the seven, drawn before
    crossed = submit.bitmap.array[16:22].max(axis=0)
    assert (crossed > 0).sum() >= 8  # its bar, drawn after
    assert (columns > 0).any()
    assert station.stop() == 0


def test_what_is_drawn_just_before_a_resize_stays_as_it_was_drawn(
    start: Callable[..., RunningStation], environment: dict[str, str], screen: str, stand_in: StandInWall
) -> None:
    station = start("--display", stand_in.address, "--size", "1280x800", environment=environment)
    hand = Hand(screen, station)
    station.process.send_signal(signal.SIGSTOP)  # so that it sees all of it in one frame
    hand.draw(SEVEN)
    hand.resize(600, 1000)
    station.process.send_signal(signal.SIGCONT)
    until(lambda: station.page()["size"] == [600, 1000], "the station to follow")
    hand.press("predict")
    submit = until(lambda: stand_in.of(wire.Submit), "the submit")[0]
    ink = submit.bitmap.array > 0
    assert ink.any(axis=1).sum() >= 18
    assert ink.any(axis=0).sum() >= 12
    assert station.stop() == 0


def test_escape_clears_and_only_control_q_ends(
    start: Callable[..., RunningStation], environment: dict[str, str], screen: str, stand_in: StandInWall
) -> None:
    station = start("--display", stand_in.address, "--size", "800x480", environment=environment)
    hand = Hand(screen, station)
    assert busy(station) is False
    hand.draw(SEVEN)
    until(lambda: stand_in.of(wire.Preview), "a preview")
    until(lambda: busy(station), "a visitor to be seen")
    hand.key("Escape")
    until(lambda: stand_in.of(wire.Clear), "the clear")
    until(lambda: busy(station) is False, "nobody to be seen")
    assert station.process.poll() is None
    hand.key("ctrl+q")
    assert station.process.wait(DEADLINE) == 0


def busy(station: RunningStation) -> bool:
    """The keeper waits for it before it has the station start afresh."""
    return bool(station.page()["busy"])


def test_fullscreen_covers_the_screen(
    start: Callable[..., RunningStation], environment: dict[str, str], stand_in: StandInWall
) -> None:
    station = start("--display", stand_in.address, "--fullscreen", environment=environment)
    assert station.ready["size"] == [1600, 1200]
    assert station.stop() == 0
