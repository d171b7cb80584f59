"""`sandglass` and the demo, as commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from common.control import VERBS
from common.errors import ConfigError
from deploy import send
from deploy.gallery.settings import read_gallery
from deploy.supervise import CONFIGS, LONGEST_SOCKET, state_folder
from display_node import tree
from display_node.engine import ENGINES
from tests.processes import DEADLINE


def sandglass(*options: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    command = [sys.executable, "-m", "deploy.cli", *options]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=5 * DEADLINE, cwd=cwd, env=environment, check=False
    )


def test_help_names_every_command() -> None:
    done = sandglass()
    assert done.returncode == 0
    for command in ("demo", "display", "input", "supervise", "send", "key", "doctor"):
        assert f"sandglass {command}" in done.stdout


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["dance"], "dance"),
        (["supervise"], "display, input"),
        (["supervise", "display", "missing.toml"], "missing.toml"),
        (["deploy", "missing.toml"], "missing.toml"),
        (["deploy"], "--help"),
        (["hours", "deploy/examples/gallery.toml", "--from", "noon"], "noon"),
        (["hours", "deploy/examples/gallery.toml", "--from", "9999-12-31T23:00"], "9999"),
        (["hours", "deploy/examples/gallery.toml", "--from", "0001-01-01"], "0001"),
        (["hours", "deploy/examples/gallery.toml", "--hours", "-1"], "-1"),
        (["send", "127.0.0.1", "language", "de"], "'de' must be one of en, ko, en+ko, ko+en"),
        (["send", "127.0.0.1", "form", "long"], "auto, full, short"),
        (["send", "127.0.0.1", "exhibit", "convolutoin"], "convolution"),
        (["machine", "report", "--host", "nowhere.invalid"], "nowhere.invalid"),
        (["machine", "restart"], "takes a program"),
        (["machine", "format", "display"], "format"),
        (["doctor", "--fast"], "no options"),
        (["display", "--size", "huge"], "huge"),
        (["input", "--language", "xx"], "xx"),
        (["key", "new"], "file"),
        (["key", "forge", "x"], "forge"),
        (["key", "check", "/nosuch/key"], "/nosuch/key"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(options: list[str], named: str) -> None:
    done = sandglass(*options)
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_wall_takes_what_is_sent() -> None:
    """The two lists are made apart, since a tablet has nothing of what a wall's needs."""
    assert {verb: list(texts) for verb, texts in send.choices().items()} == {
        verb: list(texts) for verb, texts in tree.choices().items()
    }
    assert set(send.choices()) == {verb.name for verb in VERBS.values() if verb.kind == "s"}


def test_a_gallery_that_was_saved_with_a_mark_is_copied_and_read(tmp_path: Path) -> None:
    """As Notepad saves UTF-8."""
    marked, out = tmp_path / "gallery.toml", tmp_path / "made"
    marked.write_bytes(b"\xef\xbb\xbf" + Path("deploy/examples/gallery.toml").read_bytes())
    done = sandglass("deploy", str(marked), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert read_gallery(out / "tablet" / "gallery.toml") == read_gallery(marked)


def test_a_key_is_made_looked_at_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made, looked, again = (sandglass("key", what, str(path)) for what in ("new", "check", "new"))
    assert [done.returncode for done in (made, looked, again)] == [0, 0, 2]
    assert looked.stdout.strip() == made.stdout.splitlines()[0]
    assert path.read_text().strip() not in made.stdout + looked.stdout
    assert "never overwritten" in again.stderr
    path.chmod(0o644)
    refused = sandglass("key", "check", str(path))
    assert refused.stderr == f"sandglass: others can read the key {path}: chmod 600 {path}\n"


def test_the_doctor_looks_at_everything_and_has_a_cure() -> None:
    done = sandglass("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("Python", "packages", "OpenGL", "fonts", "audio", "port", "weights", "reading"):
        assert re.search(rf"^ *(ok|note) +{part}", done.stdout, re.MULTILINE), part
    for engine in ENGINES:
        assert re.search(
            rf"^ *ok +reading +{engine} reads a drawn 3 as 3 in \d+\.\d\d ms$", done.stdout, re.MULTILINE
        )
    for line, after in zip(done.stdout.splitlines(), done.stdout.splitlines()[1:], strict=False):
        if line.lstrip().startswith(("note", "BAD")):
            assert "→" in after


def test_the_demo_without_a_screen_answers_and_leaves_pictures(tmp_path: Path) -> None:
    done = sandglass("demo", "--digit", "3", "--speed", "16", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"A drawn 3 went over UDP and was read as 3, \d", done.stdout)
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert [name for name in made if name.endswith(".mp4")] == ["tour.mp4"]
    assert len([name for name in made if name.endswith(".png")]) == 13
    assert (tmp_path / "out" / "tour.mp4").stat().st_size > 50_000


def test_configs_are_bounded_and_private() -> None:
    for config in CONFIGS.glob("*.conf"):
        text = config.read_text()
        assert "autorestart=true" in text
        assert "chmod=0700" in text
        assert "inet_http_server" not in text
        assert text.count("_maxbytes=") == 5  # supervisord, the program and its three listeners


def test_a_socket_path_too_long_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("x" * LONGEST_SOCKET)))
    with pytest.raises(ConfigError, match="XDG_STATE_HOME"):
        state_folder("display")


def test_the_examples_are_valid_settings() -> None:
    for node in ("display", "input"):
        done = subprocess.run(
            [sys.executable, "-c", _PARSE.format(node=node), str(CONFIGS / f"{node}.toml")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["fullscreen"] is True


_PARSE = """
import dataclasses, json, sys
from common.config import parse
from {node}_node.settings import Settings
print(json.dumps(dataclasses.asdict(parse(Settings, "x", ["--config", sys.argv[1]])), default=str))
"""
