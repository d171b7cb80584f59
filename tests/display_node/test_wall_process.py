"""The wall as other programs meet it: its ports, its answers, its verbs, and nothing left when it ends."""

import gc
import itertools
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest

from common import osc
from common.bitmap import SIDE, Bitmap
from common.control import Control
from common.link import UdpLink
from common.wire import Ack, Answer, Clear, Hello, Preview, Progress, Submit
from display_node.settings import Settings
from display_node.wall import Wall as WallItself
from tests.display_node.conftest import PATIENCE, Wall, answer_to, ask, replies, until
from tests.display_node.test_desk import ONE, OTHER
from tests.processes import free_port

Path2 = list[tuple[float, float]]


LIT = 40
"""Of 255: what the brightest pixel of the invitation exceeds, as small as it is here."""


@pytest.fixture
def rested(wall: Wall) -> Iterator[Wall]:
    """The wall, inviting, before and after."""
    wall.rest()
    yield wall
    wall.rest()


def arc(x: float, y: float, wide: float, high: float, start: float, end: float) -> Path2:
    """Points along an ellipse, angles in degrees, clockwise from the right."""
    turns = np.radians(np.linspace(start, end, 32))
    return list(zip((x + wide * np.cos(turns)).tolist(), (y + high * np.sin(turns)).tolist(), strict=True))


DIGITS: dict[int, list[Path2]] = {
    0: [arc(16, 16, 9, 13, 0, 360)],
    1: [[(16, 2), (16, 30)]],
    2: [[*arc(16, 10, 9, 8, 180, 380), (7, 29), (26, 29)]],
    3: [arc(15, 9, 9, 7, 200, 450) + arc(15, 22, 10, 7.5, 270, 520)],
    4: [[(10, 2), (5, 18), (27, 18)], [(21, 8), (21, 30)]],
    5: [[(25, 3), (9, 3), (8, 14), *arc(15, 21, 9.5, 8.5, 230, 500)]],
    6: [[(20, 2), (10, 13), *arc(16, 22, 8.5, 8, 190, 545)]],
    7: [[(5, 3), (27, 3), (13, 30)]],
    8: [arc(16, 9, 7, 7, 90, 450) + arc(16, 23, 9, 7, 270, 630)],
    9: [[*arc(16, 10, 8.5, 8, 0, 360), (24, 10), (21, 30)]],
}
"""Drawn by hand for the original's canvas: 32 pixels, and the ink fills them."""


def hard_ink(paths: list[Path2]) -> np.ndarray:
    """(32, 32) bool: a nib of 3 pixels without any smoothing, as the original's sketch draws."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    ink = np.zeros((SIDE, SIDE), bool)
    for path in paths:
        for (x0, y0), (x1, y1) in pairwise(path):
            across, down = x1 - x0, y1 - y0
            square = max(across**2 + down**2, 1e-9)
            along = np.clip(((x - x0) * across + (y - y0) * down) / square, 0, 1)
            ink |= np.hypot(x - x0 - along * across, y - y0 - along * down) <= 1.5
    return ink


def processing(grey: np.ndarray) -> bytes:
    """The datagram as oscP5 makes it of 1,024 colours: signed 32-bit 0xFFgggggg, big-endian."""
    colours = [(0xFF000000 | int(g) * 0x010101) - (1 << 32) for g in grey.ravel()]
    tags = b"," + b"i" * 1024
    return b"/test\0\0\0" + tags + bytes(4 - len(tags) % 4) + struct.pack(">1024i", *colours)


def test_the_originals_datagram_is_the_one_that_was_captured() -> None:
    datagram = processing(np.full((SIDE, SIDE), 0x12))
    assert len(datagram) == 5132
    assert datagram[1036:1040] == b"\xff\x12\x12\x12"
    (message,) = osc.messages(datagram)
    assert (message.address, len(message.tags)) == ("/test", 1024)


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("paper", [0, 255], ids=["white on black", "black on white"])
def test_what_the_originals_sketch_sends_is_read(wall: Wall, digit: int, paper: int) -> None:
    grey = np.where(hard_ink(DIGITS[digit]), 255 - paper, paper)
    sketch = UdpLink()
    try:
        answer = answer_to(sketch, wall.door("legacy"), processing(grey), "legacy", None)
    finally:
        sketch.close()
    assert answer.digit == digit
    assert sum(answer.probabilities) == pytest.approx(1.0, abs=1e-4)


def test_it_is_up_and_says_so(wall: Wall) -> None:
    assert wall.ports["ready"] is True
    assert set(wall.ports) == {"ready", "drawing_port", "control_port", "http_port", "legacy_port"}
    headers, health = until(wall.living)
    assert headers["Content-Type"] == "application/json"
    assert (health["ok"], health["role"], health["awake"]) == (True, "display", True)
    until(lambda: wall.health["frames"] > health["frames"])
    assert wall.get("/nothing")[0] == 404


def frame(wall: Wall) -> np.ndarray:
    headers, picture = wall.picture()
    assert headers["Content-Type"] == "image/png"
    assert float(headers["X-Frame-Age"]) >= 0.0
    assert len(headers["X-Frame-Hash"]) == 64
    return picture


def test_the_thumbnail_is_a_picture_of_the_wall(rested: Wall) -> None:
    assert frame(rested).shape == (90, 160, 3)
    until(lambda: frame(rested).max() > LIT)  # the first digit comes after some seconds


def test_a_submit_is_answered_once_and_repeated_to_who_asks(wall: Wall) -> None:
    number = time.monotonic_ns()
    wall.settle()
    before = wall.counters.get("submits", 0)
    first = wall.read(ONE, drawing=number)
    assert (first.digit, len(first.probabilities)) == (1, 10)
    assert wall.read(ONE, drawing=number) == first
    assert wall.read(OTHER, drawing=number) == first  # who it is from and its number are its identity
    wall.settle()
    assert wall.counters["submits"] == before + 1


def test_stations_are_told_apart(wall: Wall) -> None:
    left, right = wall.read(ONE, "left", 1), wall.read(OTHER, "right", 1)
    assert (left.station, right.station) == ("left", "right")
    assert left.probabilities != right.probabilities


def test_hello_is_answered_to_its_sender_only(wall: Wall) -> None:
    here, there = UdpLink(), UdpLink()
    try:
        ask(here, wall.door("drawing"), Hello("모래시계", -1).encode(), Ack("모래시계", -1))
        assert there.receive() is None
    finally:
        here.close()
        there.close()


def test_a_pen_is_followed_and_a_late_picture_is_not(rested: Wall) -> None:
    number, sequences = time.monotonic_ns(), itertools.count(5)

    def drawing() -> bool:
        if rested.health["phase"] == "touring":  # of an earlier test
            rested.command("reset")
        rested.send(Preview("pen", number, next(sequences), ONE).encode())
        return bool(rested.health["phase"] == "drawing")

    until(drawing)
    rested.settle()
    late = rested.counters.get("late_previews", 0)
    rested.send(Preview("pen", number, 4, ONE).encode())
    rested.settle()
    assert rested.counters["late_previews"] == late + 1
    rested.send(Clear("pen", number).encode())
    rested.send(Preview("pen", number, next(sequences), ONE).encode())
    rested.settle()
    assert rested.counters["late_previews"] == late + 2


class Tour:
    """A tour on the wall, followed through what the wall tells the tablet."""

    def __init__(self, wall: Wall) -> None:
        self.wall, self.link, self.number = wall, UdpLink(), time.monotonic_ns()
        datagram = Submit("tour", self.number, 1, ONE).encode()
        answer_to(self.link, wall.door("drawing"), datagram, "tour", self.number)
        until(self._on_stage)

    def _on_stage(self) -> bool:
        if any(word.drawing == self.number for word in self.told()):
            return True
        if self.wall.health["station"] not in (None, "tour"):
            self.wall.command("next")  # something submitted earlier is shown first
        return False

    def told(self) -> list[Progress]:
        return [reply for reply in replies(self.link, 0.1) if isinstance(reply, Progress)]


@pytest.fixture
def tour(rested: Wall) -> Iterator[Tour]:
    began = Tour(rested)
    yield began
    began.link.close()


def test_a_tour_is_told_to_its_tablet(tour: Tour) -> None:
    word = until(tour.told)[-1]
    assert (word.station, word.drawing) == ("tour", tour.number)
    assert word.chapter
    assert 0.0 <= word.fraction <= 1.0


def test_pause_and_play(tour: Tour) -> None:
    tour.wall.command("pause")
    until(lambda: tour.wall.health["paused"])
    until(tour.told)  # what was still on its way
    held = {word.fraction for _ in range(3) for word in until(tour.told)[-1:]}
    assert len(held) == 1
    tour.wall.command("play")
    until(lambda: not tour.wall.health["paused"])
    until(lambda: any(word.fraction > max(held) for word in tour.told()))


def test_seek_next_and_the_answer(tour: Tour) -> None:
    tour.wall.command("pause")
    tour.wall.command("seek", 0.0)
    until(lambda: any(word.fraction == 0.0 for word in tour.told()))
    chapters = [until(tour.told)[-1].chapter]

    def further(here: str) -> bool:
        chapters.extend(word.chapter for word in tour.told())
        return chapters[-1] != here or answered()

    def answered() -> bool:
        return bool(tour.wall.health["phase"] == "answered")

    while not answered():
        tour.wall.command("next")  # and no second one on its way: it would end what the first has brought
        until(lambda here=chapters[-1]: further(here))
    assert len(dict.fromkeys(chapters)) > 2
    tour.wall.command("seek", 1.0)
    until(lambda: tour.wall.health["phase"] == "touring")


def test_speed_brings_the_answer(tour: Tour) -> None:
    tour.wall.command("speed", 8.0)
    until(lambda: tour.wall.health["phase"] == "answered")


def test_exhibit_shows_the_last_drawing_another_way(tour: Tour) -> None:
    tour.wall.command("exhibit", "listening")

    def listening() -> bool:
        if tour.wall.health["scene"] == "listening":
            return True
        tour.wall.command("next")
        return False

    until(listening)
    tour.wall.command("exhibit", "nosuch")
    tour.wall.command("exhibit", "convolution")
    until(lambda: "no exhibit 'nosuch'" in tour.wall.log)
    tour.wall.command("seek", 3600.0)
    until(lambda: tour.wall.health["scene"] == "convolution")


def test_blackout_is_dark_and_ends(rested: Wall) -> None:
    rested.command("blackout", 1.0)
    until(lambda: frame(rested).max() < LIT / 2)
    rested.command("blackout", 0.0)
    until(lambda: frame(rested).max() > LIT)


def test_language_changes_and_reset_brings_back_what_was_configured(rested: Wall) -> None:
    configured = rested.health["language"]
    rested.command("language", "en")
    until(lambda: rested.health["language"] == "en")
    rested.command("pause")
    until(lambda: rested.health["paused"])
    rested.command("reset")
    until(lambda: rested.health["language"] == configured)
    assert not rested.health["paused"]


def test_the_form_is_chosen_and_reset_brings_back_what_was_configured(rested: Wall) -> None:
    assert (rested.health["form"], rested.health["captions"]) == ("auto", True)
    for form in ("short", "full"):
        rested.command("form", form)
        until(lambda form=form: rested.health["form"] == form)
    rested.command("form", "longest")
    until(lambda: "no form 'longest'; there are auto, full, short" in rested.log)
    assert rested.health["form"] == "full"
    rested.command("captions", 0.0)
    until(lambda: not rested.health["captions"])
    rested.command("reset")
    until(lambda: (rested.health["form"], rested.health["captions"]) == ("auto", True))


def test_a_tour_is_told_in_the_form_that_was_chosen(rested: Wall) -> None:
    rested.command("form", "short")
    until(lambda: rested.health["form"] == "short")
    tour = Tour(rested)
    assert rested.health["tour"] == "short"
    tour.link.close()
    rested.command("reset")
    until(lambda: rested.health["tour"] is None)


def test_the_invitation_goes_on_from_part_to_part(rested: Wall) -> None:
    begun = rested.health["part"]

    def later() -> bool:
        rested.command("next")  # within a part there is no chapter: on to its end
        return bool(rested.health["part"] >= begun + 3)

    until(later)
    assert rested.health["scene"] == "invitation"


@pytest.mark.parametrize(
    ("tags", "arguments"), [("", []), ("i", [1]), ("f", [1.0]), ("T", [True])], ids=["-", "i", "f", "T"]
)
def test_surfaces_press_and_release(rested: Wall, tags: str, arguments: list[osc.Argument]) -> None:
    rested.send(osc.build("/control/pause", tags, arguments), "control")
    until(lambda: rested.health["paused"])
    heard = rested.counters["controls"]
    for kind, released in (("i", 0), ("f", 0.0), ("F", False)):
        rested.send(osc.build("/control/play", kind, [released]), "control")
    rested.send(Control("volume", 0.5).encode(), "control")
    until(lambda: rested.counters["controls"] == heard + 1)
    assert rested.health["paused"]


def test_commands_out_of_range_are_dropped(rested: Wall) -> None:
    before = rested.counters.get("dropped_value", 0)
    wrong = [("speed", "f", 0.0), ("volume", "f", 2.0), ("seek", "f", -1.0), ("blackout", "i", 7)]
    for verb, tag, value in wrong:
        rested.send(osc.build(f"/control/{verb}", tag, [value]), "control")
    until(lambda: rested.counters.get("dropped_value", 0) == before + len(wrong))


def test_a_stranger_may_not_command(rested: Wall) -> None:
    try:
        stranger = UdpLink("127.0.0.2")
    except Exception:
        pytest.skip("this machine has one loopback address only")
    before = rested.counters.get("dropped_stranger", 0)
    try:
        rested.send(Control("pause").encode(), "control", stranger)
        until(lambda: rested.counters.get("dropped_stranger", 0) == before + 1)
    finally:
        stranger.close()
    assert not rested.health["paused"]


@pytest.fixture
def oscsend() -> str:
    found = shutil.which("oscsend")
    if found is None:
        pytest.skip("no oscsend: install liblo-tools")
    return found


def run(oscsend: str, port: int, *words: str) -> None:
    subprocess.run([oscsend, "127.0.0.1", str(port), *words], check=True, timeout=PATIENCE)


def test_another_osc_program_commands_and_greets(rested: Wall, oscsend: str) -> None:
    control = rested.door("control")[1]
    run(oscsend, control, "/control/pause")
    until(lambda: rested.health["paused"])
    run(oscsend, control, "/control/play", "T")
    until(lambda: not rested.health["paused"])
    run(oscsend, control, "/control/pause", "f", "1.0")
    until(lambda: rested.health["paused"])
    run(oscsend, control, "/control/language", "s", "en")
    until(lambda: rested.health["language"] == "en")
    greeted = rested.counters["hellos"]
    run(oscsend, rested.door("drawing")[1], "/drawing/hello", "sh", "oscsend", "7")
    until(lambda: rested.counters["hellos"] == greeted + 1)


@pytest.fixture
def own(wall: Wall, tmp_path: Path) -> Iterator[Wall]:
    """A wall that a test may end; the original's port is taken, as it is beside the original."""
    started = Wall(tmp_path, "--legacy-port", str(wall.door("legacy")[1]))
    yield started
    started.close()


def test_beside_the_original_it_hears_everything_else_and_restart_gives_its_ports_back(own: Wall) -> None:
    assert "legacy_port" not in own.ports
    assert "the original's sketch will not be heard: port" in own.log
    assert own.read(ONE).digit == 1
    own.command("restart")
    assert own.process.wait(PATIENCE) == 0
    for door in ("drawing", "control"):
        UdpLink(*own.door(door)).close()
    with pytest.raises(ConnectionRefusedError):
        own.get("/health")


def test_a_closed_wall_leaves_no_thread_and_no_socket(capfd: pytest.CaptureFixture[str]) -> None:
    gc.collect()  # what earlier tests have left must not go in between
    process, port = psutil.Process(), free_port(socket.SOCK_STREAM)
    sockets, threads = len(process.net_connections()), set(threading.enumerate())
    settings = Settings(
        host="127.0.0.1",
        drawing_port=0,
        control_port=0,
        legacy_port=0,
        http_port=port,
        headless=True,
        size="64x64",
        samples=0,
        frame_rate=20,
    )
    stop = threading.Event()
    wall = WallItself(settings, stop)

    def visit() -> None:
        """Stop it once it is ready, or at the latest when patience ends."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and '"ready"' not in "".join(seen):
            seen.append(capfd.readouterr().out)
            time.sleep(0.05)
        stop.set()

    seen: list[str] = []
    visitor = threading.Thread(target=visit)
    visitor.start()
    wall.run()
    visitor.join()
    during = {thread.name for thread in threading.enumerate()}
    wall.close()
    assert '"ready": true' in "".join(seen)
    assert {"receive", "worker", "http"} <= during
    until(lambda: set(threading.enumerate()) <= threads)
    assert len(process.net_connections()) <= sockets


def test_an_answer_needs_no_tablet_that_waits(wall: Wall) -> None:
    """Who submits and goes away costs the wall nothing but a failed send."""
    gone = UdpLink()
    gone.send(Submit("gone", time.monotonic_ns(), 1, ONE).encode(), wall.door("drawing"))
    gone.close()
    assert isinstance(wall.read(ONE), Answer)


def test_a_bitmap_of_noise_is_answered_too(wall: Wall) -> None:
    chance = np.random.default_rng(4)
    answer = wall.read(Bitmap.of(chance.integers(0, 256, (SIDE, SIDE), np.uint8)))
    assert answer.digit == int(np.argmax(answer.probabilities))


def test_a_language_that_is_not_there_changes_nothing(wall: Wall) -> None:
    before = wall.health["language"]
    wall.command("language", "xx")
    until(lambda: "no language 'xx'" in wall.log)
    assert wall.health["language"] == before
    for wanted in ("en", before):
        wall.command("language", wanted)
        until(lambda w=wanted: wall.health["language"] == w)
