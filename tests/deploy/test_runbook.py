"""RUNBOOK.md: what can be run here is run, and the rest at least names what there is."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.machine import STATES
from deploy.gallery.machine import files_of
from deploy.gallery.settings import read_gallery

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "RUNBOOK.md").read_text(encoding="utf-8")
BOXES = re.findall(r"^ *```sh\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
SANDGLASS = [sys.executable, "-m", "deploy.cli"]


def lines() -> Iterator[list[str]]:
    for box in BOXES:
        for line in box.splitlines():
            yield shlex.split(line, comments=True)


def ours() -> list[list[str]]:
    """The commands of `sandglass` in it, without the path to it."""
    return [words[1:] for words in lines() if words and words[0].endswith("/sandglass")]


def test_every_box_is_found() -> None:
    assert len(BOXES) == TEXT.count("```") // 2 >= 20
    assert {words[0] for words in ours()} == {"doctor", "key", "hours", "deploy", "machine", "send"}


def test_the_way_to_a_running_gallery(tmp_path: Path) -> None:
    """Section 3 as it stands, in a folder of the test's."""
    (box,) = [box for box in BOXES if "mkdir -p /srv/gallery" in box]
    made = [box for box in BOXES if "--out made" in box]
    for line in "".join([box, *made]).splitlines():
        words = shlex.split(line)
        if words[0] in ("nano", "cd", "mkdir"):
            continue
        if words[0].endswith("/sandglass"):
            words = [*SANDGLASS, *words[1:]]
        words = [word.replace("/opt/sandglass", str(ROOT)) for word in words]
        subprocess.run(words, check=True, cwd=tmp_path, capture_output=True, env=environment())
    assert {path.name for path in (tmp_path / "made").iterdir()} == {"wall", "tablet", "installation.key"}
    assert "install" in (tmp_path / "made" / "wall" / "README").read_text()


@pytest.mark.parametrize("words", ours(), ids=" ".join)
def test_every_command_of_ours_is_understood(words: list[str], tmp_path: Path) -> None:
    """Refused for what isn't here, such as the key, and never for how it is written."""
    if words[0] == "doctor":
        pytest.skip("has a test of its own")
    done = subprocess.run(
        [*SANDGLASS, *words], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment()
    )
    assert done.returncode in (0, 2), done.stderr
    assert "--help" not in done.stderr, done.stderr
    missing = ("cannot read", "cannot write", "missing", "key", "no keeper answers")
    assert done.returncode == 0 or any(word in done.stderr for word in missing), done.stderr


def test_what_is_brought_to_another_machine_is_whole_and_comes_in() -> None:
    """The key lies beside the machines' folders; and Debian's sshd takes no password of root's."""
    brought = [words for words in lines() if words[:1] == ["scp"]]
    assert brought
    for _, option, what, to in brought:
        assert (option, what) == ("-r", "made")
        assert re.fullmatch(r"USER@[\d.]+:", to)
    assert "root@" not in TEXT
    assert ["mv", "/home/USER/made", "/srv/"] in list(lines())
    assert "`USER` is" in TEXT


def test_every_state_that_means_trouble_is_named() -> None:
    """Without a screen a program stays for longer than the supervisor waits, so for a while it is RUNNING."""
    trouble = {state for state in STATES if f"`{state}`" in TEXT} - {"RUNNING", "STOPPED"}
    assert trouble == {"STARTING", "EXITED", "BACKOFF"}
    assert "`RUNNING` for longer than ten seconds is good" in TEXT


def test_units_and_folders_are_those_that_are_made() -> None:
    gallery = read_gallery(ROOT / "deploy" / "examples" / "gallery.toml")
    made = files_of(gallery, gallery.machines[0], "")
    units = {name.removesuffix(".service") for name in made if name.endswith(".service")}
    for words in lines():
        if words[:1] == ["systemctl"]:
            assert set(words[2:]) <= units
    for path in re.findall(r"/etc/sandglass/([\w.-]+)", TEXT):
        assert path in made or path == gallery.key
    for path in re.findall(r"\b(deploy/[\w./-]+)", TEXT):
        assert (ROOT / path).exists(), path
    assert "eight" in TEXT
    assert len(made["README"].splitlines()[2:]) == 8


def test_the_packages_exist() -> None:
    if shutil.which("apt-cache") is None:
        pytest.skip("no apt here")
    wanted = [w for words in lines() if words[:2] == ["apt-get", "install"] for w in words[3:]]
    assert "xinit" in wanted
    known = subprocess.run(
        ["apt-cache", "pkgnames"], capture_output=True, text=True, check=True
    ).stdout.split()
    if "xinit" not in known:
        pytest.skip("apt has no lists here")
    assert set(wanted) <= set(known)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
