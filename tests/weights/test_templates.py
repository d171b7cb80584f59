"""The shapes drawn by us: what the file's lines mean, and what is made of them."""

import numpy as np
import pytest

from common.errors import DataError
from weights import nondigits
from weights.inking import measured
from weights.nondigits import NONE, OTHER_SCRIBBLES, SCRIBBLES
from weights.templates import Template, parse, templates


def test_a_line_says_points_corners_and_strokes() -> None:
    template = parse("some", "0,0 50,100! 90,5 | 10,50 90,50")
    (first, corners), (second, none) = template.strokes
    assert first.tolist() == [[0, 0], [50, 100], [90, 5]]
    assert corners == (False, True, False)
    assert second.tolist() == [[10, 50], [90, 50]]
    assert none == (False, False)


@pytest.mark.parametrize("text", ["", "5,5", "0,0 1", "0,0 1,1,1", "0,0 here", "0,0 1,1 |", "0;0 1;1"])
def test_a_line_that_says_nothing_is_named(text: str) -> None:
    with pytest.raises(DataError, match="'odd'"):
        parse("odd", text)


def test_a_corner_stays_sharp_and_a_curve_is_round() -> None:
    def nearest(template: Template) -> float:
        (stroke,) = template.drawn(np.random.default_rng(1)).strokes
        return float(np.hypot(*(stroke - [100, 0]).T).min())

    random = np.random.default_rng(1)
    assert nearest(parse("corner", "0,0 100,0! 100,100")) < 10
    assert nearest(parse("curve", "0,0 100,0 100,100")) > 12
    fast = parse("line", "0,0 100,0").drawn(random).strokes[0]
    assert np.ptp(fast[:, 0]) == pytest.approx(100, abs=20)


def test_every_digit_has_its_ways_of_writing() -> None:
    ways = [template.name[0] for template in templates("digits")]
    assert min(ways.count(str(digit)) for digit in range(10)) >= 5


def test_what_measures_doubt_is_kept_apart_from_what_teaches_it() -> None:
    learnt = {template.name for section in ("shapes", "letters") for template in templates(section)}
    assert not learnt & {template.name for template in templates("measured")}
    assert not set(SCRIBBLES) & set(OTHER_SCRIBBLES)


@pytest.mark.parametrize("make", [nondigits.training, nondigits.measured])
def test_no_digits_are_drawn_labelled_and_come_again(make: object) -> None:
    assert callable(make)
    one, two = make(2, 7), make(2, 7)
    assert {drawing.label for drawing in one} == {NONE}
    images = measured(one).images
    assert (images == measured(two).images).all()
    assert all(image.any() for image in images)
    assert len({image.tobytes() for image in images}) > 0.95 * len(images)
