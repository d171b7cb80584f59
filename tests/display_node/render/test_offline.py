"""`python -m display_node.render`, as a command."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from common import strokes
from common.raster import framed
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


def test_a_png_drawing_and_the_whole_as_mp4(tmp_path: Path) -> None:
    PIL.Image.fromarray(framed(three()).array).save(tmp_path / "three.png")
    output = tmp_path / "tour.mp4"
    done = render("--drawing", str(tmp_path / "three.png"), "--size", "160x90", "--samples", "0",
                  "--speed", "8", "--frame-rate", "10", "-o", str(output))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size > 5_000
    assert b"ftyp" in output.read_bytes()[:16]
    assert not list(tmp_path.glob("*.part*"))


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
