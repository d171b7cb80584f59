"""Power that is cut every night, and a disk that somebody else has filled: what can be is kept."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.bitmap import Bitmap
from common.errors import DataError
from display_node.flight.blocks import blocks, pack
from display_node.flight.records import Canvas
from display_node.flight.ring import Ring, segments
from display_node.flight.tape import Tape, records, runs
from tests.display_node.flight.test_recorder import HEADER, SAID, decided, write

SPOILT = {"empty": b"", "zeros": bytes(8192), "no recording": b"PNG"}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_file_is_named_and_the_others_are_played(
    tmp_path: Path, spoilt: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "00000001.flight", pack(SAID[:4]), pack(SAID[4:5]))
    (tmp_path / "00000002.flight").write_bytes(spoilt)
    write(tmp_path / "00000003.flight", pack([HEADER, SAID[2]]), pack(SAID[5:]))
    (run,) = runs(tmp_path)
    assert list(records(run)) == SAID
    assert Tape(run).end == 5.6
    (warning,) = caplog.records
    assert (warning.levelname, "00000002.flight" in warning.message) == ("WARNING", True)


def test_where_all_are_spoilt_it_is_one_clear_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number, spoilt in enumerate(SPOILT.values(), 1):
        (tmp_path / f"{number}.flight").write_bytes(spoilt)
    with pytest.raises(DataError, match=r"1\.flight is no recording"):
        runs(tmp_path)
    assert not caplog.records


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
ROOM = 150 << 10
"""Bytes of the disk below."""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose disk has room for `ROOM` bytes of recordings, and takes the last of them in part."""
    taken = os.write

    def write(file: int, data: memoryview) -> int:
        room = ROOM - sum(path.stat().st_size for path in segments(tmp_path))
        if room <= 0:
            raise FULL
        return taken(file, data[:room])

    monkeypatch.setattr("display_node.flight.ring.os.write", write)
    return tmp_path


def fill(ring: Ring, numbers: range) -> None:
    for number in numbers:
        canvas = Canvas(float(number), Bitmap(os.urandom(1024)))
        ring.write(pack([canvas]), lambda: pack([HEADER, decided(0, 1.0)]))


def kept(folder: Path) -> list[float]:
    found = [record for path in segments(folder) for _, part in blocks(path) for record in part]
    return [record.at for record in found if isinstance(record, Canvas)]


def test_on_a_full_disk_the_oldest_makes_way_and_the_newest_is_kept(disk: Path) -> None:
    ring = Ring(disk, 1 << 20)  # files of 64 KB; the bound is never reached
    fill(ring, range(400))
    ring.close()
    found = kept(disk)
    assert found == [float(number) for number in range(400 - len(found), 400)]
    assert len(found) * 1024 > ROOM / 2


def test_where_only_its_own_file_is_left_the_rest_is_lost_as_ever(disk: Path) -> None:
    ring = Ring(disk, 1 << 20)
    fill(ring, range(100))
    ring.close()
    ring = Ring(disk, 64 << 20)  # one file is larger than the disk
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        fill(ring, range(100, 1000))
    found = kept(disk)
    assert found == [float(number) for number in range(100, 100 + len(found))]
    assert len(found) * 1024 > ROOM / 2


def test_a_disk_that_takes_no_new_file_is_full_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring(tmp_path, 1 << 20)
    fill(ring, range(200))
    ring.close()
    made: Callable[..., int] = os.open

    def create(path: Path, *rest: Any) -> int:
        if len(segments(tmp_path)) > 1:
            raise FULL
        return made(path, *rest)

    monkeypatch.setattr("display_node.flight.ring.os.open", create)
    ring = Ring(tmp_path, 1 << 20)
    fill(ring, range(200, 201))
    ring.close()
    assert len(segments(tmp_path)) == 2
    assert kept(tmp_path)[-1] == 200.0
