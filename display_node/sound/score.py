"""What the tour's operations sound like: cues from the same times and numbers as the boxes. Pure.

A number decides how loud and how high its box rings; what is near zero is silent. From stage to stage
the notes go down, as the blocks become fewer and mean more.
"""

import numpy as np
import numpy.typing as npt

from display_node.flights import Flights, Floats
from display_node.scene import Cues, Sound
from display_node.sound.cues import cues, thin
from display_node.stages import Stage

RINGS, LANDINGS, ZEROES = 8.0, 5.0, 3.0
"""Cues a second at most, of what lights up, of what lands, and of negatives that become zero."""
REPEATS = 2.0
"""The same note at most so often in a second: a bias that is everywhere the same must not drone."""
COUNTS, TOLD = 4.0, 16.0
"""The same note at most so often in a second, and all notes, of numbers that are told one by one."""
FAINT = 0.2
"""Strength, 0…1 within a stage, under which nothing is heard."""
SOFT = 0.3
"""The least of the loudest that a sum of the answer is heard with."""
HIGH = 9
"""Step of the scale from which the first stage's notes go up; the last stage's start at 0."""
SPAN = 8
"""Steps from a stage's weakest note to its strongest."""
WIDE = 0.7
"""How far to the side a stage's outermost boxes are heard."""

RUNNING, LANDING, ZERO, RING, SUM, SHARE, CALL = 0.10, 0.10, 0.11, 0.17, 0.26, 0.33, 0.30
"""The loudest of each, as a part of full scale."""

WINNER = ((0.0, 5, 0.8), (0.16, 7, 0.8), (0.32, 8, 0.9), (0.58, 10, 1.0))
"""Seconds after the call, step and loudness of its notes: up the chord, and home."""
QUESTION = ((0.0, 8, 0.6), (0.30, 7, 0.5), (0.72, 9, 0.7))
"""The same where the network isn't sure: down, then up, and not home."""


def settled(ink: Floats) -> Cues:
    """The drawing, (1, rows, columns) 0…1, eases into its frame; more ink, more sand."""
    return cues(Sound.SAND, [0.0], RUNNING * min(1.0, 0.3 + 4.0 * float(ink.mean())))


def computed(target: Stage, flown: Flights, values: Floats, sums: Floats, depth: float) -> Cues:
    """A stage is filled with `values`; `sums` are the same before the ReLU. `depth`: 0 first … 1 last."""
    pan = WIDE * _sideways(target.centres[:, 0])
    strength = _unit(values)
    low = round(HIGH * (1 - depth))
    sound, top = (Sound.GLASS, RING) if len(target.shape) == 3 else (Sound.WOOD, SUM)
    loudness = _loudness(strength, top)
    if target.kind == "flatten":
        loudness /= 2  # nothing is computed here: the numbers only move
    elif target.kind == "linear" and values is sums:
        loudness = np.maximum(loudness, SOFT * top)  # no ReLU: a negative sum is a sum too
    rings = cues(
        sound,
        flown.arrivals,
        loudness,
        pitch=low + np.rint(SPAN * strength),
        pan=pan,
    )
    rings = thin(thin(rings, REPEATS, each_pitch=True), RINGS)
    return np.concatenate([rings, _landed(flown, pan), _zeroed(flown, values, sums, pan)])


def counted(times: Floats, values: Floats) -> Cues:
    """Numbers told one by one: each is a note, the higher the larger; what adds nothing, a grain.

    Where they come too fast to be counted, the loudest are heard.
    """
    strength = _unit(np.abs(values))
    notes = cues(
        Sound.WOOD, times, np.where(strength > 0.0, SUM * (0.3 + 0.5 * strength), 0.0),
        pitch=HIGH - SPAN // 2 + np.rint(SPAN * strength),
    )  # fmt: skip
    nothing = cues(Sound.GRAIN, times, np.where(strength > 0.0, 0.0, LANDING / 2), pitch=1)
    return thin(thin(np.concatenate([notes, nothing]), COUNTS, each_pitch=True), TOLD)


def shared(births: Floats, shares: Floats, centres: Floats) -> Cues:
    """Ten bars grow: a share of nothing is a grain of sand, anything more a note that rises with it."""
    pan = WIDE * _sideways(centres[:, 0])
    notes = cues(
        Sound.BELL, births, np.where(shares > 0.01, SHARE * np.sqrt(shares), 0.0),
        pitch=2 + np.rint(6 * np.sqrt(shares)), pan=pan,
    )  # fmt: skip
    nothing = cues(Sound.GRAIN, births, np.where(shares > 0.01, 0.0, LANDING), pitch=1, pan=pan)
    return np.concatenate([notes, nothing])


def called(call: float, sure: bool) -> Cues:
    """The answer at `call` seconds, or the question."""
    after, steps, loudness = np.array(WINNER if sure else QUESTION).T
    return cues(Sound.BELL, call + after, CALL * loudness, pitch=steps)


def _landed(flown: Flights, pan: Floats) -> Cues:
    """Kernels, rows or windows land, as loud as what they cover is strong; boxes do where they only move."""
    if not flown.batches:
        return thin(cues(Sound.GRAIN, flown.arrivals, 0.6 * LANDING, pitch=2, pan=pan), LANDINGS)
    second = flown.batches[1]
    assert second.values is not None
    cell = second.boxes["cell"]
    strength = _unit(np.abs(second.values).sum(axis=1))[second.boxes["row"].astype(int)]
    return thin(
        cues(
            Sound.GRAIN,
            second.boxes["birth"],
            _loudness(strength, LANDING),
            pitch=np.rint(5 * strength),
            pan=pan[cell],
        ),
        LANDINGS,
    )


def _zeroed(flown: Flights, values: Floats, sums: Floats, pan: Floats) -> Cues:
    """Negative sums that the ReLU makes zero: the further below, the louder, and the duller."""
    lost = np.where(values.ravel() == 0.0, np.maximum(-sums.ravel(), 0.0), 0.0)
    strength = _unit(lost)
    ticks = cues(
        Sound.TICK, flown.arrivals, _loudness(strength, ZERO),
        pitch=2 - np.rint(2 * strength), pan=pan,
    )  # fmt: skip
    return thin(ticks, ZEROES)


def _unit(values: npt.NDArray[np.floating]) -> Floats:
    """(n,) from 0, for zero or the most negative number, to 1 for the largest; all 0 where all are equal."""
    flat = values.ravel().astype(np.float64)
    low, high = min(float(flat.min(initial=0.0)), 0.0), float(flat.max(initial=0.0))
    return ((flat - low) / (high - low) if high > low else flat * 0.0).astype(np.float32)


def _loudness(strength: Floats, top: float) -> Floats:
    """Silent under FAINT, then growing faster than the number: the strong ones ring."""
    heard: Floats = np.where(strength >= FAINT, top * strength**1.5, 0.0).astype(np.float32)
    return heard


def _sideways(x: Floats) -> Floats:
    """−1…1 from the left to the right of a stage."""
    away = x - (x.min() + x.max()) / 2
    sideways: Floats = away / max(float(np.abs(away).max()), 1e-6)
    return sideways
