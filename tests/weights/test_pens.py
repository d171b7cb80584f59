"""UNIPEN text → drawings: what is read, and what is refused."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DataError
from tests.weights.conftest import UNIPEN
from weights import pens


def read(folder: Path, text: str) -> list[pens.Sample]:
    path = folder / "pens.tra"
    path.write_text(text, encoding="utf-8")
    return pens.read(path)


def test_strokes_writers_and_labels(tmp_path: Path) -> None:
    one, four = read(tmp_path, UNIPEN)
    assert (one.drawing.label, one.writer) == (1, 12)
    assert (four.drawing.label, four.writer) == (4, 2)
    assert [len(stroke) for stroke in four.drawing.strokes] == [3, 2]


def test_y_is_turned_over(tmp_path: Path) -> None:
    one = read(tmp_path, UNIPEN)[0]
    assert one.drawing.strokes[0].tolist() == [[100.0, 100.0], [100.0, 400.0]]
    assert one.drawing.box == (500.0, 500.0)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('? "4"', '? "14"', "line 13"),
        (".SEGMENT DIGIT    0", ".SEGMENT WORD    0", "line 5"),
        (".COMMENT 1 12  224\n", "", "line 5.*writer"),
        ("1 12  224", "1 x  224", "line 6"),
        (" 100  400\n", " 100  4e2\n", "line 8"),
        (" 100  400\n", " 100  -4\n", "line 8"),
        (" 100  400\n", " 100\n", "line 8"),
        (" 100  400\n", " 100 99999999999999999999\n", "line 8"),
        (" 100  400\n 100  100\n", "", "line 8"),
        (" 100  400\n", ".PEN_DOWN\n", "line 8"),
        (".PEN_UP\n.DT 100\n\n", "", "line 5.*never lifted"),
        (" 100  400\n", " 100  400\n" * 20_001, "line 5.*20000"),
        (" 100  400\n", " 100  ４\n", "not UNIPEN"),
    ],
)
def test_a_fault_is_refused_where_it_is(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(DataError, match=fault):
        read(tmp_path, UNIPEN.replace(old, new, 1))


def test_a_text_without_digits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no digits"):
        read(tmp_path, "")
    with pytest.raises(DataError, match="cannot read"):
        pens.read(tmp_path / "missing")


@given(cut=st.integers(0, len(UNIPEN)), noise=st.text(max_size=20))
def test_whatever_is_in_the_file_it_is_digits_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int, noise: str
) -> None:
    samples = []
    with contextlib.suppress(DataError):
        samples = read(tmp_path_factory.getbasetemp(), UNIPEN[:cut] + noise + UNIPEN[cut:])
    assert all(len(stroke) for sample in samples for stroke in sample.drawing.strokes)
