"""The storyboard's rules of time, on compiled tours: enough time to read, and one thing after the other."""

from collections.abc import Iterator
from itertools import groupby, pairwise

import numpy as np
import pytest

from display_node import reading
from display_node.flights import POP
from display_node.form import Form
from display_node.language import Language, languages
from display_node.markup import plain
from display_node.scene import MIN_FLIGHT, Beat, Scene
from tests.display_node.tour.told import INSTANT, VERDICTS, answered, chapter_of, tour

SECONDS = {Form.FULL: 60.0, Form.SHORT: 15.0}
AFTER = {
    None: {"text", "camera", "action"},
    "text": {"camera", "highlight", "action"},
    "camera": {"highlight", "action"},
    "highlight": {"action"},
    "action": {"camera", "highlight", "action"},
}
"""What may follow what under one caption: text, camera, highlight, action; then again without a text."""
OVERLAY = "look."
"""Batches that cover others and show the very same: they come while something is pointed at."""


def tours() -> list[Scene]:
    return [tour(form).scene for form in Form] + [
        answered(verdict, form).scene for verdict in VERDICTS for form in Form
    ]


def captioned(scene: Scene) -> Iterator[list[Beat]]:
    """The beats under each caption, and those between captions."""

    def turn(beat: Beat) -> int:
        return sum(caption.time <= beat.start for caption in scene.captions)

    for _, beats in groupby(scene.beats, turn):
        yield list(beats)


def within(beats: list[Beat], start: float, end: float) -> bool:
    return any(beat.start - INSTANT <= start and end <= beat.end + INSTANT for beat in beats)


@pytest.mark.parametrize("code", languages())
def test_every_caption_can_be_read(code: str) -> None:
    """1.2 s to notice it and a second for 15 letters; a Hangul syllable counts for two (`reading`)."""
    language = Language(code)
    for scene in tours():
        for caption in scene.captions:
            (text,) = language.say(caption.key, caption.values)
            stays = caption.until - caption.time
            assert stays >= 1.2 + len(plain(text)) / 15 - INSTANT, (caption.key, text)
            assert stays >= reading.seconds(caption.key, caption.values) - INSTANT, (caption.key, text)


@pytest.mark.parametrize("form", Form)
def test_captions_follow_one_another(form: Form) -> None:
    for scene in tours():
        assert all(one.until <= other.time + INSTANT for one, other in pairwise(scene.captions))
        assert scene.captions[-1].until <= scene.duration + INSTANT


def test_never_two_beats_at_once() -> None:
    for scene in tours():
        assert all(beat.start < beat.end for beat in scene.beats)
        assert all(one.end <= other.start + INSTANT for one, other in pairwise(scene.beats))
        assert scene.beats[-1].end <= scene.duration + INSTANT


def test_text_then_camera_then_highlight_then_action() -> None:
    for scene in tours():
        for beats in captioned(scene):
            kinds = [beat.kind for beat in beats]
            for before, kind in pairwise([None, *kinds]):
                assert kind in AFTER[before], (chapter_of(scene, beats[0].start + 0.1), kinds)
            assert kinds[-1] == "action", kinds
        texts = [beat.start for beat in scene.beats if beat.kind == "text"]
        assert texts == [caption.time for caption in scene.captions]


def test_the_eye_goes_when_it_is_the_cameras_turn() -> None:
    """Or within an action, carried by the one thing that moves; never faster or slower than its beat."""
    for scene in tours():
        turns = [(beat.start, beat.end) for beat in scene.beats if beat.kind == "camera"]
        actions = [beat for beat in scene.beats if beat.kind == "action"]
        carried = [key for key in scene.camera if (key.time, key.time + key.move) not in turns]
        assert len(scene.camera) == len(turns) + len(carried)
        for key in carried:
            assert within(actions, key.time, key.time + key.move), (key.time, chapter_of(scene, key.time))


def test_boxes_move_in_actions_only() -> None:
    """Births and flights. That a cell lights up may reach into the next beat by its quarter of a second."""
    late = {}
    for scene in tours():
        actions = [beat for beat in scene.beats if beat.kind == "action"]
        starts = np.array([beat.start for beat in actions]) - INSTANT
        ends = np.array([beat.end for beat in actions])
        for batch in scene.batches:
            if batch.name.startswith(OVERLAY):
                continue
            moving = batch.boxes[(batch.boxes["birth"] > 0) & (batch.boxes["birth"] < scene.duration)]
            birth = moving["birth"].astype(np.float64)
            turn = np.searchsorted(starts, birth, "right") - 1
            assert (turn >= 0).all(), batch.name
            allowed = POP if (moving["flight"] <= POP).all() else 0.0
            over = np.maximum(birth - ends[turn], birth + moving["flight"] - ends[turn] - allowed)
            over = np.where(moving["flight"] > MIN_FLIGHT, over, 0.0)
            if over.max(initial=0.0) > 2 * INSTANT:
                late[batch.name] = round(float(over.max()), 2)
    assert not late, f"seconds for which these go on after their action: {late}"


def test_labels_come_in_actions_or_as_they_are_pointed_at() -> None:
    stray = set()
    for scene in tours():
        turns = [beat for beat in scene.beats if beat.kind in ("highlight", "action")]
        for label in scene.labels:
            still = min(label.birth + max(label.flight - INSTANT, 0.0), label.death)
            if not within(turns, label.birth, still):
                stray.add((chapter_of(scene, label.birth), label.text, round(label.birth, 2)))
    assert not stray


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("verdict", [None, *VERDICTS])
def test_how_long_it_takes(form: Form, verdict: str | None) -> None:
    scene = (answered(verdict, form) if verdict else tour(form)).scene
    assert 0.9 * SECONDS[form] <= scene.duration <= 1.1 * SECONDS[form], scene.duration


def test_chapters_cover_the_whole_tour() -> None:
    for scene in tours():
        starts = [chapter.start for chapter in scene.chapters]
        assert starts[0] == 0.0
        assert all(end - start > 0.2 for start, end in pairwise([*starts, scene.duration]))
        assert len({chapter.name for chapter in scene.chapters}) == len(starts)
        assert all(scene.chapter(beat.start) is not None for beat in scene.beats)
