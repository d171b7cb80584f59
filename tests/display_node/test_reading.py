"""How long a caption stays: by the language that takes longest, counted by what is read of it."""

from pathlib import Path

import pytest

from display_node import reading
from display_node.reading import NOTICE, letters, seconds


def folder(path: Path, **languages: str) -> Path:
    path.mkdir()
    for code, text in languages.items():
        (path / f"{code}.toml").write_text(f'[tour]\nlook = "{text}"\n', encoding="utf-8")
    return path


def test_the_storyboards_rule(tmp_path: Path) -> None:
    """1.2 s, and a second for every 15 characters."""
    assert seconds("tour.look", {}, folder(tmp_path / "a", en="x" * 30)) == pytest.approx(3.2)


def test_markup_takes_no_time_and_values_do() -> None:
    assert letters("A [filter:filter]:\nnine") == len("A filter: nine")
    short, long = ({"count": count} for count in ("9", "1,024"))
    assert seconds("tour.look", long) - seconds("tour.look", short) == pytest.approx(4 / 15)


def test_a_hangul_syllable_counts_as_two_letters() -> None:
    assert letters("필터 9개") == 2 * 3 + 2


def test_whichever_language_takes_longest_decides(tmp_path: Path) -> None:
    both = folder(tmp_path / "a", en="nine weights", ko="가중치 아홉 개를 곱합니다")
    one = folder(tmp_path / "b", ko="가중치 아홉 개를 곱합니다")
    assert seconds("tour.look", {}, both) == seconds("tour.look", {}, one)
    third = folder(tmp_path / "c", en="nine weights", de="neun Gewichte, " * 3)
    assert seconds("tour.look", {}, third) == pytest.approx(NOTICE + 3)


def test_a_key_that_no_language_has_is_named() -> None:
    with pytest.raises(KeyError, match=r"tour\.nothing"):
        seconds("tour.nothing", {})


def test_files_are_read_once(tmp_path: Path) -> None:
    where = folder(tmp_path / "a", en="before")
    before = reading.seconds("tour.look", {}, where)
    (where / "en.toml").unlink()
    assert reading.seconds("tour.look", {}, where) == before
