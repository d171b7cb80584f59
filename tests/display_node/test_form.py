"""Which form of a tour goes on stage: who has just seen it, who waits, and what the operator says."""

import pytest

from common.errors import ConfigError
from display_node.form import RECENT, Form, suited, wanted
from display_node.show import step, tick
from display_node.state import Phase, State
from tests.display_node.test_show import REST, begin, compiled, told, touring


def seen(station: str = "a", now: float = 100.0) -> State:
    """The wall is at rest; `station` saw the end of a whole tour at `now` + 30 s."""
    return tick(tick(step(begin(now), compiled(station), now), now + 30.0), now + 30.0 + REST)


def test_a_visitor_gets_the_full_tour_and_the_next_digit_the_short_one() -> None:
    assert touring().form is Form.FULL
    again = step(seen(), compiled("a", 2), 145.0)
    assert again.form is Form.SHORT
    assert again.scene.duration == 8.0
    short_seen = tick(again, 153.0)
    assert short_seen.phase is Phase.ANSWERED
    # Counted from the whole tour: who draws all afternoon is told everything again now and then.
    assert step(short_seen, compiled("a", 3), 130.0 + RECENT - 1.0).form is Form.SHORT
    assert step(short_seen, compiled("a", 3), 130.0 + RECENT).form is Form.FULL


def test_another_stations_visitor_gets_the_full_tour() -> None:
    assert step(seen("a"), compiled("b"), 145.0).form is Form.FULL


def test_a_whole_tour_that_was_not_seen_to_its_end_does_not_count() -> None:
    state = tick(step(touring("a"), compiled("b"), 107.0), 110.0)
    assert (state.form, dict(state.seen)) == (Form.FULL, {})
    ended = tick(state, 140.0)
    assert dict(ended.seen) == {"b": 140.0}
    assert step(ended, compiled("a", 2), 141.0).form is Form.FULL
    assert step(ended, compiled("b", 2), 141.0).form is Form.SHORT


def test_one_whose_last_chapter_makes_way_was_seen() -> None:
    state = tick(step(touring("a"), compiled("b"), 125.0), 130.0)
    assert (state.form, dict(state.seen)) == (Form.FULL, {"a": 130.0})


def test_who_saw_what_is_forgotten_in_time() -> None:
    state, now = begin(), 100.0
    for visit in range(20):
        state, now = step(state, compiled(f"{visit}"), now), now + 30.0
        state = tick(state, now)
    assert len(state.seen) <= RECENT / 30.0


def test_the_short_one_while_another_waits_until_its_own_chapters_end() -> None:
    state = touring("a", "b", "c")
    assert state.form is Form.FULL, "nobody waited when it began"
    state = tick(state, 105.0)
    assert state.form is Form.SHORT
    last = tick(state, 113.0)
    assert (last.form, last.waiting) == (Form.FULL, ())
    short = told(begin(), "form", "short")
    short = step(step(short, compiled("a"), 101.0), compiled("b"), 102.0)
    assert short.cut == 3.0


@pytest.mark.parametrize("form", list(Form))
def test_the_operator_has_the_last_word(form: Form) -> None:
    state = told(seen(), "form", form.value)
    assert step(state, compiled("a", 2), 145.0).form is form
    others = told(touring("a", "b", "c"), "form", form.value)
    assert (others.form, tick(others, 105.0).form) == (Form.FULL, form)


@pytest.mark.parametrize("value", ["long", "", "FULL", "en+ko"])
def test_a_form_that_there_is_none_of_changes_nothing(value: str) -> None:
    state = touring()
    assert told(state, "form", value) is state
    with pytest.raises(ConfigError, match="auto, full, short"):
        wanted(value)


def test_which_form_suits() -> None:
    assert suited(None, False, None, 100.0) is Form.FULL
    assert suited(None, True, None, 100.0) is Form.SHORT
    assert suited(None, False, 50.0, 100.0) is Form.SHORT
    assert suited(Form.FULL, True, 50.0, 100.0) is Form.FULL
