"""A tour is composed: beats follow each other, texts can be read, lights change only when they must."""

from itertools import pairwise

import numpy as np
import pytest

from display_node import reading
from display_node.scene import CUE, DIMMED, Batch, Label, Scene, boxes
from display_node.tour.script import MOVE, PAUSE, POINTING, Script, stagger

FRONT = (0.0, 0.0, 1.0)
CORNERS = [(-1.0, -1.0, 0.0), (1.0, 1.0, 0.0)]


def script(*names: str) -> Script:
    """With an empty sound, and a box for each of these batches."""
    made = Script(cues=[np.zeros(0, CUE)])
    made.batches = [Batch(name, boxes(1, size=1.0)) for name in names]
    return made


def lights(scene: Scene, name: str) -> list[tuple[float, float]]:
    (batch,) = [batch for batch in scene.batches if batch.name == name]
    assert all(light.fade == POINTING for light in batch.lights)
    return [(light.time, light.level) for light in batch.lights]


def label(text: str, birth: float, death: float | None = None) -> Label:
    return Label(text, (0.0, 0.0, 0.0), 1.0, birth, **({} if death is None else {"death": death}))


def test_beats_follow_each_other_in_the_order_in_which_they_are_written() -> None:
    made = script("a")
    made.chapter("one")
    made.say("tour.zero")
    made.look(FRONT, CORNERS)
    made.point("a")
    with made.action():
        made.rest(2.0)
    scene = made.scene("test")
    assert [beat.kind for beat in scene.beats] == ["text", "camera", "highlight", "action"]
    assert [beat.end - beat.start for beat in scene.beats] == pytest.approx([PAUSE, MOVE, POINTING, 2.0])
    assert scene.beats[0].start == 0.0
    assert all(one.end == other.start for one, other in pairwise(scene.beats))
    (key,) = scene.camera
    assert (key.time, key.move, key.points) == (PAUSE, MOVE, tuple(CORNERS))


@pytest.mark.parametrize("busy", [0.0, 0.5, 20.0])
def test_a_caption_stays_until_it_can_be_read_or_longer_if_more_happens(busy: float) -> None:
    made = script()
    made.chapter("one")
    made.say("tour.weigh", count="128")
    made.rest(busy)
    made.say("tour.zero")
    made.chapter("two")
    scene = made.scene("test")
    first, second = scene.captions
    needed = reading.seconds("tour.weigh", {"count": "128"})
    assert first.until - first.time == pytest.approx(max(needed, PAUSE + busy))
    assert second.time == first.until, "one text at a time"
    assert [chapter.start for chapter in scene.chapters] == [0.0, second.until]
    assert scene.duration == second.until


def test_a_caption_may_go_on_into_the_next_chapter() -> None:
    made = script()
    made.chapter("one")
    made.say("tour.zero")
    made.rest(0.1)
    made.chapter("two", hush=False)
    scene = made.scene("test")
    (caption,) = scene.captions
    assert scene.chapters[1].start == pytest.approx(PAUSE + 0.1)
    assert caption.until == scene.duration == pytest.approx(reading.seconds("tour.zero", {}))


def test_a_camera_that_follows_takes_no_time_of_its_own() -> None:
    made = script()
    with made.action():
        made.follow(FRONT, CORNERS, 3.0)
        made.rest(3.0)
    scene = made.scene("test")
    assert [(beat.kind, beat.start, beat.end) for beat in scene.beats] == [("action", 0.0, 3.0)]
    assert (scene.camera[0].time, scene.camera[0].move) == (0.0, 3.0)


def test_what_is_not_meant_is_dimmed_and_lights_change_only_when_they_must() -> None:
    made = script("a", "a.part", "ab", "b")
    made.point("a")
    made.point("a", "b")
    made.point("b")
    made.point()
    scene = made.scene("test")
    first, second, third, last = (beat.start for beat in scene.beats)
    dim, lit = DIMMED, 1.0
    assert lights(scene, "a") == lights(scene, "a.part") == [(third, dim), (last, lit)]
    assert lights(scene, "ab") == [(first, dim), (last, lit)], "a name, not how it begins"
    assert lights(scene, "b") == [(first, dim), (second, lit)]
    untouched = script("a").scene("test")
    assert lights(untouched, "a") == []


def test_a_batch_that_comes_later_is_lit_as_if_it_had_been_there() -> None:
    made = script()
    made.point("a")
    made.rest(5.0)
    made.batches.append(Batch("b", boxes(1, birth=5.0, size=1.0)))
    assert lights(made.scene("test"), "b") == [(0.0, DIMMED)]


def test_passing_labels_end_with_their_chapter_and_others_stay() -> None:
    made = script()
    made.chapter("one")
    made.passing += [label("gone", 0.0), label("sooner", 0.0, 0.5)]
    made.labels.append(label("stays", 0.0))
    made.rest(1.0)
    made.chapter("two")
    made.passing.append(label("second", 1.0))
    made.rest(1.0)
    scene = made.scene("test")
    deaths = {one.text: one.death for one in scene.labels}
    assert deaths == {"gone": 1.0, "sooner": 0.5, "stays": label("", 0).death, "second": 2.0}


def test_clearing_ends_what_passes_and_wiping_ends_all_but_what_is_kept() -> None:
    made = script()
    kept = label("kept", 0.0)
    made.labels += [label("stays", 0.0), kept]
    made.passing.append(label("passes", 0.0))
    made.rest(1.0)
    made.clear()
    made.rest(1.0)
    assert [one.death for one in made.labels if one.text == "passes"] == [1.0]
    made.wipe(kept)
    made.rest(1.0)
    made.labels.append(label("after", 2.0))
    deaths = {one.text: one.death for one in made.scene("test").labels}
    forever = label("", 0).death
    assert deaths == {"stays": 2.0, "kept": forever, "passes": 1.0, "after": forever}


def test_a_key_that_no_language_has_is_refused() -> None:
    made = script()
    made.say("tour.nonsense")
    with pytest.raises(KeyError, match=r"tour\.nonsense"):
        made.scene("test")


def test_a_staggered_start_shares_the_time_and_a_slow_pace_gives_the_first_more_of_it() -> None:
    assert stagger(4, 10.0, 2.0) == [10.0, 10.5, 11.0, 11.5]
    assert stagger(0, 10.0, 2.0) == []
    slow = np.diff(stagger(9, 0.0, 1.0, pace=0.35))
    assert (np.diff(slow) < 0).all()
    assert slow.sum() < 1.0
