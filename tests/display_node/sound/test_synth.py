"""Sounds without clicks, in tune; and what a whole tour of them comes to."""

import time
import wave
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from display_node.scene import Scene, Sound
from display_node.sound import synth
from display_node.sound.cues import cues
from display_node.sound.mix import PEAK, mix, write_wav
from display_node.sound.synth import PITCHES, RATE, Samples, frequency, sample
from tests.display_node.tour.toured import chapter, toured

EVERY = [(sound, pitch) for sound, pitches in PITCHES.items() for pitch in range(pitches)]


@cache
def tour() -> tuple[Scene, Samples]:
    return toured(), mix(toured(), toured().duration)


def level(part: Samples) -> float:
    """Decibels under full scale, as it is felt: root mean square."""
    return 20 * float(np.log10(np.sqrt(np.mean(part**2)) + 1e-9))


@pytest.mark.parametrize(("sound", "pitch"), EVERY)
def test_no_sound_clicks_or_leans_to_one_side(sound: Sound, pitch: int) -> None:
    made = sample(sound, pitch)
    assert made.dtype == np.float32
    assert np.abs(made).max() == pytest.approx(1.0)
    assert abs(float(made[0])) < 1e-3
    assert abs(float(made[-1])) < 1e-3
    assert np.abs(made[:24]).max() < 0.1, "half a millisecond in, it has only begun"
    assert np.abs(made[-480:]).max() < 0.02, "it has died away before it ends"
    assert abs(float(made.mean())) < 1e-4
    assert 0.05 < len(made) / RATE < 5.0


def test_a_pitch_is_what_it_says() -> None:
    for sound in (Sound.GLASS, Sound.WOOD, Sound.BELL):
        for pitch in (0, 7, 17):
            made = sample(sound, pitch)
            spectrum = np.abs(np.fft.rfft(made, 8 * RATE))
            assert np.argmax(spectrum) / 8 == pytest.approx(frequency(pitch), rel=0.01)


def test_any_two_notes_are_consonant() -> None:
    """Every interval within an octave is a ratio of small whole numbers."""
    for one in range(5):
        for other in range(one, one + 5):
            ratio = frequency(other) / frequency(one)
            assert min(abs(ratio - n / d) for d in range(1, 10) for n in range(d, 2 * d + 1)) < 0.02


def test_beyond_the_scale_is_its_end() -> None:
    assert sample(Sound.BELL, 99) is sample(Sound.BELL, PITCHES[Sound.BELL] - 1)
    assert sample(Sound.TICK, -3) is sample(Sound.TICK, 0)


def test_all_of_them_are_quickly_made() -> None:
    synth._sample.cache_clear()
    start = time.process_time()
    for sound, pitch in EVERY:
        sample(sound, pitch)
    assert time.process_time() - start < 1.5, "0.2 s on an idle machine"


def test_a_tour_is_calm_and_nowhere_too_loud() -> None:
    scene, heard = tour()
    assert heard.shape == (round(scene.duration * RATE), 2)
    assert np.abs(heard).max() < 0.8 * PEAK, "it is not the mixer that holds it down"
    assert abs(float(heard.mean())) < 1e-5
    assert -40 < level(heard) < -24
    tenths = heard[: len(heard) // 4800 * 4800].reshape(-1, 9600)
    assert np.mean([level(tenth) < -55 for tenth in tenths]) > 0.25, "there are rests"


@pytest.mark.parametrize("name", ["", "mlp", "lenet5", "pooled", "teacher"])
def test_no_tour_is_shrill_and_none_of_its_chapters_shouts(name: str) -> None:
    """Above 2 kHz there is only the sand, which is soft, and what gives a note its beginning."""
    scene = toured(name)
    heard = mix(scene, scene.duration)
    spectrum = np.abs(np.fft.rfft(heard.sum(axis=1))) ** 2
    hertz = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert spectrum[hertz > 2000].sum() < 0.03 * spectrum.sum()
    for one in scene.chapters:
        begin, end = (round(seconds * RATE) for seconds in chapter(scene, one.name))
        assert level(heard[begin:end]) < -20, one.name


def test_the_energy_is_where_the_cues_are() -> None:
    scene, heard = tour()
    lasting = 5.0
    told = scene.cues["time"]
    for second in np.arange(0.0, scene.duration - 0.1, 0.1):
        part = heard[round(second * RATE) : round((second + 0.1) * RATE)]
        if not ((told < second + 0.1) & (told > second - lasting)).any():
            assert np.abs(part).max() == 0.0
    loud = scene.cues[scene.cues["loudness"] > 0.1]
    for cue in loud:
        begin = round(float(cue["time"]) * RATE)
        assert level(heard[begin : begin + 4800]) > -45


def test_a_side_is_a_side_and_speed_moves_cues_but_not_pitch() -> None:
    made = cues(Sound.GLASS, [2.0], [0.5], pitch=9, pan=[-1.0])
    scene = Scene("one", 4.0, (), (), cues=made)
    for speed in (1.0, 2.0):
        heard = mix(scene, 4.0 / speed, speed)
        first = int(np.argmax(np.abs(heard[:, 0]) > 0.01))
        assert first / RATE == pytest.approx(2.0 / speed, abs=0.01)
        assert np.abs(heard[:, 1]).max() < 1e-6
        begin = round(2.0 / speed * RATE)
        one = sample(Sound.GLASS, 9)[: len(heard) - begin]
        np.testing.assert_allclose(heard[begin : begin + len(one), 0], one * 0.5, atol=1e-6)


def test_a_crowd_is_held_under_the_limit() -> None:
    scene = Scene("crowd", 2.0, (), (), cues=cues(Sound.BELL, np.zeros(30), 0.3))
    assert np.abs(mix(scene, 2.0)).max() == pytest.approx(PEAK, rel=1e-5)


def test_a_wav_file_holds_the_same(tmp_path: Path) -> None:
    _, heard = tour()
    write_wav(tmp_path / "a.wav", heard[: 2 * RATE])
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, RATE, 2 * RATE)
        read = np.frombuffer(file.readframes(2 * RATE), "<i2").reshape(-1, 2) / 32767
    np.testing.assert_allclose(read, heard[: 2 * RATE], atol=1 / 32767)
