"""What the visitor sees and when: the answer is kept back until the wall calls it, but never for long."""

from collections.abc import Callable

import pytest

from common.wire import Answer, Progress
from input_node import station
from input_node.station import (
    AGAIN_AFTER,
    LONGEST_QUEUE,
    LONGEST_SECRET,
    PATIENCE,
    SHOW_ANSWER,
    SOON_AFTER,
    STALLED,
    TWICE,
    Phase,
    Screen,
    Station,
)
from input_node.tour import STALE
from tests.input_node.conftest import PROBABILITIES

BEGAN = 50.0
STEP = 0.5
"""Seconds between two words of the wall's."""


class Telling:
    """A station with time turned by hand; a wall that says what it is told to."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.reachable = True
        self.state = station.submit(Station(), 1, self.now)

    def answered(self, drawing: int = 1) -> "Telling":
        self.state = station.answered(self.state, Answer("tablet", drawing, 7, PROBABILITIES), self.now)
        return self.after(0.0)

    def word(self, chapter: str, fraction: float, drawing: int = 1) -> "Telling":
        self.state = station.progress(self.state, Progress("tablet", drawing, chapter, fraction), self.now)
        return self.after(0.0)

    def after(self, seconds: float, each: Callable[[], object] = lambda: None) -> "Telling":
        """Let time pass, in frames; `each` is called twice a second."""
        end = self.now + seconds
        while True:
            self.state = station.tick(self.state, self.now, self.reachable)
            if self.now >= end:
                return self
            self.now = min(self.now + STEP, end)
            each()

    @property
    def screen(self) -> Screen:
        return self.state.screen(self.now)


@pytest.fixture
def told() -> Telling:
    return Telling().answered()


def test_the_answer_is_shown_when_the_wall_calls_it(told: Telling) -> None:
    for fraction in (0.0, 0.3, 0.6, 0.9):
        told.word("conv2d1" if fraction < 0.9 else "answer", fraction)
        assert told.screen is Screen.TOUR
        told.after(STEP)
    told.word("winner", 0.92)
    assert told.state.revealed == told.now
    assert told.screen is Screen.ANSWER
    told.after(5.0, lambda: told.word("winner", 0.95))
    assert told.screen is Screen.ANSWER  # the wall is not free yet
    told.word("winner", 1.0)
    assert told.screen is Screen.AGAIN


def test_what_it_depended_on_is_told_after_the_answer_had_its_time(told: Telling) -> None:
    told.word("winner", 0.9).after(AGAIN_AFTER + 1.0, lambda: told.word("winner", 0.92))
    assert told.screen is Screen.ANSWER
    assert told.word("why", 0.95).screen is Screen.WHY
    assert told.word("why", 1.0).screen is Screen.AGAIN


def test_an_answer_has_its_time_even_where_the_word_that_calls_it_was_lost(told: Telling) -> None:
    told.word("answer", 0.8).after(STEP).word("why", 0.93)
    assert told.screen is Screen.ANSWER
    assert told.after(AGAIN_AFTER, lambda: told.word("why", 0.95)).screen is Screen.WHY
    assert told.after(STALE).screen is Screen.AGAIN


def test_an_exhibit_without_such_a_chapter_calls_it_at_its_end(told: Telling) -> None:
    told.word("saliency", 0.99)
    assert told.state.revealed is None
    told.word("saliency", 1.0)
    assert told.screen is Screen.ANSWER
    assert told.after(AGAIN_AFTER).screen is Screen.AGAIN


def test_without_a_word_from_the_wall_patience_ends(told: Telling) -> None:
    assert told.screen is Screen.READ
    assert told.after(SOON_AFTER).screen is Screen.SOON
    told.after(PATIENCE - SOON_AFTER - 0.1)
    assert told.state.revealed is None
    assert told.after(0.2).screen is Screen.ANSWER


def test_where_the_wall_has_gone_there_is_nothing_to_wait_for(told: Telling) -> None:
    told.reachable = False
    assert told.after(0.1).screen is Screen.ANSWER


def test_a_tour_whose_words_stop_counts_as_over(told: Telling) -> None:
    """The wall made way for another visitor's drawing, was restarted, or the network broke down."""
    told.word("conv2d1", 0.2).after(STALE - 0.1)
    assert told.screen is Screen.TOUR
    assert told.after(0.2).screen is Screen.ANSWER
    assert told.after(AGAIN_AFTER).screen is Screen.AGAIN


def test_a_few_lost_words_change_nothing(told: Telling) -> None:
    told.word("conv2d1", 0.2).after(STALE - 0.5).word("conv2d2", 0.27)
    assert told.screen is Screen.TOUR
    assert told.state.revealed is None


def test_what_is_shown_stays_shown_when_words_come_late(told: Telling) -> None:
    told.after(PATIENCE + 1.0).word("drawing", 0.0)
    assert told.screen is Screen.ANSWER
    revealed = told.state.revealed
    told.after(2.0, lambda: told.word("conv2d1", 0.2)).word("winner", 0.9)
    assert told.state.revealed == revealed


def test_a_paused_wall_does_not_keep_the_answer_for_ever(told: Telling) -> None:
    told.word("conv2d1", 0.2)
    told.after(STALLED - 0.1, lambda: told.word("conv2d1", 0.2))
    assert told.screen is Screen.TOUR
    told.after(0.2, lambda: told.word("conv2d1", 0.2))
    assert told.screen is Screen.ANSWER


def test_nor_does_one_in_slow_motion(told: Telling) -> None:
    told.after(LONGEST_SECRET - 1.0, lambda: told.word("conv2d1", min((told.now - BEGAN) / 1000, 0.9)))
    assert told.screen is Screen.TOUR
    told.after(1.0, lambda: told.word("conv2d1", min((told.now - BEGAN) / 1000, 0.9)))
    assert told.screen is Screen.ANSWER


def test_words_before_the_answer_are_a_tour_already() -> None:
    """The answer was lost on the way, but the wall has the drawing."""
    told = Telling().word("conv2d1", 0.2)
    assert told.screen is Screen.TOUR
    told.word("winner", 0.9)
    assert told.state.revealed is None
    assert told.answered().screen is Screen.ANSWER


def test_while_the_wall_shows_our_drawing_before_this_one_is_next() -> None:
    told = Telling().answered().word("conv2d1", 0.3)
    told.state = station.submit(station.fresh(told.state, told.now), 2, told.now)
    told.answered(2)
    told.after(SOON_AFTER, lambda: told.word("conv2d2", 0.4, drawing=1))
    assert told.screen is Screen.NEXT
    told.after(PATIENCE, lambda: told.word("conv2d2", 0.4, drawing=1))
    assert told.state.revealed is None  # it is known why it takes longer
    told.word("winner", 0.9, drawing=1)
    assert told.state.revealed is None  # that was the other drawing's
    assert told.word("drawing", 0.0, drawing=2).screen is Screen.TOUR


def test_a_wall_that_is_stuck_in_another_drawing_keeps_nobody_waiting(told: Telling) -> None:
    told.after(LONGEST_QUEUE, lambda: told.word("conv2d2", 0.4, drawing=-5))
    assert told.screen is Screen.ANSWER


def test_the_end_of_an_older_tour_is_no_busy_wall(told: Telling) -> None:
    told.after(SOON_AFTER, lambda: told.word("winner", 1.0, drawing=-5))
    assert told.screen is Screen.SOON


def test_a_new_drawing_in_mid_tour(told: Telling) -> None:
    told.word("conv2d1", 0.3)
    told.state = station.fresh(told.state, told.now)
    assert told.screen is Screen.DRAW
    assert told.state.touring(told.now)  # beside it, in the quiet line
    told.word("winner", 0.9)
    assert told.screen is Screen.DRAW
    assert told.state.answer is None


def test_a_drawing_that_is_drawn_on_does_not_keep_its_answer() -> None:
    told = Telling()
    told.state = station.draw_on(told.state, told.now)
    assert told.word("conv2d1", 0.3).screen is Screen.DRAW


def test_the_answer_stays_for_a_while_after_it_was_shown(told: Telling) -> None:
    told.after(PATIENCE)
    assert told.state.revealed == told.now
    assert not told.after(SHOW_ANSWER - 0.1).state.expired(told.now)
    assert told.after(0.2).state.expired(told.now)


def test_an_answer_that_was_not_shown_is_not_wiped(told: Telling) -> None:
    told.after(60.0, lambda: told.word("conv2d1", (told.now - BEGAN) / 100))
    assert told.state.phase is Phase.ANSWERED
    assert not told.state.expired(told.now)


def test_nobody_is_locked_out_but_a_finger_that_taps_twice(told: Telling) -> None:
    assert not told.state.leaving(told.now)
    assert told.word("conv2d1", 0.1).after(TWICE).state.leaving(told.now)
    assert told.screen is Screen.TOUR


def test_the_way_of_a_whole_tour_is_known_to_the_next(told: Telling) -> None:
    for chapter, fraction in (("drawing", 0.0), ("conv2d1", 0.1), ("winner", 0.9), ("winner", 1.0)):
        told.word(chapter, fraction).after(STEP)
    assert told.state.route == (0.1, 0.9)
    told.state = station.submit(station.fresh(told.state, told.now), 2, told.now)
    told.word("drawing", 0.0, drawing=2)
    assert told.state.tour
    assert told.state.tour.ahead(told.state.route) == (0.1, 0.9)
