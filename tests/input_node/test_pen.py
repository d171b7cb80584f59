"""The pen: who owns the stroke, where ink ends, and how much of it there can be."""

import math

import pytest

from common.strokes import MAX_POINTS
from input_node.pen import BOX, NEAREST, STUCK_AFTER, Pen


def test_one_stroke() -> None:
    pen = Pen()
    assert pen.down(1, (100, 100), 0.0)
    pen.move(1, (200, 100), 0.1)
    pen.up(1, (200, 300), 0.2)
    assert pen.strokes == [[(100, 100), (200, 100), (200, 300)]]
    assert not pen.inking
    assert pen.owner is None


def test_a_palm_beside_the_pen_is_ignored() -> None:
    pen = Pen()
    pen.down("stylus", (100, 100), 0.0)
    assert not pen.down("palm", (600, 800), 0.1)
    pen.move("palm", (610, 800), 0.2)
    pen.up("palm", (610, 800), 0.3)
    pen.move("stylus", (150, 100), 0.4)
    pen.up("stylus", (150, 100), 0.5)
    assert pen.strokes == [[(100, 100), (150, 100)]]


def test_a_stuck_contact_is_taken_over_once_it_was_silent() -> None:
    pen = Pen()
    pen.down(1, (100, 100), 0.0)
    assert not pen.down(2, (500, 500), STUCK_AFTER - 0.01)
    assert pen.down(2, (500, 500), STUCK_AFTER)
    pen.move(1, (900, 900), STUCK_AFTER + 0.1)
    assert pen.strokes == [[(100, 100)], [(500, 500)]]


def test_a_finger_that_rests_goes_on_with_its_stroke() -> None:
    pen = Pen()
    pen.down(1, (100, 100), 0.0)
    pen.move(1, (200, 200), 10 * STUCK_AFTER)
    assert len(pen.strokes) == 1


def test_ink_ends_at_the_edge_and_begins_anew_inside() -> None:
    pen = Pen()
    pen.down(1, (900, 500), 0.0)
    for x in (BOX + 50, BOX + 400, 950, 800):
        pen.move(1, (x, 500), 0.1)
    assert pen.strokes == [[(900, 500), (BOX, 500)], [(950, 500), (800, 500)]]


def test_a_stroke_of_an_hour_stays_within_bounds() -> None:
    pen = Pen()
    pen.down(1, (500, 500), 0.0)
    for step in range(60 * 3600 // 4):
        turn = step * 0.1
        pen.move(1, (500 + 400 * math.cos(turn), 500 + 300 * math.sin(turn * 1.1)), step / 15)
    pen.up(1, (500, 500), 3600.0)
    assert sum(map(len, pen.strokes)) == MAX_POINTS
    pen.undo()
    assert pen.down(1, (10, 10), 3601.0)
    assert pen.strokes == [[(10, 10)]]


def test_trembling_adds_nothing() -> None:
    pen = Pen()
    pen.down(1, (100, 100), 0.0)
    pen.move(1, (100 + NEAREST / 2, 100), 0.1)
    assert pen.strokes == [[(100, 100)]]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_driver_that_reports_nonsense_leaves_no_ink(bad: float) -> None:
    pen = Pen()
    pen.down(1, (bad, 100), 0.0)
    assert pen.strokes == []


def test_undo_and_clear_say_that_ink_went_away() -> None:
    pen = Pen()
    for x in (100, 200):
        pen.down(1, (x, 100), 0.0)
        pen.up(1, (x, 200), 0.1)
    pen.undo()
    assert (len(pen.strokes), pen.erasures) == (1, 1)
    pen.clear()
    assert (len(pen.strokes), pen.erasures) == (0, 2)
    revision = pen.revision
    pen.clear()
    pen.undo()
    assert (pen.erasures, pen.revision) == (2, revision)
