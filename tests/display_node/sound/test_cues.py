"""Cues: in order, bounded, told by the numbers; and which of them is heard follows from the time alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display_node.exhibits.convolution import exhibit
from display_node.exhibits.invitation import exhibit as invitation
from display_node.form import Form
from display_node.samples import samples
from display_node.scene import CUE, Cues, Scene, Sound, Tint
from display_node.sound.cues import DENSEST, at_speed, between, cues, heard, panned, thin
from tests.display_node.drawn import engine, probe, shipped
from tests.display_node.tour.toured import chapter, standing, toured, within
from weights.zoo import PLANS

SILENT = {"why"}
"""The winner's notes ring out; then what the answer depended on is looked at in silence."""


def of(found: Cues, sound: Sound) -> Cues:
    return found[found["sound"] == sound]


def first_block(scene: Scene) -> tuple[float, float]:
    """While it is filled: one look, the same everywhere, and all the other filters."""
    return chapter(scene, "look")[0], chapter(scene, "filters")[1]


def busiest(found: Cues, seconds: float = 1.0) -> int:
    """Cues in the fullest window of so many seconds."""
    times = found["time"]
    return int(max(np.searchsorted(times, times + seconds) - np.arange(len(times)), default=0))


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("name", ["", *PLANS])
def test_in_order_within_the_scene_and_never_too_many(name: str, form: Form) -> None:
    scene = toured(name, form)
    found = scene.cues
    assert len(found) > 40
    assert (np.diff(found["time"]) >= 0).all()
    assert found["time"][0] >= 0
    assert found["time"][-1] < scene.duration
    assert busiest(found) <= DENSEST
    assert (np.abs(found["pan"]) <= 1).all()
    assert (found["loudness"] > 0).all()
    assert (found["loudness"] <= 0.4).all()
    assert (found["pitch"] >= 0).all()
    assert not found.flags.writeable


@pytest.mark.parametrize("name", ["", *PLANS])
def test_every_chapter_is_heard(name: str) -> None:
    scene = toured(name)
    silent = {one.name for one in scene.chapters if not len(between(scene.cues, *chapter(scene, one.name)))}
    assert silent == SILENT


def test_never_too_many_in_any_digits_tour() -> None:
    for bitmap in samples(range(10)):
        assert busiest(exhibit.build(shipped(), engine().read(bitmap), 1).cues) <= DENSEST


def test_the_same_drawing_sounds_the_same_and_another_one_differently() -> None:
    assert exhibit.build(shipped(), probe(), 1).cues.tobytes() == toured().cues.tobytes()
    assert toured("lenet5").cues.tobytes() != toured().cues.tobytes()


def test_what_rings_is_a_box_that_lights_up_and_the_stronger_the_higher_and_louder() -> None:
    scene = toured()
    begin, end = first_block(scene)
    rings = of(between(scene.cues, begin, end), Sound.GLASS)
    lit = next(batch for batch in scene.batches if batch.name == "relu1").boxes
    values = {float(box["birth"]): [] for box in lit}
    for box in lit:
        values[float(box["birth"])].append(float(box["value_end"]))
    loudest_value = [max(values[float(np.float32(time))]) for time in rings["time"]]
    assert len(rings) >= 5
    assert min(loudest_value) > 0.15 * float(lit["value_end"].max())
    order = np.argsort(loudest_value)
    assert (np.diff(rings["loudness"][order]) >= -1e-6).all()
    assert (np.diff(rings["pitch"][order]) >= 0).all()


def test_a_tick_is_a_negative_sum_and_nothing_else() -> None:
    scene = toured()
    begin, end = first_block(scene)
    ticks = of(between(scene.cues, begin, end), Sound.TICK)
    lit = next(batch for batch in scene.batches if batch.name == "relu1").boxes
    negative = probe().activations[shipped().layers[0].name].ravel() < 0
    births = {float(box["birth"]) for box in lit if negative[box["cell"]]}
    assert len(ticks)
    assert {float(np.float32(time)) for time in ticks["time"]} <= births


def test_the_ten_sums_are_heard_and_the_winner_most() -> None:
    """Each, or within half a second of it another one."""
    scene = toured()
    begin, end = chapter(scene, "sums")
    sums = of(between(scene.cues, begin, end + 0.01), Sound.WOOD)
    arrivals = standing(scene, "fc2")["birth"]
    assert len(sums) >= 5
    assert np.abs(arrivals[:, None] - sums["time"]).min(axis=1).max() < 0.5
    loudest = float(sums["time"][np.argmax(sums["loudness"])])
    assert loudest == pytest.approx(arrivals[probe().digit], abs=1e-4)


def test_the_nine_products_are_counted() -> None:
    """One look: nine sounds, each with the pixel and the weight that are multiplied."""
    scene = toured()
    turns = [label.birth for label in within(scene, "look") if label.tint is Tint.PRODUCT and label.to]
    heard = [float(time) for time in between(scene.cues, *chapter(scene, "look"))["time"]]
    assert len(turns) == 9
    gaps = [min(turn - time for time in heard if time <= turn) for turn in turns]
    assert max(gaps) < 0.2, "its product appears while it rings"
    assert sum(time <= turns[-1] for time in heard) == 9


def test_the_answer_is_called_and_doubt_asks() -> None:
    scene = toured()
    call = next(chapter.start for chapter in scene.chapters if chapter.name == "winner")
    motif = between(scene.cues, call, scene.duration)
    assert set(motif["sound"]) == {Sound.BELL}
    assert motif["pitch"][-1] % 5 == 0, "it ends on the key's own note"
    unsure = type(probe())(probe().bitmap, probe().activations, probe().canvas, sure=False)
    question = between(exhibit.build(shipped(), unsure, 1).cues, call, scene.duration)
    assert question["pitch"][-1] % 5 != 0, "it does not come home"
    assert question["pitch"][-1] > question["pitch"][-2], "it rises, as a question does"


@pytest.mark.parametrize(("sound", "most"), [(Sound.GLASS, 3), (Sound.WOOD, 5)])
@pytest.mark.parametrize("name", ["", "lenet5", "teacher"])
def test_no_note_is_repeated_like_a_machine(name: str, sound: Sound, most: int) -> None:
    notes = of(toured(name).cues, sound)
    for pitch in set(notes["pitch"]):
        assert busiest(notes[notes["pitch"] == pitch]) <= most


def test_at_rest_there_is_silence() -> None:
    assert len(invitation.build(shipped(), probe(), 1).cues) == 0


def test_thinning_keeps_the_loudest() -> None:
    made = cues(Sound.GLASS, [0.1, 0.2, 0.3, 1.1, 1.2], [0.2, 0.9, 0.4, 0.5, 0.3])
    assert thin(made, 1.0)["time"].tolist() == [0.2, 1.1]
    assert len(thin(made, 1000.0)) == 5
    assert len(thin(made[:0], 1.0)) == 0


times = st.floats(0.0, 65.0, allow_nan=False)


@given(st.lists(times, min_size=2, max_size=30))
def test_however_time_is_cut_into_frames_each_cue_is_heard_once(frames: list[float]) -> None:
    frames = sorted(frames)
    pieces = [heard(toured(), a, b) for a, b in pairwise(frames)]
    whole = heard(toured(), frames[0], frames[-1])
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_after_a_seek_the_next_cue_is_the_one_that_playing_would_have_met() -> None:
    scene = toured()
    for t in (0.0, 9.3, float(scene.cues["time"][40]), 50.0):
        following = heard(scene, t, scene.duration)
        assert following.tobytes() == scene.cues[scene.cues["time"] >= t].tobytes()


def test_time_that_stands_or_runs_backwards_is_silent() -> None:
    assert len(between(toured().cues, 20.0, 20.0)) == 0
    assert len(between(toured().cues, 20.0, 10.0)) == 0


def test_a_hurried_show_is_denser_but_not_without_end() -> None:
    calm, fast = at_speed(toured(), 1.0), at_speed(toured(), 8.0)
    assert busiest(fast, 8.0) <= DENSEST + 1, "in what is one second then"
    assert 8 * len(fast) > 2 * len(calm), "but it is denser than at its own pace"
    assert set(fast["time"]) <= set(calm["time"])
    assert set(fast["pitch"]) <= set(calm["pitch"])
    assert len(at_speed(toured(), 0.25)) == len(calm)


def test_a_sound_is_as_loud_in_the_middle_as_at_a_side() -> None:
    left, right = panned(np.array([-1.0, 0.0, 1.0]), 0.5)
    np.testing.assert_allclose(left**2 + right**2, 0.25)
    np.testing.assert_allclose([left[2], right[0]], 0.0, atol=1e-12)


def test_a_scene_sorts_its_cues() -> None:
    made = np.zeros(3, CUE)
    made["time"] = [2.0, 0.0, 1.0]
    assert Scene("s", 3.0, (), (), cues=made).cues["time"].tolist() == [0.0, 1.0, 2.0]
