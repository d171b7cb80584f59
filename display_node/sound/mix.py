"""The whole of a scene's sound as one array, of the same cues that a wall plays; and as a WAV file."""

import wave
from pathlib import Path

import numpy as np

from common.errors import DataError
from display_node.scene import Scene, Sound
from display_node.sound.cues import at_speed, panned
from display_node.sound.synth import RATE, Samples, sample

PEAK = 10 ** (-3 / 20)
"""−3 dB under full scale: nothing that leaves here is louder."""


def mix(scene: Scene, seconds: float, speed: float = 1.0) -> Samples:
    """(seconds × RATE, 2) float32, at `speed` seconds of show per second; sounds are cut off at the end."""
    found = at_speed(scene, speed)
    out = np.zeros((round(seconds * RATE), 2), np.float32)
    sides = np.stack(panned(found["pan"], found["loudness"]), axis=1).astype(np.float32)
    for cue, volumes in zip(found, sides, strict=True):
        begin = round(float(cue["time"]) / speed * RATE)
        one = sample(Sound(int(cue["sound"])), int(cue["pitch"]))[: max(len(out) - begin, 0)]
        out[begin : begin + len(one)] += one[:, None] * volumes
    loudest = float(np.abs(out).max(initial=0.0))
    return out * np.float32(min(1.0, PEAK / loudest)) if loudest else out


def write_wav(path: Path, sound: Samples) -> None:
    """16 bits, stereo. Raises `DataError` if the file cannot be written."""
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())
    except OSError as error:
        raise DataError(f"cannot write {path}: {error}") from None
