"""What a recorder that was switched off has left is neither deleted nor forgotten."""

from pathlib import Path
from typing import Any

import pytest

from display_node.keeping import RECORDINGS, open_recorders
from display_node.network import SHIPPED
from display_node.settings import Settings

NOBODY: Any = None
"""A surface and an atlas: nothing is drawn here."""


def warnings(folder: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the start of a wall without a recorder warns of."""
    caplog.clear()
    assert not open_recorders(Settings(), folder, SHIPPED, NOBODY, NOBODY, lambda: 0.0)
    return [record.message for record in caplog.records if record.levelname == "WARNING"]


def test_drawings_that_are_left_are_named_at_each_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert not warnings(tmp_path, caplog)
    folder = tmp_path / RECORDINGS
    folder.mkdir()
    (folder / "notes.txt").write_text("ours")
    assert not warnings(tmp_path, caplog)
    for number in range(3):
        (folder / f"{number:08d}.flight").write_bytes(b"")
    for _ in range(2):
        (said,) = warnings(tmp_path, caplog)
        assert f"3 of its files are left in {folder}" in said
    assert len(list(folder.iterdir())) == 4


def test_a_disk_that_cannot_be_listed_stops_no_wall(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> list[Path]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("display_node.keeping.segments", broken)
    assert not warnings(tmp_path, caplog)
