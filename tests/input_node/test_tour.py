"""A tour as the station hears of it: words that come late, twice, not at all, or from an older drawing."""

from hypothesis import given
from hypothesis import strategies as st

from common.wire import Progress
from input_node.tour import GLIDE, MOST_TICKS, STALE, Tour, follow

NOW = 50.0


def word(fraction: float, chapter: str = "conv2d1", drawing: int = 1) -> Progress:
    return Progress("tablet", drawing, chapter, fraction)


def heard(*words: tuple[float, str, float]) -> Tour:
    """(seconds, chapter, fraction) of each word."""
    tour = None
    for seconds, chapter, fraction in words:
        tour = follow(tour, word(fraction, chapter), NOW + seconds)
    assert tour
    return tour


@given(st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.0, 1.0)), min_size=1, max_size=12))
def test_the_bar_never_jumps(words: list[tuple[float, float]]) -> None:
    """It goes on from where it stands, whatever is said, and ends at the last word."""
    now, tour = NOW, None
    for pause, fraction in words:
        now += pause
        before = tour.shown(now) if tour else 0.0
        tour = follow(tour, word(fraction), now)
        assert abs(tour.shown(now) - before) < 1e-6
        assert 0.0 <= tour.shown(now + GLIDE / 3) <= 1.0
    assert tour
    assert tour.shown(now + 2 * GLIDE) == tour.fraction


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12))
def test_of_a_tour_that_goes_on_the_bar_never_goes_back(fractions: list[float]) -> None:
    tour, seen = None, 0.0
    for index, fraction in enumerate(sorted(fractions)):
        tour = follow(tour, word(fraction), NOW + index / 2)
        for step in range(5):
            shown = tour.shown(NOW + index / 2 + step / 10)
            assert shown >= seen - 1e-9
            seen = shown


def test_a_word_that_was_overtaken_says_nothing_but_that_the_wall_is_there() -> None:
    tour = heard((0, "conv2d1", 0.20), (1, "conv2d2", 0.24), (2, "conv2d1", 0.22))
    assert (tour.chapter, tour.fraction) == ("conv2d2", 0.24)
    assert tour.running(NOW + 2 + STALE - 0.1)
    assert not tour.running(NOW + 2 + STALE)


def test_where_an_operator_goes_back_the_bar_glides_there() -> None:
    tour = heard((0, "conv2d1", 0.1), (1, "flatten", 0.6), (2, "conv2d1", 0.2))
    assert (tour.chapter, tour.fraction) == ("conv2d1", 0.2)
    assert tour.shown(NOW + 2) == 0.6
    assert tour.shown(NOW + 2 + GLIDE) == 0.2
    assert tour.ticks == ()


def test_chapters_leave_ticks_and_the_next_tour_knows_them() -> None:
    first = heard((0, "drawing", 0.0), (1, "conv2d1", 0.1), (2, "conv2d1", 0.2), (3, "answer", 0.8))
    assert first.ticks == (0.1, 0.8)
    second = heard((0, "drawing", 0.0), (1, "conv2d1", 0.11))
    assert second.ahead(first.ticks) == (0.8,)
    other = heard((0, "drawing", 0.0), (1, "linear1", 0.4))
    assert other.ahead(first.ticks) == ()  # another network: what is known of the last is no help


def test_every_chapter_of_the_explaining_tour_has_its_tick() -> None:
    """Also where a visitor has seen the long form, and gets the short one."""
    names = "drawing look everywhere filters conv2d2 conv2d3 conv2d4 flatten linear1 sums answer winner why"
    starts = [(index, name, index / 14) for index, name in enumerate(names.split())]
    full = heard(*starts)
    assert full.ticks == tuple(fraction for _, _, fraction in starts[1:])
    assert heard(*starts[:4]).ahead(full.ticks) == full.ticks[3:]
    assert heard((0, "drawing", 0.0), (1, "conv2d1", 0.11)).ahead(full.ticks) == ()


def test_a_peer_that_names_a_chapter_with_every_word_fills_no_memory() -> None:
    tour = heard(*((index, f"chapter{index}", index / 1000) for index in range(1000)))
    assert len(tour.ticks) == MOST_TICKS


def test_another_drawing_is_another_tour() -> None:
    tour = follow(heard((0, "flatten", 0.6)), word(0.1, drawing=2), NOW + 1)
    assert (tour.drawing, tour.fraction, tour.shown(NOW + 1)) == (2, 0.1, 0.0)


def test_the_answer_is_called_in_its_chapter_or_at_the_end() -> None:
    assert not heard((0, "answer", 0.9)).called
    assert heard((0, "winner", 0.9)).called
    assert heard((0, "winner", 0.9), (4, "why", 0.95)).called
    assert heard((0, "answer", 0.8), (4, "why", 0.95)).called  # the word between them was lost
    assert heard((0, "an exhibit of another kind", 1.0)).called
