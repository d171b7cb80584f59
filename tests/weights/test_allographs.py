"""Digits as much of the world writes them: shapes that training did not draw, read by the shipped network."""

import numpy as np
import pytest

from common.raster import framed
from common.strokes import Drawing
from display_node.engines.eager import Eager
from display_node.network import SHIPPED, load
from weights import allographs
from weights.inking import legacy
from weights.templates import templates

Stroke = list[tuple[int, int]]


def ring(x: int, y: int, across: int, down: int) -> Stroke:
    angles = np.radians(np.linspace(-90, 270, 24))
    return [(round(x + across * np.cos(a)), round(y + down * np.sin(a))) for a in angles]


DRAWN: dict[str, tuple[int, list[Stroke]]] = {
    "crossed seven": (7, [[(10, 10), (90, 10), (40, 100)], [(30, 55), (80, 52)]]),
    "hooked and crossed seven": (7, [[(15, 25), (15, 10), (85, 10), (45, 100)], [(30, 55), (75, 55)]]),
    "plain seven": (7, [[(15, 5), (80, 5), (45, 100)]]),
    "zero slashed within": (0, [ring(50, 50, 35, 50), [(72, 20), (28, 80)]]),
    "zero slashed beyond": (0, [ring(50, 50, 35, 50), [(85, 5), (15, 95)]]),
    "bare one": (1, [[(50, 0), (50, 100)]]),
    "flagged one": (1, [[(20, 35), (55, 0), (55, 100)]]),
    "one with a long flag": (1, [[(5, 55), (55, 0), (55, 100)]]),
    "flagged and footed one": (1, [[(20, 35), (55, 0), (55, 100)], [(20, 100), (90, 100)]]),
    "open four": (4, [[(20, 0), (15, 50), (80, 50)], [(75, 0), (75, 100)]]),
    "closed four": (4, [[(70, 100), (70, 0), (10, 70), (95, 70)]]),
    "four with a short stem": (4, [[(55, 0), (10, 65), (90, 65)], [(65, 35), (65, 100)]]),
    "straight nine": (9, [[*ring(50, 28, 28, 28)], [(78, 28), (78, 100)]]),
    "flat three": (3, [[(15, 5), (80, 5), (45, 40), (75, 50), (80, 75), (55, 98), (15, 92)]]),
}


@pytest.fixture(scope="module")
def engine() -> Eager:
    return Eager(load(SHIPPED))


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_read_on_the_station_and_from_a_sketch_without_antialiasing(name: str, engine: Eager) -> None:
    digit, strokes = DRAWN[name]
    drawing = Drawing(tuple(np.array(stroke, np.float64) for stroke in strokes), (100.0, 100.0))
    assert engine.read(framed(drawing)).digit == digit
    assert engine.read(legacy(drawing)).digit == digit


def test_drawings_come_again_with_their_seed_and_differ() -> None:
    one, two = allographs.drawings(3, seed=4), allographs.drawings(3, seed=4)
    assert {drawing.label for drawing in one} == set(range(10))
    assert len(one) == 3 * len(templates("digits"))
    for first, second in zip(one, two, strict=True):
        assert all((a == b).all() for a, b in zip(first.strokes, second.strokes, strict=True))
    assert not np.array_equal(one[0].strokes[0], one[1].strokes[0])
