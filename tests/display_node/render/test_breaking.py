"""A caption's rows: its own where they fit; broken anew, words keep their colour and none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from display_node.markup import plain
from display_node.render.breaking import Row, rows


def texts(made: list[Row]) -> list[str]:
    return ["".join(run for run, _ in row) for row in made]


def test_rows_that_fit_are_left_alone() -> None:
    made = rows("A [filter:filter]: nine weights,\nlaid on nine boxes", 40, len)
    assert texts(made) == ["A filter: nine weights,", "laid on nine boxes"]
    assert made[0] == [("A ", None), ("filter", "filter"), (": nine weights,", None)]


def test_rows_are_broken_evenly_and_keep_their_colours() -> None:
    made = rows("one two [result:three four] five six seven", 24, len)
    assert texts(made) == ["one two three four", "five six seven"]
    assert made[0][-1] == ("three four", "result")
    (first, second) = rows("a long row that ends with [drawing:your drawing]", 30, len)
    assert texts([first, second]) == ["a long row that ends", "with your drawing"]
    assert second == [("with ", None), ("your drawing", "drawing")]


def test_a_word_that_is_too_long_stands_alone() -> None:
    assert texts(rows("a incomprehensibilities b", 10, len)) == ["a", "incomprehensibilities", "b"]


def test_a_named_thing_may_reach_over_a_break() -> None:
    made = rows("[result:many many boxes\nin a row] here", 12, len)
    assert texts(made) == ["many many", "boxes in a", "row here"]
    assert [row[0][1] for row in made] == ["result"] * 3


@given(st.text("ab [result:]\n", max_size=60), st.integers(1, 30))
def test_no_word_is_lost_whatever_is_written(text: str, widest: int) -> None:
    made = rows(text, widest, len)
    assert " ".join(texts(made)).split() == plain(text).split()
