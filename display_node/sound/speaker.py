"""The loudspeaker, through pygame's mixer: SDL mixes in a thread of its own, so that no frame waits."""

import contextlib
import logging
import os
from collections.abc import Iterator

import numpy as np
import pygame

from display_node.scene import Sound
from display_node.sound.synth import PITCHES, RATE, sample

log = logging.getLogger("sandglass")

CHANNELS = 48
"""Sounds at a time; one more is left out. The tour never has more than thirty ringing."""
BUFFER = 512
"""Samples that SDL mixes at a time: a sound is up to 11 ms late, which nobody hears."""
AWAY = 150
"""Milliseconds in which what rings dies away when it is cut off."""


class Mixer:
    """A `Speaker` on the default device. Raises `pygame.error`, or `NotImplementedError`, if it has none."""

    def __init__(self) -> None:
        with _quiet():
            pygame.mixer.init(RATE, -16, 2, BUFFER, allowedchanges=0)
        pygame.mixer.set_num_channels(CHANNELS)
        self._channels = [pygame.mixer.Channel(index) for index in range(CHANNELS)]
        self._sides = [(0.0, 0.0)] * CHANNELS
        self._made: dict[tuple[Sound, int], pygame.mixer.Sound] = {}
        self._volume = 1.0
        self._works = True

    def play(self, sound: Sound, pitch: int, left: float, right: float) -> None:
        with self._forgiving():
            for index, channel in enumerate(self._channels):
                if not channel.get_busy():
                    # Before it is played: SDL's thread may mix its first samples at once.
                    channel.set_volume(left * self._volume, right * self._volume)
                    channel.play(self._sound(sound, pitch))
                    self._sides[index] = left, right
                    return

    def turn(self, volume: float) -> None:
        self._volume = volume
        with self._forgiving():
            for channel, (left, right) in zip(self._channels, self._sides, strict=True):
                if channel.get_busy():
                    channel.set_volume(left * volume, right * volume)

    def hush(self) -> None:
        with self._forgiving():
            pygame.mixer.fadeout(AWAY)

    def warm(self) -> None:
        for sound, pitches in PITCHES.items():
            for pitch in range(pitches):
                sample(sound, pitch)

    def close(self) -> None:
        pygame.mixer.quit()

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[None]:
        """The show goes on without sound; said once."""
        try:
            yield
        except pygame.error as error:
            if self._works:
                log.warning("the wall is silent from now on: %s", error)
            self._works = False

    def _sound(self, sound: Sound, pitch: int) -> pygame.mixer.Sound:
        key = sound, pitch
        if key not in self._made:
            mono = np.rint(sample(sound, pitch) * 32767).astype(np.int16)
            self._made[key] = pygame.mixer.Sound(buffer=np.repeat(mono, 2).tobytes())
        return self._made[key]


def open_speaker() -> Mixer | None:
    """The default device; None, and a line in the log, where there is none that works."""
    try:
        return Mixer()
    except (pygame.error, NotImplementedError) as error:  # no device; no library that pygame needs
        log.warning("no sound: %s", error)
        return None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """ALSA writes a dozen lines to stderr, past Python, before it says what we say in one."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
