"""The show's reducer: every way from phase to phase, and what holds whatever happens."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitmap import BLANK, SIDE, Bitmap
from common.clock import ShowClock
from common.control import VERBS, Control
from common.link import MemoryNetwork
from display_node import state as states
from display_node.choices import Choices
from display_node.events import (
    Awake,
    Compiled,
    Drawn,
    Event,
    Failed,
    Job,
    Part,
    Staged,
    Together,
    Wiped,
)
from display_node.form import Form
from display_node.probe import Probe
from display_node.scene import Chapter, Scene
from display_node.show import FORGET, FORGET_WIPED, step, tick
from display_node.state import Phase, State
from display_node.turns import MAX_WAITING

REST = 12.0
INK = Bitmap(bytes([200]) * SIDE * SIDE)
MORE_INK = Bitmap(bytes([255]) * SIDE * SIDE)
INVITATION = Part(Scene("invitation", 30.0, (), ()), 0, Probe(INK, {}))
NEXT = Part(Scene("invitation", 24.0, (), ()), 1, Probe(INK, {}))
LISTENING = Scene("listening", 60.0, (), ())
LINK = MemoryNetwork().link("wall", 9000)


def compiled(station: str, drawing: int = 1) -> Compiled:
    """A tour of 30 s with chapters at 5, 10 and 20 s; in its short form of 8 s, at 3 and 6 s."""
    chapters = (Chapter("one", 5.0), Chapter("two", 10.0), Chapter("three", 20.0))
    full = Scene(f"{station} {drawing}", 30.0, (), (), chapters=chapters)
    short = Scene(f"{station} {drawing}", 8.0, (), (), chapters=(Chapter("two", 3.0), Chapter("three", 6.0)))
    job = Job(station, drawing, INK, INK, LINK, ("tablet", 1))
    return Compiled(job, Probe(INK, {}), {Form.FULL: full, Form.SHORT: short})


def begin(now: float = 100.0) -> State:
    return states.begin(INVITATION, LISTENING, rest=REST, choices=Choices("en+ko"), now=now)


def drawing(station: str = "a", now: float = 100.0) -> State:
    return step(begin(now), Drawn(station, INK), now)


def touring(*stations: str, now: float = 100.0) -> State:
    """The first of `stations` is on the wall since `now`, the others wait."""
    state = begin(now)
    for station in stations or ("a",):
        state = step(state, compiled(station), now)
    return state


def answered(now: float = 100.0) -> State:
    """A tour that began at `now` has come to its end 30 s later."""
    return tick(touring(now=now), now + 30.0)


def told(state: State, verb: str, value: float | str | None = None, now: float = 100.0) -> State:
    return step(state, Control(verb, value), now)


def test_at_first_it_invites() -> None:
    state = begin()
    assert (state.phase, state.scene, state.time(103.0)) == (Phase.IDLE, INVITATION.scene, 3.0)
    assert tick(state, 129.9) is state


def test_the_next_part_of_the_invitation_takes_over_to_the_instant() -> None:
    state = step(begin(), NEXT, 105.0)
    assert (state.invitation, state.ahead, tick(state, 129.9)) == (INVITATION, NEXT, state)
    on = tick(state, 130.25)
    assert (on.scene, on.invitation, on.ahead) == (NEXT.scene, NEXT, None)
    assert on.time(130.25) == pytest.approx(0.25)
    assert on.since == state.since, "no dip of the light: it is no other scene"


def test_it_goes_on_at_the_operators_speed() -> None:
    state = step(told(begin(), "speed", 4.0), NEXT, 101.0)
    on = tick(state, 108.0)
    assert on.scene is NEXT.scene
    assert (on.time(108.0), on.time(109.0)) == (2.0, 6.0)


def test_without_a_next_part_the_same_comes_once_more() -> None:
    again = tick(begin(), 131.0)
    assert (again.scene, again.time(131.0), again.since) == (INVITATION.scene, 0.0, 131.0)


def test_after_a_tour_it_goes_on_with_the_part_that_knows_the_drawing() -> None:
    state = step(touring(), NEXT, 101.0)
    assert state.scene is not NEXT.scene
    rested = tick(tick(state, 130.0), 130.0 + REST)
    assert (rested.scene, rested.invitation, rested.ahead, rested.since) == (
        NEXT.scene,
        NEXT,
        None,
        130.0 + REST,
    )


def test_once_awake_it_knows_the_networks_numbers() -> None:
    state = step(begin(), Awake(NEXT), 101.0)
    assert state.awake
    assert (state.scene, state.time(101.0)) == (NEXT.scene, 0.0)


def test_waking_does_not_disturb_who_draws() -> None:
    state = step(drawing(), Awake(NEXT), 101.0)
    assert (state.awake, state.phase, state.scene) == (True, Phase.DRAWING, LISTENING)
    assert tick(state, 101.0 + FORGET).scene is NEXT.scene


def test_a_pen_brings_up_the_canvas() -> None:
    state = drawing()
    assert (state.phase, state.scene, state.canvas, state.pen) == (Phase.DRAWING, LISTENING, INK, "a")


def test_an_empty_canvas_does_not() -> None:
    state = begin()
    assert step(state, Drawn("a", BLANK), 101.0) is state


def test_one_draws_at_a_time() -> None:
    state = drawing("a")
    assert step(state, Drawn("b", MORE_INK), 101.0) is state
    assert step(state, Drawn("a", MORE_INK), 101.0).canvas == MORE_INK


def test_half_a_drawing_is_forgotten() -> None:
    state = step(drawing(), Drawn("a", MORE_INK), 105.0)
    assert tick(state, 105.0 + FORGET - 0.01) is state
    rested = tick(state, 105.0 + FORGET)
    assert (rested.phase, rested.scene, rested.canvas, rested.pen) == (
        Phase.IDLE,
        INVITATION.scene,
        BLANK,
        None,
    )
    assert step(rested, Drawn("b", INK), 130.0).pen == "b"


def test_a_wiped_canvas_is_forgotten_sooner() -> None:
    state = step(drawing(), Wiped("a"), 101.0)
    assert (state.phase, state.canvas) == (Phase.DRAWING, BLANK)
    assert tick(state, 101.0 + FORGET_WIPED).phase is Phase.IDLE
    again = step(state, Drawn("a", INK), 102.0)
    assert tick(again, 101.0 + FORGET_WIPED).phase is Phase.DRAWING


@pytest.mark.parametrize("state", [begin(), touring(), answered(), drawing("b")])
def test_wiping_does_nothing_to_anything_else(state: State) -> None:
    assert step(state, Wiped("a"), 131.0) is state


@pytest.mark.parametrize("state", [begin(), drawing("a"), drawing("b"), answered()])
def test_a_submit_starts_at_once(state: State) -> None:
    event = compiled("a", 2)
    on_stage = step(state, event, 131.0)
    assert (on_stage.phase, on_stage.tour) == (Phase.TOURING, event)
    assert on_stage.form is not None
    assert on_stage.scene is event.scenes[on_stage.form]
    assert (on_stage.time(131.0), on_stage.canvas, on_stage.pen) == (0.0, BLANK, None)


def test_a_tour_ends_in_its_answer_and_the_answer_in_a_rest() -> None:
    state = touring()
    assert tick(state, 129.9) is state
    ended = tick(state, 130.0)
    assert (ended.phase, ended.tour, ended.scene) == (Phase.ANSWERED, state.tour, state.scene)
    assert tick(ended, 130.0 + REST - 0.1) is ended
    rested = tick(ended, 130.0 + REST)
    assert (rested.phase, rested.tour, rested.form) == (Phase.IDLE, None, None)
    assert rested.scene is INVITATION.scene


def test_a_pen_takes_over_from_an_answer_but_not_from_a_tour() -> None:
    assert step(answered(), Drawn("a", INK), 131.0).phase is Phase.DRAWING
    assert step(answered(), Drawn("a", BLANK), 131.0).phase is Phase.ANSWERED
    assert step(touring(), Drawn("a", INK), 101.0).phase is Phase.TOURING


def test_a_submit_in_mid_tour_waits_for_the_end_of_the_chapter() -> None:
    second = compiled("b")
    state = step(touring("a"), second, 107.0)
    assert (state.cut, state.waiting) == (10.0, (second,))
    assert tick(state, 109.9) is state
    assert tick(state, 110.0).tour is second


def test_a_pause_holds_it_and_a_seek_brings_it() -> None:
    second = compiled("b")
    held = told(step(touring("a"), second, 107.0), "pause", now=108.0)
    assert tick(held, 1e5) is held
    resumed = told(held, "play", now=1e5)
    assert tick(resumed, 1e5 + 1.9).tour is not second
    assert tick(resumed, 1e5 + 2.1).tour is second
    assert tick(told(held, "seek", 10.0, now=1e5), 1e5).tour is second
    assert tick(told(held, "next", now=1e5), 1e5).tour is second


def test_in_the_last_chapter_it_waits_for_the_end() -> None:
    second = compiled("b")
    state = step(touring("a"), second, 125.0)
    assert tick(state, 129.0).tour is not second
    assert tick(state, 130.0).tour is second


def test_of_one_station_only_the_newest_waits() -> None:
    newest = compiled("b", 2)
    state = step(step(touring("a"), compiled("b", 1), 101.0), newest, 102.0)
    assert state.waiting == (newest,)
    assert state.cut == 5.0


def test_many_stations_take_turns_in_order() -> None:
    state, now, seen = touring("a", "b", "c", "d"), 100.0, []
    # "b" keeps submitting: its tours must not shut out "c" and "d".
    for turn in range(40):
        now += 3.0
        state = tick(step(state, compiled("b", turn + 2), now), now)
        assert state.tour is not None
        if not seen or seen[-1] != state.tour.job.station:
            seen.append(state.tour.job.station)
    assert {"c", "d"} <= set(seen[:5])


def test_those_who_wait_longest_see_a_whole_tour_of_the_one_before() -> None:
    state = tick(touring("a", "b", "c"), 105.0)
    assert state.tour is not None
    assert (state.tour.job.station, state.form, state.cut) == ("b", Form.SHORT, 8.0)
    assert step(state, compiled("d"), 106.0).cut == 8.0


def test_another_submit_does_not_put_off_the_change() -> None:
    state = step(touring("a"), compiled("b"), 101.0)
    assert step(state, compiled("c"), 105.0).cut == 5.0


def test_no_more_than_so_many_wait() -> None:
    state = touring(*[f"{n}" for n in range(3 * MAX_WAITING)])
    assert len(state.waiting) == MAX_WAITING


@pytest.mark.parametrize(("verb", "value"), [("exhibit", "training"), ("nosuch", None)])
def test_what_is_not_of_the_state_leaves_it(verb: str, value: str | None) -> None:
    state = touring()
    assert step(state, Control(verb, value), 101.0) is state


def test_time_can_be_held_sought_and_sped_up() -> None:
    held = told(touring(), "pause", now=103.0)
    assert (held.time(103.0), held.time(200.0), held.clock.paused) == (3.0, 3.0, True)
    assert told(held, "play", now=200.0).time(201.0) == 4.0
    assert told(touring(), "speed", 4.0, now=101.0).time(102.0) == 5.0
    assert told(touring(), "seek", 12.0, now=101.0).time(102.0) == 13.0
    assert told(touring(), "seek", 3600.0, now=101.0).time(101.0) == 30.0


def test_the_operators_speed_and_pause_outlive_the_scene() -> None:
    fast = step(told(begin(), "speed", 2.0), compiled("a"), 101.0)
    assert (fast.time(101.0), fast.time(102.0)) == (0.0, 2.0)
    held = step(told(begin(), "pause"), compiled("a"), 101.0)
    assert (held.phase, held.time(500.0)) == (Phase.TOURING, 0.0)


def test_next_goes_chapter_by_chapter_to_the_answer_and_on() -> None:
    state = touring()
    for expected in (5.0, 10.0, 20.0, 30.0):
        state = told(state, "next")
        assert state.time(100.0) == expected
    state = tick(state, 100.0)
    assert state.phase is Phase.ANSWERED
    assert told(state, "next").phase is Phase.IDLE


def test_seeking_back_from_the_answer_goes_on_with_the_tour() -> None:
    state = told(answered(), "seek", 12.0, now=131.0)
    assert (state.phase, state.time(131.0)) == (Phase.TOURING, 12.0)
    assert tick(state, 149.0).phase is Phase.ANSWERED


def test_a_pause_holds_the_answer_too() -> None:
    held = told(answered(), "pause", now=131.0)
    assert tick(held, 1000.0).phase is Phase.ANSWERED
    played = told(held, "play", now=1000.0)
    assert tick(played, 1000.0 + REST - 1.5).phase is Phase.ANSWERED, "the rest of the rest is still to come"
    assert tick(played, 1000.0 + REST - 0.5).phase is Phase.IDLE


def test_settings_are_taken_and_reset_undoes_them() -> None:
    state = touring("a", "b")
    changes: list[tuple[str, float | str]] = [("language", "ko"), ("volume", 0.25), ("form", "short")]
    for verb, value in [*changes, ("captions", 0.0), ("blackout", 1.0), ("speed", 4.0)]:
        state = told(state, verb, value)
    assert (state.choices, state.clock.rate) == (Choices("ko", 0.25, Form.SHORT, False, True), 4.0)
    assert not told(state, "blackout", 0.0).choices.blackout
    assert told(state, "captions", 1.0).choices.captions
    assert told(state, "form", "auto").choices.form is None
    state = told(told(state, "pause"), "reset", now=110.0)
    assert (state.choices, state.clock.rate) == (Choices("en+ko"), 1.0)
    assert (state.phase, state.waiting, state.cut, state.time(111.0)) == (Phase.IDLE, (), None, 1.0)


def test_the_volume_starts_and_is_reset_as_configured_and_the_dark_is_silent() -> None:
    choices = Choices("en", volume=0.4)
    state = states.begin(INVITATION, LISTENING, rest=REST, choices=choices, now=100.0)
    assert state.choices.loudness == 0.4
    assert told(state, "volume", 0.7).choices.loudness == 0.7
    assert told(told(state, "volume", 0.0), "reset").choices.loudness == 0.4
    dark = told(state, "blackout", 1.0)
    assert (dark.choices.loudness, told(dark, "blackout", 0.0).choices.loudness) == (0.0, 0.4)


def test_restart_leaves_and_a_failure_is_told() -> None:
    assert told(begin(), "restart").leave
    assert step(begin(), Failed("no torch"), 101.0).failure == "no torch"


def values(verb: str) -> st.SearchStrategy[float | str | None]:
    kind = VERBS[verb]
    if kind.kind == "f":
        return st.floats(kind.low, kind.high)
    return st.sampled_from(["en", "en+ko", "auto", "full", "short"]) if kind.kind == "s" else st.none()


stations = st.sampled_from("abc")
controls = st.sampled_from(sorted(VERBS)).flatmap(
    lambda verb: st.builds(Control, st.just(verb), values(verb))
)
events = st.one_of(
    st.builds(Drawn, stations, st.sampled_from([BLANK, INK, MORE_INK])),
    st.builds(Wiped, stations),
    st.builds(compiled, stations, st.integers(1, 9)),
    st.builds(Awake, st.just(NEXT)),
    st.builds(
        lambda number: Part(Scene("invitation", 30.0, (), ()), number, Probe(INK, {})), st.integers(0, 9)
    ),
    controls,
)
"""Anything that can happen to a wall, but for the end of it."""
stories = st.lists(st.tuples(st.one_of(st.none(), events), st.floats(0.0, 40.0)), max_size=40)


def tell(story: list[tuple[Event | None, float]]) -> list[State]:
    """The states that a story leads through: each event happens after its pause, and a frame is drawn."""
    now, state = 100.0, begin()
    told = [state]
    for event, pause in story:
        now += pause
        state = tick(state if event is None else step(state, event, now), now)
        assert content(tick(state, now)) == content(state)
        told.append(state)
    return told


def content(state: State) -> list[Any]:
    return [getattr(state, field.name) for field in fields(state)]


@given(stories)
def test_what_holds_whatever_happens(story: list[tuple[Event | None, float]]) -> None:
    for state in tell(story):
        if state.phase is Phase.IDLE:
            assert state.scene is state.invitation.scene
        elif state.phase is Phase.DRAWING:
            assert state.scene is LISTENING
        else:
            assert state.tour is not None
            assert state.form is not None
            assert state.scene is state.tour.scenes[state.form]
        assert (state.tour is None) == (state.form is None)
        assert (state.tour is None) == (state.phase in (Phase.IDLE, Phase.DRAWING))
        assert (state.pen is None) == (state.phase is not Phase.DRAWING)
        assert (state.until is None) == (state.phase is not Phase.DRAWING)
        assert (state.cut is None) == (not state.waiting)
        assert state.phase is Phase.TOURING or not state.waiting
        assert state.phase is Phase.DRAWING or state.canvas == BLANK
        waiting = [entry.job.station for entry in state.waiting]
        assert len(waiting) == len(set(waiting)) <= MAX_WAITING


@given(stories)
def test_the_same_story_ends_the_same(story: list[tuple[Event | None, float]]) -> None:
    assert [content(state) for state in tell(story)] == [content(state) for state in tell(story)]


@given(stories)
def test_in_the_end_it_invites_again(story: list[tuple[Event | None, float]]) -> None:
    *_, state = tell(story)
    now = state.since + 1e6
    state = replace(state, clock=state.clock.play(now))
    for _ in range(400):
        now += 5.0
        state = tick(state, now)
    assert (state.phase, state.waiting) == (Phase.IDLE, ())


def staged(show: Compiled | Part, stamp: int, *, began: float, rest: float = REST) -> Staged:
    """Another wall's show, begun at `began`."""
    form = Form.FULL if isinstance(show, Compiled) else None
    return Staged(show, form, ShowClock.starting(began), (stamp, "other"), rest)


def together(*stations: str, now: float = 100.0) -> State:
    """One of several walls: its first show is about to begin, half a second after `now`."""
    state = step(begin(now), Together(lead=0.5), now)
    for station in stations:
        state = step(state, compiled(station), now)
    return state


def test_who_waits_has_a_turn_whatever_the_others_have_on_stage() -> None:
    """Another wall goes back to the invitation; here a visitor's show was about to begin."""
    state = tick(step(together("a"), staged(NEXT, 1, began=100.2), 100.2), 100.2)
    assert state.coming is not None
    assert tick(state, 101.0).phase is Phase.TOURING
    later = step(touring("a", "b"), staged(NEXT, 1, began=101.0), 101.0)
    ours = tick(later, 101.0).tour
    assert ours is not None
    assert ours.job.station == "b"


def test_a_show_that_another_wall_paused_before_it_began_is_shown_once() -> None:
    state = together("a")
    assert state.coming is not None
    told = step(state, staged(state.coming.tour, 1, began=100.6), 100.2)
    assert told.waiting == ()
    assert tick(told, 100.7).phase is Phase.TOURING


def test_a_show_that_was_turned_away_waits_unless_its_station_sent_a_newer_one() -> None:
    other, newer = replace(compiled("z"), job=replace(compiled("z").job, mine=False)), compiled("a", 2)
    state = together("a")
    assert [show.job.drawing for show in step(state, staged(other, 1, began=100.6), 100.2).waiting] == [1]
    state = step(state, newer, 100.1)
    assert step(state, staged(other, 1, began=100.6), 100.2).waiting == (newer,)


def test_a_tour_that_had_hardly_begun_comes_again_and_one_that_was_seen_does_not() -> None:
    other = replace(compiled("z"), job=replace(compiled("z").job, mine=False))
    early = step(touring("a"), staged(other, 1, began=102.0), 102.0)
    assert [show.job.station for show in early.waiting] == ["a"]
    assert step(touring("a"), staged(other, 1, began=108.0), 108.0).waiting == ()


def test_while_another_walls_show_is_made_ready_nothing_of_ours_begins() -> None:
    following = step(drawing("b"), Together(0.5, following=True), 100.0)
    waits = tick(step(following, compiled("a"), 101.0), 101.0)
    assert (waits.phase, waits.coming, len(waits.waiting)) == (Phase.DRAWING, None, 1)
    assert tick(following, 200.0).decision == following.decision, "nor is it sent away by a forgotten drawing"
    free = tick(step(waits, Together(0.5), 102.0), 102.0)
    assert free.coming is not None


def test_a_turn_is_left_to_others_first() -> None:
    state = step(step(touring("a"), compiled("b"), 125.0), Together(0.5, patience=0.4), 125.0)
    assert tick(state, 130.3).coming is None
    assert tick(tick(state, 130.3), 130.5).coming is not None


def test_a_rest_is_the_same_on_all_walls() -> None:
    other = replace(compiled("z"), job=replace(compiled("z").job, mine=False))
    state = step(begin(), staged(other, 1, began=100.0, rest=3.0), 100.0)
    assert tick(state, 132.9).phase is Phase.ANSWERED
    assert tick(state, 133.1).phase is Phase.IDLE


def test_what_another_wall_shows_of_ours_waits_no_more() -> None:
    second = compiled("b")
    theirs = replace(second, job=replace(second.job, mine=False))
    assert step(step(touring("a"), second, 110.0), staged(theirs, 1, began=110.0), 110.0).waiting == ()


def test_a_show_is_short_where_others_wait_at_other_walls() -> None:
    state = step(step(begin(), Together(0.0, crowded=True), 100.0), compiled("a"), 100.0)
    assert state.form is Form.SHORT
    assert step(state, compiled("b"), 101.0).cut == state.scene.duration, "theirs is the next turn"
