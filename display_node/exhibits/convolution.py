"""The tour: a drawing goes through the network, every kernel flying from its patch to its cell.

A chapter a stage, whatever the network's stages are; then softmax, and the winner called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from common.verdict import judge
from display_node.flights import LIFT, Floats, convolve, gain, lay_out, standing, walk, weigh
from display_node.form import Form
from display_node.network import POOLS, Network
from display_node.pooling import pool
from display_node.probe import Probe
from display_node.scene import Batch, CameraKey, Caption, Chapter, Cues, Label, Point, Scene, Tint, boxes
from display_node.sound import score
from display_node.stages import Stage, canvas, stages
from display_node.telling import Part, number, told

FROM_THE_LEFT = (-1.10, 0.50, 1.0)
"""Where the viewer stands, seen from what is looked at: the data flows to the right and to the front."""
FRONT = (-0.22, 0.30, 1.0)
ABOVE = (-0.22, 0.42, 1.0)
"""The same, but so high that a drawing right behind the bars is seen over them."""
MOVE = 1.6
"""Seconds of a camera's way to the next stage."""
SETTLE = 1.2
"""Seconds between a stage's caption and its first kernel: text, then camera, then action."""
AFTER = 1.2
"""Seconds of rest once a stage is complete."""

DRAWING_SECONDS = 4.8
EASE_SECONDS = 2.4
"""In which the canvas becomes the framed picture."""
ANSWER_SECONDS = 7.7

UNDER = 7.0
"""Units under the ten sums that belong to their digits."""
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
    cues: list[Cues] = field(default_factory=list)

    def chapter(
        self, name: str, seconds: float, view: CameraKey, caption: str, values: Mapping[str, str]
    ) -> None:
        """Open a chapter at the present time and move on to its end."""
        self.chapters.append(Chapter(name, self.now))
        self.camera.append(view)
        self.captions.append(Caption(self.now, self.now + seconds, caption, values))
        self.now += seconds


class Convolution:
    name = "convolution"

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        line_up = stages(net)
        script = _Script()
        _show_drawing(script, line_up[0], probe)
        for (source, target), part in zip(pairwise(line_up), told(line_up), strict=True):
            _show_stage(script, source, target, part, probe, seed, len(line_up) - 1)
        _show_answer(script, line_up, probe)
        return Scene(
            self.name,
            script.now,
            tuple(script.batches),
            tuple(script.camera),
            tuple(script.captions),
            tuple(script.labels),
            tuple(script.chapters),
            cues=np.concatenate(script.cues),
        )


exhibit = Convolution()


def _show_drawing(script: _Script, stage: Stage, probe: Probe) -> None:
    """The canvas as it was eases into the framed picture that the network reads.

    Of a network that reads a smaller picture, the canvas' margin falls away.
    """
    before = probe.canvas if not probe.canvas.empty else probe.bitmap
    whole, (_, side, _) = canvas(), stage.shape
    margin = (whole.shape[1] - side) // 2
    inner = np.pad(np.ones((side, side), bool), margin).ravel()
    made = boxes(
        len(stage.centres),
        start=stage.centres,
        birth=0.0,
        flight=EASE_SECONDS,
        size=stage.size,
        value=before.unit.ravel()[inner],
        value_end=probe.activations["input"].ravel(),
        tint=Tint.DRAWING,
        layer=stage.index,
        cell=np.arange(len(stage.centres)),
    )
    script.batches.append(Batch(stage.shown, made))
    if margin:
        fallen = boxes(
            int((~inner).sum()),
            start=whole.centres[~inner],
            birth=0.0,
            flight=EASE_SECONDS,
            death=EASE_SECONDS,
            size=whole.size,
            size_end=0.01,
            value=before.unit.ravel()[~inner],
            value_end=0.0,
            tint=Tint.DRAWING,
        )
        script.batches.append(Batch("margin", fallen))
    script.cues.append(score.settled(probe.activations["input"]))
    view = _view(0.0, FRONT, stage)
    script.chapter("drawing", DRAWING_SECONDS, view, "tour.drawing", {"count": number(len(stage.centres))})


def _show_stage(
    script: _Script, source: Stage, target: Stage, part: Part, probe: Probe, seed: int, count: int
) -> None:
    """`count` stages follow upon the input; `target` is one of them."""
    assert target.layer is not None
    incoming, values = probe.activations[source.shown], probe.activations[target.shown]
    last = target.index == count
    begin, above = script.now + SETTLE, 0.0
    if target.kind == "flatten":
        flown = lay_out(source, target, incoming, values, begin, part.seconds)
    elif target.kind == "conv2d":
        births = walk(target, begin, part.seconds, seed + target.index)
        flown = convolve(source, target, incoming, births)
    elif target.kind in POOLS:
        flown = pool(source, target, incoming, begin, part.seconds, seed + target.index)
    else:
        flown = weigh(source, target, incoming, begin, part.seconds)
        above = 0.0 if source.upright else LIFT + 2 * source.height
    line = flown.stays or standing(target, values, flown.arrivals)
    view = _view(script.now, FROM_THE_LEFT, source, target, above=above, below=UNDER if last else 0.0)
    end = begin + part.seconds + AFTER
    script.batches.append(_sums(script, target, line, flown.arrivals, end) if last else line)
    script.batches.extend(flown.batches)
    sums, depth = probe.activations[target.layer.name], target.index / count
    script.cues.append(score.computed(target, flown, values, sums, depth))
    script.chapter(part.chapter, end - script.now, view, part.caption, part.values)


def _bar_births(begin: float) -> Floats:
    """When each of the ten bars grows, if the answer's chapter begins at `begin`."""
    return (begin + SETTLE + 0.24 * np.arange(10)).astype(np.float32)


def _sums(script: _Script, stage: Stage, batch: Batch, arrivals: Floats, end: float) -> Batch:
    """The ten sums, each making way for its bar in the chapter that begins at `end`; a digit under each."""
    made = batch.boxes.copy()
    made["death"] = _bar_births(end)[made["cell"]]
    for digit, (x, y, z) in enumerate(stage.centres):
        at = (float(x), float(y) - 6.0, float(z))
        script.labels.append(Label(str(digit), at, 4.5, float(arrivals[digit])))
    return Batch(batch.name, made)


def _show_answer(script: _Script, line_up: Sequence[Stage], probe: Probe) -> None:
    drawing, stage = line_up[0], line_up[-1]
    shares = probe.probabilities
    births = _bar_births(script.now)
    height = np.maximum(shares * TALLEST, 0.4)
    size = np.tile(np.array(stage.size, np.float32), (len(shares), 1))
    size_end = size.copy()
    size_end[:, 1] = height
    end = stage.centres.copy()
    end[:, 1] += (height - stage.size[1]) / 2
    tint = np.full(len(shares), float(Tint.RESULT))
    called, colour = (str(probe.digit), Tint.ANSWER) if probe.sure else ("?", Tint.RESULT)
    tint[probe.digit] = float(colour)
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
    x, top, z = (float(part) for part in end[probe.digit] + (0, height[probe.digit] / 2, 0))
    call = float(births[-1]) + 1.2
    script.cues += [score.shared(births, shares, stage.centres), score.called(call, probe.sure)]
    script.labels.append(Label(called, (x, top + 5.0, z), 9.0, call, colour))
    near = line_up[1].kind == "linear"
    shown, direction = ((drawing, stage), ABOVE) if near else ((stage,), FRONT)
    view = _view(script.now, direction, *shown, above=TALLEST + 4.0, below=UNDER)
    script.chapter("answer", call - script.now, view, "tour.shares", {})
    script.chapters.append(Chapter("winner", call))
    script.captions.append(Caption(call, call + ANSWER_SECONDS, *_verdict(probe)))
    script.now = call + ANSWER_SECONDS


def _verdict(probe: Probe) -> tuple[str, dict[str, str]]:
    """The language key and values that call the winner, its share, and the runner-up where it is close."""
    said = judge([float(share) for share in probe.probabilities], probe.sure)
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
