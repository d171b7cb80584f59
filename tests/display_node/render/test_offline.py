"""`python -m display_node.render`, as a command."""

import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import PIL.Image
import pytest

from common import strokes
from common.raster import framed
from display_node.render.video import writing
from display_node.scene import Scene, Sound
from display_node.sound.cues import cues
from display_node.sound.mix import mix
from tests.display_node.drawn import three


def render(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "display_node.render", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "three.strokes.json"
    strokes.write(path, [three(), three()])
    return path


def test_an_instant_as_png_twice_the_same(drawing: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        what = ("--drawing", f"{drawing}:1", "--exhibit", "convolution", "--at", "8", "--size", "320x180")
        done = render(*what, "-o", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    first, second = (tmp_path / "a.png").read_bytes(), (tmp_path / "b.png").read_bytes()
    assert first == second
    with PIL.Image.open(tmp_path / "a.png") as image:
        assert image.size == (320, 180)
        assert np.asarray(image).max() > 150


def test_an_instant_of_the_short_form(drawing: Path, tmp_path: Path) -> None:
    pictures = []
    for form in ("full", "short"):
        what = ("--drawing", str(drawing), "--form", form, "--at", "12", "--size", "160x90", "--samples", "0")
        done = render(*what, "-o", str(tmp_path / "a.png"))
        assert done.returncode == 0, done.stderr
        pictures.append((tmp_path / "a.png").read_bytes())
    assert pictures[0] != pictures[1]
    refused = render("--form", "long", "-o", str(tmp_path / "a.png"))
    assert "form = 'long' must be one of full, short" in refused.stderr


def test_a_png_drawing_and_the_whole_as_mp4(tmp_path: Path) -> None:
    PIL.Image.fromarray(framed(three()).array).save(tmp_path / "three.png")
    output = tmp_path / "tour.mp4"
    done = render("--drawing", str(tmp_path / "three.png"), "--size", "160x90", "--samples", "0",
                  "--speed", "8", "--frame-rate", "10", "-o", str(output))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size > 5_000
    assert b"ftyp" in output.read_bytes()[:16]
    assert not list(tmp_path.glob("*.part*"))
    pictures, heard = read_back(output)
    assert len(heard) / 8000 == pytest.approx(pictures / 10, abs=0.1), "as long as the film"
    assert 0.03 < np.abs(heard).max() < 0.75
    # The tour ends on the answer's bowl: its last notes begin 6.5 s of show before the end.
    assert np.abs(heard[-round(0.9 * 8000) :]).max() > 0.03


def read_back(path: Path) -> tuple[int, np.ndarray]:
    """How many pictures a film has, and its sound (n,) at 8000 samples a second; ffmpeg decodes both."""
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    raw = subprocess.run(
        [*decode, "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
        capture_output=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    done = subprocess.run(
        [*decode, "-map", "0:a", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    width, height = imageio_ffmpeg.read_frames(str(path)).__next__()["source_size"]
    return len(raw) // (width * height), np.frombuffer(done.stdout, "<i2") / 32768


def test_a_film_has_a_sound_track_where_its_cues_are_or_none(tmp_path: Path) -> None:
    made = cues(Sound.WOOD, [1.0, 2.5], 0.5, pitch=7)
    sound = mix(Scene("two", 4.0, (), (), cues=made), 4.0)
    frame = np.zeros((32, 32, 3), np.uint8)
    for name, track in (("loud", sound), ("mute", None)):
        with writing(tmp_path / f"{name}.mp4", (32, 32), 10, track) as video:
            for _ in range(40):
                video.send(frame)
    pictures, heard = read_back(tmp_path / "loud.mp4")
    assert pictures == 40
    assert len(heard) / 8000 == pytest.approx(4.0, abs=0.1)
    tenths = np.abs(heard[:32000]).reshape(40, 800).max(axis=1)
    assert tenths[[10, 25]].min() > 0.2
    assert tenths[[*range(9), *range(38, 40)]].max() < 0.02
    pictures, heard = read_back(tmp_path / "mute.mp4")
    assert (pictures, len(heard)) == (40, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loud.mp4", "mute.mp4"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-o", "x.gif"], "x.gif"),
        ([], "must be a file"),
        (["--exhibit", "nothing", "-o", "x.png"], "nothing"),
        (["--size", "0x0", "-o", "x.png"], "0x0"),
        (["--drawing", "missing.strokes.json", "-o", "x.png"], "missing.strokes.json"),
        (["--weights", "missing.safetensors", "-o", "x.png"], "missing.safetensors"),
        (["--size", "101x91", "-o", "x.mp4"], "101x91"),
        (["--language", "xx", "-o", "x.png"], "xx"),
        (["--theme", "pink", "-o", "x.png"], "no theme 'pink'; there are sand, classic"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(options: list[str], named: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "display_node.render", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False)
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_drawing_number_that_is_not_there(drawing: Path, tmp_path: Path) -> None:
    done = render("--drawing", f"{drawing}:7", "-o", str(tmp_path / "x.png"))
    assert done.returncode == 2
    assert "holds 2 drawings" in done.stderr
