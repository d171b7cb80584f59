"""Numbers that are told one by one: each a note, as many as can be told apart, none of them shrill."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.scene import Cues, Sound
from display_node.sound.cues import DENSEST
from display_node.sound.score import COUNTS, HIGH, LANDING, SPAN, SUM, TOLD, counted
from display_node.sound.synth import PITCHES, frequency

SHRILL = 1500.0
"""Hertz from which a struck note hurts, near a loudspeaker, when it comes again and again."""


def told(values: list[float], seconds: float) -> Cues:
    """Heard one after the other within so many seconds, from the fifth on."""
    times = 5.0 + seconds * np.arange(len(values)) / len(values)
    return counted(times.astype(np.float32), np.array(values, np.float32))


def test_each_is_a_note_the_larger_the_higher_and_louder_whatever_its_sign() -> None:
    found = told([0.1, -0.2, 0.4, -0.8], 2.0)
    assert set(found["sound"]) == {Sound.WOOD}
    np.testing.assert_allclose(found["time"], [5.0, 5.5, 6.0, 6.5])
    assert (np.diff(found["pitch"]) > 0).all()
    assert (np.diff(found["loudness"]) > 0).all()
    assert told([0.1, -0.2, 0.4, 0.8], 2.0).tobytes() == found.tobytes()


def test_what_adds_nothing_is_a_grain_softer_than_any_note() -> None:
    found = told([0.0, 0.5, 0.0, 0.01], 2.0)
    assert found["sound"].tolist().count(Sound.GRAIN) == 2
    grains, notes = (found[found["sound"] == sound] for sound in (Sound.GRAIN, Sound.WOOD))
    assert grains["loudness"].max() < notes["loudness"].min()


def test_nothing_but_noughts_is_sand() -> None:
    found = told([0.0] * 9, 2.3)
    assert set(found["sound"]) == {Sound.GRAIN}
    assert len(found) == 9


@pytest.mark.parametrize("count", [9, 8])
def test_as_slowly_as_a_patch_is_told_none_is_left_out(count: int) -> None:
    assert len(told([1.0] * count, 2.3)) == count


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=40), st.floats(0.5, 3.0))
def test_however_many_they_can_be_listened_to(values: list[float], seconds: float) -> None:
    found = told(values, seconds)
    times = found["time"]
    assert len(found)
    for time in times:
        second = found[(times >= time) & (times < time + 1.0)]
        assert len(second) <= TOLD + 1 < DENSEST
        for pitch in set(second["pitch"]):
            assert (second["pitch"] == pitch).sum() <= COUNTS + 1
    loudest = np.abs(np.array(values, np.float32)).max()
    assert found["loudness"].max() == pytest.approx(0.8 * SUM if loudest > 0 else LANDING / 2)
    assert found["pitch"].max() <= HIGH + SPAN // 2 < PITCHES[Sound.WOOD]


def test_none_is_shrill() -> None:
    assert frequency(HIGH + SPAN // 2) < SHRILL
