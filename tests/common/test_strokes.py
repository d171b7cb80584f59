"""Strokes: smooth without losing its ends, and a file that comes back or says what is wrong with it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import strokes
from common.errors import DataError
from common.strokes import Drawing

points = st.tuples(st.floats(0, 100), st.floats(0, 100))


@given(st.lists(points, min_size=1, max_size=10), st.floats(0.3, 5.0))
def test_smooth_keeps_the_ends_and_leaves_no_gap(found: list[tuple[float, float]], step: float) -> None:
    given_points = np.array(found)
    path = strokes.smooth(given_points, step)
    np.testing.assert_allclose(path[0], given_points[0], atol=1e-9)
    np.testing.assert_allclose(path[-1], given_points[-1], atol=1e-9)
    gaps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert len(gaps) == 0 or gaps.max() <= 2 * step


def test_two_points_are_a_straight_line() -> None:
    path = strokes.smooth(np.array([[0.0, 0.0], [4.0, 0.0]]), 1.0)
    np.testing.assert_allclose(path, [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0]])


def test_a_file_comes_back(tmp_path: Path) -> None:
    drawn = [
        Drawing((np.array([[1.25, 2.5], [3.0, 4.0]]), np.array([[9.0, 9.0]])), (640.0, 480.0), 7),
        Drawing((), (1.0, 1.0), None),
    ]
    path = tmp_path / "drawn.strokes.json"
    strokes.write(path, drawn)
    found = strokes.read(path)
    assert [(entry.box, entry.label) for entry in found] == [(entry.box, entry.label) for entry in drawn]
    for ours, theirs in zip(found[0].strokes, drawn[0].strokes, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_the_documented_one(tmp_path: Path) -> None:
    path = tmp_path / "drawn.strokes.json"
    strokes.write(path, [Drawing((np.array([[1.0, 2.0]]),), (3.0, 4.0), 5)])
    assert json.loads(path.read_text()) == {
        "format": "sandglass-strokes-1",
        "drawings": [{"label": 5, "box": [3.0, 4.0], "strokes": [[[1.0, 2.0]]]}],
    }


def document(**changed: object) -> str:
    drawing = {"label": 7, "box": [100, 100], "strokes": [[[1, 2], [3, 4]]]} | changed
    return json.dumps({"format": strokes.FORMAT, "drawings": [drawing]})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a strokes file"),
        ('{"format": "other"}', "is not a strokes file"),
        (json.dumps({"format": strokes.FORMAT}), 'no list "drawings"'),
        (json.dumps({"format": strokes.FORMAT, "drawings": [7]}), "drawing 0"),
        (json.dumps({"format": strokes.FORMAT, "drawings": [{}]}), "drawing 0"),
        (document(box=[0, 100]), "two positive lengths"),
        (document(box=[1e9, 100]), "two positive lengths"),
        (document(box=[1]), "drawing 0"),
        (document(box=[10**400, 1]), "drawing 0"),
        (document(strokes=[[]]), "at least one [x, y]"),
        (document(strokes=[[1, 2]]), "at least one [x, y]"),
        (document(strokes=[[[1, 2, 3]]]), "at least one [x, y]"),
        (document(strokes=[[[1, 2], [3]]]), "drawing 0"),
        (document(strokes=[[["a", "b"]]]), "drawing 0"),
        (document(strokes=[[[float("nan"), 2]]]), "not a finite number"),
        (document(strokes=[[[1e12, 2]]]), "canvases away"),
        (document(strokes=[[[10**400, 2]]]), "drawing 0"),
        (document(strokes=[[[1, 2]] * 20_001]), "more than 20000 points"),
        (document(label="seven"), "drawing 0"),
        (document(label=float("inf")), "drawing 0"),
        (document(label=[7]), "drawing 0"),
    ],
)
def test_the_fault_is_named(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.strokes.json"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        strokes.read(path)
    assert named in str(caught.value)
    assert "bad.strokes.json" in str(caught.value)


def test_no_file_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        strokes.read(tmp_path / "none.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="is not JSON"):
        strokes.read(tmp_path / "binary.json")
