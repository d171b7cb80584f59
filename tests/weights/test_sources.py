"""Data is looked for in the named folder, then in the cache, then fetched; no wrong byte gets through."""

import hashlib
from pathlib import Path

import pytest

from common.errors import DataError
from weights.sources import Source, find, obtain, unpacked

RIGHT = b"the digits"


def source(*urls: str) -> Source:
    return Source("set/digits", f"sha256 {hashlib.sha256(RIGHT).hexdigest()}", urls)


def put(folder: Path, content: bytes) -> Path:
    path = folder / "set" / "digits"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_the_named_folder_wins_over_the_cache(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(source()) is None
    cached = put(empty_home / "cache" / "sandglass", RIGHT)
    assert find(source()) == cached
    named = put(empty_home / "named", RIGHT)
    monkeypatch.setenv("SANDGLASS_DATA", str(empty_home / "named"))
    assert find(source()) == named


def test_a_file_with_another_digest_is_refused(empty_home: Path) -> None:
    path = put(empty_home / "cache" / "sandglass", b"other digits")
    with pytest.raises(DataError, match=f"{path} is not the file we know"):
        obtain(source())


def test_fetched_from_the_first_mirror_that_has_the_right_file(empty_home: Path) -> None:
    (empty_home / "wrong").write_bytes(b"other digits")
    (empty_home / "right").write_bytes(RIGHT)
    urls = [(empty_home / name).as_uri() for name in ("missing", "wrong", "right")]
    path = obtain(source(*urls))
    assert path.read_bytes() == RIGHT
    assert path.is_relative_to(empty_home / "cache" / "sandglass")
    assert [entry.name for entry in path.parent.iterdir()] == ["digits"]


def test_nothing_is_kept_of_a_wrong_download_and_one_line_tells_what_to_do(empty_home: Path) -> None:
    (empty_home / "wrong").write_bytes(b"other digits")
    with pytest.raises(DataError, match="SANDGLASS_DATA") as caught:
        obtain(source((empty_home / "wrong").as_uri()))
    assert "\n" not in str(caught.value)
    assert not list((empty_home / "cache" / "sandglass" / "set").iterdir())


def compressed(text: bytes) -> bytes:
    """Unix compress that finds no repetition: its header, then every byte as a 9-bit code, low bits first."""
    bits = sum(byte << 9 * place for place, byte in enumerate(text))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(text) + 7) // 8, "little")


def test_unix_compress_is_unpacked_before_its_digest_is_checked(empty_home: Path) -> None:
    (empty_home / "digits.Z").write_bytes(compressed(RIGHT))
    assert obtain(source((empty_home / "digits.Z").as_uri())).read_bytes() == RIGHT
    with pytest.raises(DataError):
        unpacked(b"<html>moved</html>")
