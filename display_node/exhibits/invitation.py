"""At rest: the whole network in view, the last digits drifting through it, and a line that invites.

It loops. A wave of light runs from the input to the answer, each cell easing from the last digit's
number to this one's as the wave passes, so the end of the loop meets its beginning.
"""

from collections.abc import Sequence

import numpy as np

from display_node.flights import gain
from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import FOREVER, Batch, Boxes, CameraKey, Caption, Scene, Tint, boxes
from display_node.stages import Stage, stages

PERIOD = 9.0
"""Seconds from one digit's wave to the next."""
TRAVEL = 6.0
"""Seconds that the wave takes from the input to the answer."""
BLOOM = 1.4
"""Seconds in which a cell changes from one number to the next."""
SWAY = ((-1.25, 0.44, 1.0), (-0.95, 0.56, 1.0))
"""The two directions between which the view drifts."""


class Invitation:
    name = "invitation"

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        return self.drift(net, [probe], seed)

    def drift(self, net: Network, probes: Sequence[Probe], seed: int) -> Scene:
        """A loop through several drawings, in order."""
        line_up = stages(net)
        duration = PERIOD * len(probes)
        batches = tuple(_wave(stage, line_up, probes, seed) for stage in line_up)
        points = tuple(corner for stage in line_up for corner in stage.corners())
        half = duration / 2
        camera = (CameraKey(0.0, half, SWAY[1], points), CameraKey(half, half, SWAY[0], points))
        caption = Caption(0.0, duration, "invitation")
        return Scene(self.name, duration, batches, camera, (caption,), loop=True)


exhibit = Invitation()


def _wave(stage: Stage, line_up: Sequence[Stage], probes: Sequence[Probe], seed: int) -> Batch:
    """One stage's boxes through the whole loop: an instance for each cell and digit, and one for the wrap."""
    reach = float(line_up[-1].high[2])
    jitter = np.random.default_rng(seed + stage.index).random(len(stage.centres), np.float32)
    arrivals = TRAVEL * stage.centres[:, 2] / reach + jitter
    duration = PERIOD * len(probes)
    numbers = [probe.activations[stage.shown].ravel() for probe in probes]
    parts: list[Boxes] = []
    for turn, value in enumerate(numbers):
        birth = arrivals + PERIOD * turn
        death = birth + PERIOD if turn + 1 < len(numbers) else FOREVER
        parts.append(_cells(stage, numbers[turn - 1], value, birth, death))
    # Until the first wave of the loop arrives, the last digit still stands.
    parts.append(_cells(stage, numbers[-1], numbers[-1], np.full_like(arrivals, -duration), arrivals))
    scale = gain(np.stack(numbers))
    made = np.concatenate(parts)
    made["gain"] = scale
    return Batch(stage.shown, made)


def _cells(stage: Stage, before: np.ndarray, after: np.ndarray, birth: np.ndarray, death: object) -> Boxes:
    return boxes(
        len(stage.centres),
        start=stage.centres,
        birth=birth,
        flight=BLOOM,
        death=death,  # type: ignore[arg-type]
        size=stage.size,
        value=before,
        value_end=after,
        tint=Tint.DRAWING if stage.index == 0 else Tint.RESULT,
        layer=stage.index,
        cell=np.arange(len(stage.centres)),
    )
