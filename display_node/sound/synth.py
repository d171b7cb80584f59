"""Every sound, made from nothing: sines and noise under envelopes. Mono, float32, −1…1, at RATE.

Sand, glass and the tines of a kalimba, in a quiet room. All notes are of one pentatonic scale in just
intonation, so that any of them sound well together. Each begins and ends at zero, and softly.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from display_node.scene import Sound

RATE = 48_000
"""Samples a second: what loudspeakers on HDMI and films use."""
LOWEST = 146.83
"""Hz of step 0: the D below middle C."""
SCALE = (1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3)
"""Major pentatonic, in whole-number ratios: no two notes beat."""
PITCHES = {Sound.SAND: 1, Sound.GRAIN: 6, Sound.TICK: 3, Sound.GLASS: 18, Sound.WOOD: 18, Sound.BELL: 18}
"""How many steps each sound has. A pitch beyond them is the nearest that there is."""
QUIET = 1e-3
"""The part of its loudness at which a sound is over: −60 dB."""
BLOCK = 256
"""Samples: about as many blocks in a second as samples in a block, which is the least work."""
FADE = 0.05
"""Seconds in which what is left of a sound goes to zero."""

Samples = npt.NDArray[np.float32]
Partial = tuple[float, float, float]


def frequency(pitch: int) -> float:
    """Hz of a step of the scale, 0 the lowest."""
    octave, note = divmod(pitch, len(SCALE))
    return LOWEST * SCALE[note] * 2.0**octave


def sample(sound: Sound, pitch: int) -> Samples:
    """(n,) one sound at one step, its peak at 1, read-only. The same whenever it is asked for."""
    return _sample(sound, min(max(pitch, 0), PITCHES[sound] - 1))


@lru_cache(maxsize=sum(PITCHES.values()))
def _sample(sound: Sound, pitch: int) -> Samples:
    raw = _MAKERS[sound](pitch)
    made: Samples = (raw / np.abs(raw).max()).astype(np.float32)
    made.flags.writeable = False
    return made


def _sand(pitch: int) -> Samples:
    """A handful of sand, running for two seconds: hiss that swells and falls."""
    t = _times(2.4)
    swell = np.sin(np.pi * t / t[-1]) ** 2
    return _centred(_noise(t, 2600.0, 0.7, seed=100) * swell, swell)


def _grain(pitch: int) -> Samples:
    """One grain on glass: a puff of hiss, brighter with each step."""
    t = _times(0.11)
    shape = np.exp(-t / 0.022) * _ends(len(t), 0.004)
    return _centred(_noise(t, 1800.0 * 1.25**pitch, 0.35, seed=pitch) * shape, shape)


def _tick(pitch: int) -> Samples:
    """A dull knock, damped at once."""
    return _ring(frequency(pitch + 1), 0.16, 0.004, ((1.0, 1.0, 0.026), (2.31, 0.3, 0.012)))


def _glass(pitch: int) -> Samples:
    """A glass rod, lightly touched: the partials of a free bar (1, 2.756, 5.404; Fletcher & Rossing)."""
    f = frequency(pitch)
    slow = (600.0 / f) ** 0.5
    partials = ((1.0, 1.0, 0.20 * slow), (2.756, 0.16, 0.09 * slow), (5.404, 0.04, 0.04))
    return _ring(f, 1.2 * slow, 0.005, partials)


def _wood(pitch: int) -> Samples:
    """A tine over a wooden box: nearly a sine, with the short high partial of a clamped bar (6.27)."""
    f = frequency(pitch)
    slow = (300.0 / f) ** 0.4
    partials = ((1.0, 1.0, 0.26 * slow), (2.0, 0.14, 0.15 * slow), (6.267, 0.05, 0.035))
    return _ring(f, 1.5 * slow, 0.004, partials)


def _bell(pitch: int) -> Samples:
    """A bowl: two sines less than a hertz apart, so that it breathes, an octave and a twelfth above."""
    f = frequency(pitch)
    slow = (400.0 / f) ** 0.3
    partials = (
        (1.0, 0.7, 0.55 * slow),
        (1.0 + 0.8 / f, 0.3, 0.55 * slow),
        (2.0, 0.22, 0.35 * slow),
        (3.0, 0.08, 0.18 * slow),
    )
    return _ring(f, 3.2 * slow, 0.008, partials)


_MAKERS = {
    Sound.SAND: _sand,
    Sound.GRAIN: _grain,
    Sound.TICK: _tick,
    Sound.GLASS: _glass,
    Sound.WOOD: _wood,
    Sound.BELL: _bell,
}


def _ring(f: float, seconds: float, attack: float, partials: Sequence[Partial]) -> Samples:
    """Sines at `f` × ratio, each with its amplitude and the seconds in which it falls to 1/e."""
    made = np.zeros(round(seconds * RATE), np.float32)
    for ratio, amplitude, decay in partials:
        heard = min(round(-np.log(QUIET / amplitude) * decay * RATE), len(made))
        made[:heard] += amplitude * _partial(heard, f * ratio, decay)
    ends = _ends(len(made), attack)
    shape = ends * _powers(len(made), np.exp(-1 / (RATE * max(decay for _, _, decay in partials)))).real
    return _centred(made * ends, shape)


def _partial(count: int, f: float, decay: float) -> Samples:
    """(count,) a sine that falls to 1/e every `decay` s, and ends at 0."""
    made: Samples = _powers(count, np.exp((2j * np.pi * f - 1 / decay) / RATE)).imag * _ends(count, 0.0)
    return made


def _powers(count: int, base: complex) -> npt.NDArray[np.complex64]:
    """(count,) base⁰, base¹, …: a block of them times powers of the block, which spares a sine a sample."""
    small = (base ** np.arange(BLOCK)).astype(np.complex64)
    large = (base ** (BLOCK * np.arange(-(-count // BLOCK)))).astype(np.complex64)
    return np.outer(large, small).ravel()[:count]


def _times(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE), dtype=np.float32) / np.float32(RATE)


def _ends(count: int, attack: float) -> Samples:
    """(count,) that rises from 0 like a cosine within `attack` s, stays at 1, and falls to 0 at the end."""
    shape = np.ones(count, np.float32)
    rise, fall = min(round(attack * RATE), count), min(round(FADE * RATE), count)
    shape[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / max(rise, 1))
    shape[count - fall :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fall + 1) / fall)
    return shape


def _noise(t: Samples, middle: float, width: float, seed: int) -> Samples:
    """Hiss around `middle` Hz, a bell curve `width` octaves wide; the same for the same seed."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(t)))
    f = np.fft.rfftfreq(len(t), 1 / RATE)
    octaves = np.log2(np.maximum(f, 1.0) / middle)
    return np.fft.irfft(spectrum * np.exp(-0.5 * (octaves / width) ** 2), len(t)).astype(np.float32)


def _centred(made: Samples, shape: Samples) -> Samples:
    """Without a mean, which would push the loudspeaker's cone to one side; the ends stay at zero."""
    centred: Samples = made - shape * (made.sum(dtype=np.float64) / shape.sum(dtype=np.float64))
    return centred.astype(np.float32)
