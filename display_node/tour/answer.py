"""The answer: ten sums become ten shares of one, drawn one at a time; then the winner is called."""

import numpy as np

from common.verdict import judge, percentages
from display_node.figures import printed
from display_node.flights import gain, standing
from display_node.scene import Batch, Label, Tint, boxes
from display_node.sound import score
from display_node.stages import Stage
from display_node.tour.material import Floats, Material
from display_node.tour.script import Script, stagger
from display_node.tour.views import ABOVE, FRONT, hold
from display_node.tour.weighing import DIGIT_DOWN, DIGIT_EM

TALLEST = 26.0
"""Units of a bar that stands for 100 %."""
LEAST = 0.4
"""Units of a bar that stands for nothing."""
READ = 0.5
"""Seconds for which the ten sums can be read before the first makes way for its bar."""
ONE_BY_ONE = 1.3
"""Seconds in which the bars begin to grow."""
GROWTH = 0.5
SUM_EM, SHARE_EM = 2.6, 2.8
"""Sizes of the numbers over the boxes."""
OVER = 2.5
"""Units between a bar and its share."""
CALLED_EM = 9.0
CALLED_OVER = 9.0
"""Units between the winner's bar and the digit that is called."""
CALLING = 0.8
"""Seconds in which the digit that is called appears."""


def tell(script: Script, told: Material, arrivals: Floats, *, brief: bool = False) -> Label:
    """`arrivals` (10,): when the sums lit up. If `brief`, the shares are not explained. Returns the call."""
    drawing, stage = told.line_up[0], told.line_up[-1]
    script.chapter("answer")
    if not brief:
        script.say("tour.shares")
    near = told.line_up[1].kind == "linear"
    shown, direction = ((drawing, stage), ABOVE) if near else ((stage,), FRONT)
    room = TALLEST + CALLED_OVER + CALLED_EM / 2
    script.look(direction, hold(*shown, above=room, below=DIGIT_DOWN + DIGIT_EM / 2))
    script.point(stage.shown, "softmax")
    if not brief:
        script.explain("result", "answer")
    seconds = ONE_BY_ONE * (0.4 if brief else 1.0)
    with script.action():
        begin = script.now
        script.rest(0.0 if brief else READ)
        births = np.array(stagger(len(stage.centres), script.now, seconds), np.float32)
        _sums(script, told, stage, arrivals, births)
        if not brief:
            _print_sums(script, told, stage, begin, births)
        tops = _bars(script, told, stage, births)
        script.rest(seconds + GROWTH)
    script.chapter("winner")
    probe = told.probe
    key, values = verdict(told)
    script.say(key, **values)
    with script.action():
        x, y, z = tops[probe.digit]
        text, tint = (str(probe.digit), Tint.ANSWER) if probe.sure else ("?", Tint.RESULT)
        called = Label(text, (x, y + CALLED_OVER, z), CALLED_EM, script.now, tint)
        script.labels.append(called)
        script.cues.append(score.called(script.now, probe.sure))
        script.rest(CALLING)
    return called


def verdict(told: Material) -> tuple[str, dict[str, str]]:
    """The language key and values that call the winner, its share, and the runner-up where it is close."""
    said = judge([float(share) for share in told.probe.probabilities], told.probe.sure)
    values = {"digit": said.digit, "share": said.percent, "other": said.second, "rest": said.rest}
    return f"answer.{said.kind}", {name: str(value) for name, value in values.items()}


def _sums(script: Script, told: Material, stage: Stage, arrivals: Floats, births: Floats) -> None:
    """The ten sums, until each makes way for its bar."""
    batch = standing(stage, told.shown(stage), arrivals)
    made = batch.boxes.copy()
    made["death"] = births[made["cell"]]
    script.batches.append(Batch(batch.name, made))


def _print_sums(script: Script, told: Material, stage: Stage, begin: float, births: Floats) -> None:
    """Their numbers; one decimal, or there is no room for ten beside each other."""
    for digit, (x, y, z) in enumerate(stage.centres.tolist()):
        at = x, y + stage.size[1] / 2 + OVER, z
        text = printed(float(told.shown(stage)[digit]), 1)
        script.labels.append(Label(text, at, SUM_EM, begin, Tint.RESULT, float(births[digit])))


def _bars(script: Script, told: Material, stage: Stage, births: Floats) -> list[tuple[float, float, float]]:
    """The shares as bars, a percentage on each; returns the middles of their tops."""
    probe = told.probe
    parts = probe.probabilities
    height = np.maximum(parts * TALLEST, LEAST)
    size = np.tile(np.array(stage.size, np.float32), (len(parts), 1))
    size_end = size.copy()
    size_end[:, 1] = height
    end = stage.centres.copy()
    end[:, 1] += (height - stage.size[1]) / 2
    tint = np.full(len(parts), float(Tint.RESULT))
    tint[probe.digit] = float(Tint.ANSWER if probe.sure else Tint.RESULT)
    made = boxes(
        len(parts),
        start=stage.centres,
        end=end,
        birth=births,
        flight=GROWTH,
        size=size * 0.3,
        size_end=size_end,
        value=0.0,
        value_end=parts,
        gain=gain(parts),
        tint=tint,
        layer=stage.index + 1,
        cell=np.arange(len(parts)),
    )
    script.batches.append(Batch("softmax", made))
    script.cues.append(score.shared(births, parts, stage.centres))
    tops = end + np.stack([np.zeros(len(parts)), height / 2, np.zeros(len(parts))], axis=1)
    places: list[tuple[float, float, float]] = []
    for digit, share in enumerate(percentages(parts.tolist())):
        x, y, z = tops[digit].tolist()
        places.append((x, y, z))
        colour = Tint(int(tint[digit]))
        low = (x, float(stage.centres[digit, 1]) + OVER, z)
        script.labels.append(
            Label(
                f"{share} %", low, SHARE_EM, float(births[digit]), colour,
                to=(x, y + OVER, z), flight=GROWTH,
            )
        )  # fmt: skip
    return places
