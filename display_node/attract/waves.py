"""The numbers of one drawing give way to another's, from the input to the answer, as a wave passes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from display_node.flights import gain
from display_node.probe import Probe
from display_node.scene import FOREVER, Batch, Boxes, Light, Tint, boxes
from display_node.stages import Stage

PERIOD = 10.0
"""Seconds from one digit's wave to the next."""
TRAVEL = 6.0
"""Seconds that the wave takes from the input to the answer."""
ACROSS = 1.7
"""Seconds between the first and the last box of a stage that it reaches, whatever its front."""
BLOOM = 1.4
"""Seconds in which a cell changes from one number to the next."""
LIT, DRAWING_LIT = 4.2, 7.0
"""Seconds for which a stage stays lit once the wave is there; the drawing is to be read, and stays longer."""
RESTING = 0.6
"""Light of a stage between two waves: held back, but still seen from across the hall."""
BRIGHTEN, FADE = 1.6, 2.8
"""Seconds in which its light comes, and in which it goes: a breath in, a longer one out."""

Floats = npt.NDArray[np.float32]

FRONTS: tuple[Callable[[Floats, Floats], npt.NDArray[np.floating[Any]]], ...] = (
    lambda x, y: (x + 1) / 2,
    lambda x, y: (1 - y) / 2,
    lambda x, y: np.hypot(x, y) / np.float32(np.sqrt(2)),
    lambda x, y: (2 + x - y) / 4,
    lambda x, y: 1 - np.hypot(x, y) / np.float32(np.sqrt(2)),
    lambda x, y: np.abs(y) / 2 + np.abs(x) / 2,
    lambda x, y: (1 - x) / 2,
)
"""When the wave reaches a box at x, y (−1…1) of its stage, 0 the first … 1 the last."""


def gains(line_up: Sequence[Stage], probes: Sequence[Probe]) -> Mapping[str, float]:
    """How brightly a stage's numbers are shown in all parts: its strongest of all `probes` is fully lit."""
    return {
        stage.shown: gain(np.stack([probe.activations[stage.shown] for probe in probes])) for stage in line_up
    }


def wave(stage: Stage, reach: float, probes: Sequence[Probe], bright: float, seed: int, number: int) -> Batch:
    """One stage's boxes through part `number`; the numbers of `probes[0]` stand when it begins.

    `reach`: units from the input to the answer.
    """
    numbers = [probe.activations[stage.shown].ravel() for probe in probes]
    arrivals = [
        _arrivals(stage, reach, seed, number, turn) + PERIOD * turn for turn in range(len(probes) - 1)
    ]
    parts = [_cells(stage, numbers[0], numbers[0], np.full_like(arrivals[0], -PERIOD), arrivals[0])]
    for turn, birth in enumerate(arrivals):
        death = arrivals[turn + 1] if turn + 1 < len(arrivals) else FOREVER
        parts.append(_cells(stage, numbers[turn], numbers[turn + 1], birth, death))
    made = np.concatenate(parts)
    made["gain"] = bright
    return Batch(stage.shown, made, lights=_lights(stage, reach, len(arrivals)))


def _arrivals(stage: Stage, reach: float, seed: int, number: int, turn: int) -> Floats:
    """(cells,) seconds from the wave's start; at most TRAVEL + ACROSS."""
    rng = np.random.default_rng((seed, number, turn, stage.index))
    front = FRONTS[(seed + 3 * number + turn) % len(FRONTS)]
    x, y = (_spread(stage.centres[:, axis]) for axis in (0, 1))
    grain = rng.random(len(x), np.float32)
    late = stage.centres[:, 2] * np.float32(TRAVEL / reach)
    return np.asarray(late + np.float32(ACROSS) * (0.8 * front(x, y) + 0.2 * grain), np.float32)


def _spread(places: Floats) -> Floats:
    """Places along one axis as −1…1; all 0 where they are one."""
    half = max(float(np.ptp(places)) / 2, 1e-6)
    return np.asarray((places - (places.max() + places.min()) / 2) / half, np.float32)


def _lights(stage: Stage, reach: float, turns: int) -> tuple[Light, ...]:
    """Lit as each wave comes, dimmed again after; the last part's wave still counts when this one begins."""
    first = TRAVEL * float(stage.low[2]) / reach
    lasts = DRAWING_LIT if stage.index == 0 else LIT
    lights = []
    for turn in range(-1, turns):
        come = first + PERIOD * turn
        lights += [Light(come, 1.0, BRIGHTEN), Light(come + BRIGHTEN + lasts, RESTING, FADE)]
    return tuple(sorted(lights, key=lambda light: light.time))


def _cells(stage: Stage, before: Floats, after: Floats, birth: Floats, death: Floats | float) -> Boxes:
    return boxes(
        len(stage.centres),
        start=stage.centres,
        birth=birth,
        flight=BLOOM,
        death=death,
        size=stage.size,
        value=before,
        value_end=after,
        tint=Tint.DRAWING if stage.index == 0 else Tint.RESULT,
        layer=stage.index,
        cell=np.arange(len(stage.centres)),
    )
