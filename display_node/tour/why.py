"""Why? What the answer depended on flows backwards through the same boxes, onto the visitor's own stroke."""

from collections.abc import Mapping

import numpy as np

from display_node.attribution import depended
from display_node.scene import Batch, Label, Point, Tint, boxes
from display_node.tour.material import Floats, Material
from display_node.tour.script import Script
from display_node.tour.views import FROM_THE_LEFT, FRONT, around, hold

BACK = 1.1
"""Seconds in which it flows from the sums to the drawing."""
BLOOM = 0.4
"""Seconds in which a box begins to glow."""
LEAST = 0.08
"""Part of the strongest under which a box stays as it was."""
LARGER = 1.06
"""Edge of a glowing box relative to the one that it covers."""
STAY = 0.2
"""Seconds for which the drawing is looked at in the end."""
FORWARD = 0.8
"""Seconds in which the drawing comes to the front."""
AHEAD = 26.0
"""Units in front of the sums at which it stays."""
SIDE = 20.0
"""Units from its middle to its edge, and a little room."""
FAINT = 0.25
"""What is left of ink that did not count."""
EM = 22.0
"""Size of the answer beside it."""


def tell(script: Script, told: Material, called: Label) -> None:
    """`called`: the label that calls the answer; it alone stays."""
    probe = told.probe
    found = depended(told.network, probe)
    script.chapter("why")
    script.wipe(called)
    script.say("tour.why" if probe.sure else "tour.why_strange")
    stages = told.line_up
    script.look(FROM_THE_LEFT, hold(*stages), seconds=1.0)
    script.point("why", stages[0].shown)
    with script.action():
        _flow(script, told, found)
        script.rest(BACK + BLOOM)
    script.wipe()
    script.vanish("softmax", f"why.{stages[-1].shown}")
    place, answer = _places(told)
    script.look(FRONT, (*around(place, SIDE, SIDE, SIDE, SIDE), *around(answer, SIDE / 2, SIDE / 2, 0, 0)))
    with script.action():
        script.batches.append(_forward(told, found[stages[0].shown].ravel(), script.now, place))
        text, tint = (str(probe.digit), Tint.ANSWER) if probe.sure else ("?", Tint.RESULT)
        script.labels.append(Label(text, answer, EM, script.now + FORWARD, tint))
        script.rest(FORWARD + STAY)


def _places(told: Material) -> tuple[Point, Point]:
    """Where the drawing comes to, in front of everything, and where the answer stands beside it."""
    x, y, _ = (float(part) for part in told.line_up[-1].centres.mean(axis=0))
    z = float(told.line_up[-1].high[2]) + AHEAD
    return (x - SIDE * 0.6, y + SIDE / 2, z), (x + SIDE * 1.1, y + SIDE / 2, z)


def _forward(told: Material, share: Floats, start: float, place: Point) -> Batch:
    """The drawing flies there, box by box, gold where it counted: `share` (pixels,), as bright as its ink."""
    stage = told.line_up[0]
    picture = told.shown(stage).ravel()
    counted = share >= LEAST
    aside = np.array(place, np.float32) - stage.centres.mean(axis=0)
    made = boxes(
        len(picture),
        start=stage.centres,
        end=stage.centres + aside,
        birth=start,
        flight=FORWARD,
        size=np.array(stage.size, np.float32) * LARGER,
        value=picture * np.where(counted, FAINT + (1.0 - FAINT) * share, FAINT),
        tint=np.where(counted, _tint(told), Tint.DRAWING),
        cell=np.arange(len(picture)),
    )
    return Batch("why.drawing", made)


def _tint(told: Material) -> Tint:
    return Tint.ANSWER if told.probe.sure else Tint.RESULT


def _flow(script: Script, told: Material, found: Mapping[str, Floats]) -> None:
    """Stage by stage, from the sums back to the drawing."""
    reach = float(told.line_up[-1].centres[:, 2].max())
    for stage in told.line_up:
        share = found[stage.shown].ravel()
        lit = np.flatnonzero(share >= LEAST)
        away = 1.0 - stage.centres[lit, 2] / max(reach, 1e-6)
        size = np.array(stage.size, np.float32) * LARGER
        made = boxes(
            len(lit),
            start=stage.centres[lit],
            birth=script.now + BACK * away,
            flight=BLOOM,
            size=size * 0.4,
            size_end=size,
            value=0.0,
            value_end=share[lit],
            tint=_tint(told),
        )
        script.batches.append(Batch(f"why.{stage.shown}", made))
