"""The tour: a drawing goes through the network, every kernel flying from its patch to its cell.

Four convolutions, flatten, two fully connected layers, softmax, the winner called.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from common.verdict import judge
from display_node.flights import LIFT, Floats, convolve, gain, lay_out, standing, weigh
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Batch, CameraKey, Caption, Chapter, Label, Point, Scene, Tint, boxes
from display_node.stages import Stage, stages

FROM_THE_LEFT = (-1.10, 0.50, 1.0)
"""Where the viewer stands, seen from what is looked at: the data flows to the right and to the front."""
FRONT = (-0.22, 0.30, 1.0)
MOVE = 1.6
"""Seconds of a camera's way to the next stage."""
SETTLE = 1.2
"""Seconds between a stage's caption and its first kernel: text, then camera, then action."""
AFTER = 1.2
"""Seconds of rest once a stage is complete."""

DRAWING_SECONDS = 4.8
CONVOLUTION_SECONDS = (4.6, 4.8, 3.8, 2.8)
"""Of action, layer by layer: grows far slower than the work that is shown."""
FLATTEN_SECONDS = 2.4
LINEAR_SECONDS = (4.4, 3.0)
ANSWER_SECONDS = 7.7

TALLEST = 26.0
"""Units of a bar that stands for 100 %."""


@dataclass
class _Script:
    """Collects a scene, chapter after chapter."""

    now: float = 0.0
    batches: list[Batch] = field(default_factory=list)
    camera: list[CameraKey] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    def chapter(self, name: str, seconds: float, view: CameraKey, caption: str, **values: str) -> None:
        """Open a chapter at the present time and move on to its end."""
        self.chapters.append(Chapter(name, self.now))
        self.camera.append(view)
        self.captions.append(Caption(self.now, self.now + seconds, caption, values))
        self.now += seconds


class Convolution:
    name = "convolution"

    def build(self, net: Network, probe: Probe, seed: int) -> Scene:
        line_up = stages(net)
        script = _Script()
        _show_drawing(script, line_up[0], probe)
        turns = {"conv2d": 0, "linear": 0}
        for source, target in pairwise(line_up):
            _show_stage(script, source, target, probe, seed, turns)
        _show_answer(script, line_up[-1], probe)
        return Scene(
            self.name,
            script.now,
            tuple(script.batches),
            tuple(script.camera),
            tuple(script.captions),
            tuple(script.labels),
            tuple(script.chapters),
        )


exhibit = Convolution()


def _show_drawing(script: _Script, stage: Stage, probe: Probe) -> None:
    """The canvas as it was eases into the framed picture that the network reads."""
    before = probe.canvas if not probe.canvas.empty else probe.bitmap
    made = boxes(
        len(stage.centres),
        start=stage.centres,
        birth=0.0,
        flight=2.4,
        size=stage.size,
        value=before.unit.ravel(),
        value_end=probe.activations["input"].ravel(),
        tint=Tint.DRAWING,
        layer=stage.index,
        cell=np.arange(len(stage.centres)),
    )
    script.batches.append(Batch(stage.shown, made))
    script.chapter("drawing", DRAWING_SECONDS, _view(0.0, FRONT, stage), "tour.drawing")


def _show_stage(
    script: _Script, source: Stage, target: Stage, probe: Probe, seed: int, turns: dict[str, int]
) -> None:
    incoming, values = probe.activations[source.shown], probe.activations[target.shown]
    begin = script.now + SETTLE
    if target.kind == "flatten":
        seconds = FLATTEN_SECONDS
        script.batches.append(lay_out(source, target, values, begin, seconds))
        view = _view(script.now, FROM_THE_LEFT, source, target)
        script.chapter("flatten", SETTLE + seconds + AFTER, view, "tour.flatten", count=str(values.size))
        return
    turn = turns[target.kind]
    turns[target.kind] += 1
    plan = CONVOLUTION_SECONDS if target.kind == "conv2d" else LINEAR_SECONDS
    seconds = plan[min(turn, len(plan) - 1)]
    if target.kind == "conv2d":
        flights = convolve(source, target, incoming, begin, seconds, seed + target.index)
        view = _view(script.now, FROM_THE_LEFT, source, target)
    else:
        flights = weigh(source, target, incoming, begin, seconds)
        view = _view(script.now, FROM_THE_LEFT, source, target, above=LIFT)
    last = target.layer is not None and target.layer.after == (10,)
    if last:
        _stand_sums(script, target, values, flights.arrivals, begin + seconds + AFTER)
    else:
        script.batches.append(standing(target, values, flights.arrivals))
    script.batches.extend(flights.batches)
    name, key = f"{target.kind}{turn + 1}", "tour.sums" if last else f"tour.{target.kind}{turn + 1}"
    script.chapter(name, SETTLE + seconds + AFTER, view, key, count=str(len(values)))


def _bar_births(begin: float) -> Floats:
    """When each of the ten bars grows, if the answer's chapter begins at `begin`."""
    return (begin + SETTLE + 0.24 * np.arange(10)).astype(np.float32)


def _stand_sums(script: _Script, stage: Stage, values: Floats, arrivals: Floats, end: float) -> None:
    """The ten sums, each making way for its bar in the chapter that begins at `end`."""
    batch = standing(stage, values, arrivals)
    made = batch.boxes.copy()
    made["death"] = _bar_births(end)[made["cell"]]
    script.batches.append(Batch(batch.name, made))
    for digit, (x, y, z) in enumerate(stage.centres):
        at = (float(x), float(y) - 5.5, float(z))
        script.labels.append(Label(str(digit), at, 4.5, float(arrivals[digit])))


def _show_answer(script: _Script, stage: Stage, probe: Probe) -> None:
    shares = probe.probabilities
    births = _bar_births(script.now)
    height = np.maximum(shares * TALLEST, 0.4)
    size = np.tile(np.array(stage.size, np.float32), (len(shares), 1))
    size_end = size.copy()
    size_end[:, 1] = height
    end = stage.centres.copy()
    end[:, 1] = (height - stage.size[1]) / 2
    tint = np.full(len(shares), float(Tint.RESULT))
    tint[probe.digit] = float(Tint.ANSWER)
    made = boxes(
        len(shares),
        start=stage.centres,
        end=end,
        birth=births,
        flight=1.1,
        size=size * 0.3,
        size_end=size_end,
        value=0.0,
        value_end=shares,
        gain=gain(shares),
        tint=tint,
        layer=stage.index + 1,
        cell=np.arange(len(shares)),
    )
    script.batches.append(Batch("softmax", made))
    x, _, z = (float(part) for part in stage.centres[probe.digit])
    call = float(births[-1]) + 1.2
    script.labels.append(
        Label(str(probe.digit), (x, float(height[probe.digit]) + 3.0, z), 9.0, call, Tint.ANSWER)
    )
    view = _view(script.now, FRONT, stage, above=TALLEST + 4.0, below=7.0)
    script.chapter("answer", call - script.now, view, "tour.shares")
    script.chapters.append(Chapter("winner", call))
    script.captions.append(Caption(call, call + ANSWER_SECONDS, *_verdict(probe)))
    script.now = call + ANSWER_SECONDS


def _verdict(probe: Probe) -> tuple[str, dict[str, str]]:
    """The language key and values that call the winner, its share, and the runner-up where it is close."""
    said = judge([float(share) for share in probe.probabilities])
    values = {"digit": said.digit, "share": said.percent, "other": said.second, "rest": said.rest}
    return f"answer.{said.kind}", {name: str(value) for name, value in values.items()}


def _view(
    time: float,
    direction: Point,
    *shown: Stage,
    above: float = 0.0,
    below: float = 0.0,
    ahead: float = 0.0,
) -> CameraKey:
    """A key that holds these stages, with room (units) over, under and in front of the last.

    Of the others, kernels hang over the edges by one step: the padding.
    """
    points = [
        corner for stage in shown[:-1] for corner in stage.corners(above=stage.pitch[1], below=stage.pitch[1])
    ]
    return CameraKey(time, MOVE, direction, (*points, *shown[-1].corners(above, below, ahead)))
