"""What a node keeps: folders that are its own, files that are whole, and disks that are not to be had."""

import logging
import os
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from common.identity import identity
from common.known import read_peers, write_peers
from common.sighting import Sighting
from common.state import StateFolder, state_folder, write_atomic
from tests.netns import small_disk

HOLD = "import sys; from pathlib import Path; from common.state import state_folder\n"
HOLD += "print(state_folder('display', Path(sys.argv[1])).path, flush=True); sys.stdin.read()"


def test_the_folder_is_where_it_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDGLASS_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert _path(state_folder("display")) == tmp_path / "xdg" / "sandglass" / "display"
    monkeypatch.setenv("SANDGLASS_STATE", str(tmp_path / "ours"))
    assert _path(state_folder("input")) == tmp_path / "ours" / "input"
    assert _path(state_folder("input", tmp_path / "this")) == tmp_path / "this"
    monkeypatch.delenv("SANDGLASS_STATE")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _path(state_folder("input")) == tmp_path / ".local" / "state" / "sandglass" / "input"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    folder = state_folder("display", tmp_path / "state")
    assert write_atomic(folder.path / "note", b"1")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.path / "note").stat().st_mode) == 0o600
    folder.close()


def test_a_second_process_gets_a_folder_of_its_own_until_the_first_is_killed(tmp_path: Path) -> None:
    wanted = tmp_path / "wall"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(wanted)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline().strip() == str(wanted)
    second, third = state_folder("display", wanted), state_folder("display", wanted)
    assert [second.path.name, third.path.name] == ["wall-2", "wall-3"]
    first.kill()
    first.communicate()
    again = state_folder("display", wanted)
    assert again.path == wanted
    for folder in (second, third, again):
        folder.close()


def test_an_id_is_kept_and_a_damaged_one_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = identity("display", "wall", tmp_path)
    assert uuid.UUID(first.id).version == 4
    assert identity("display", "renamed", tmp_path).id == first.id
    for damage in (b"", b"\xff\x00" * 40, b"../../etc/passwd", first.id.upper().encode() + b"x"):
        (tmp_path / "id").write_bytes(damage)
        caplog.clear()
        second = identity("display", "wall", tmp_path)
        assert second.id != first.id
        assert "holds no id" in caplog.text
        assert identity("display", "wall", tmp_path) == second


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "disk" / "note"
    with small_disk(tmp_path / "disk", 64) as disk:
        assert write_atomic(path, b"old" * 100)
        caplog.set_level(logging.WARNING, "sandglass")
        assert not write_atomic(path, b"new" * 40_000)
        assert not write_atomic(path, b"new" * 40_000)
        assert path.read_bytes() == b"old" * 100
        assert sorted(os.listdir(disk)) == ["note"], "nothing is left beside it"
        assert len(caplog.records) == 1
        assert str(path) in caplog.text
        assert "No space left" in caplog.text
        assert write_atomic(path, b"new")
        assert path.read_bytes() == b"new"


def test_on_a_full_disk_a_node_has_an_id_and_a_folder_and_peers(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        (disk / "rubbish").write_bytes(bytes(12 * 1024))
        with pytest.raises(OSError, match="No space"):
            (disk / "more").write_bytes(bytes(8 * 1024))
        folder = state_folder("display", disk / "wall")
        me = identity("display", "wall", folder.path)
        assert uuid.UUID(me.id)
        peers = [Sighting(str(uuid.uuid4()), "display", "x" * 30, ("10.0.0.1",), 9000)] * 50
        assert not write_peers(folder.path, peers)
        folder.close()


def test_a_folder_that_cannot_be_had_is_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    for wanted in (tmp_path / "file" / "below", Path("/proc/sandglass"), tmp_path / ("x" * 300)):
        caplog.clear()
        folder = state_folder("display", wanted)
        assert str(wanted) in caplog.text
        assert not folder.lasting
        assert identity("display", "wall", folder.path) == identity("display", "wall", folder.path)
        folder.close()
        assert not folder.path.exists()


def test_without_any_disk_at_all_it_still_does_not_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    folder = state_folder("display", Path("/proc/sandglass"))
    assert uuid.UUID(identity("display", "wall", folder.path).id)
    assert read_peers(folder.path) == ()
    folder.close()


def _path(folder: StateFolder) -> Path:
    folder.close()
    return folder.path
