"""Weighing everything: one row of weights, with its numbers, then all the others."""

import numpy as np

from display_node.figures import printed, rounded_sum
from display_node.flights import LIFT, POP, dealt, standing, weigh
from display_node.scene import Batch, Label, Tint
from display_node.sound import score
from display_node.stages import Stage
from display_node.telling import Part, number
from display_node.tour.material import Floats, Material
from display_node.tour.printing import signed
from display_node.tour.script import Script
from display_node.tour.stage import flights
from display_node.tour.views import FROM_THE_LEFT, LEFT, hold

SLOW = 0.4
"""Seconds of each leg of the row that is explained."""
STEP = 0.25
"""Seconds from the products' sum to the bias, and to the result."""
EM = 3.8
"""Units: size of the numbers."""
ABOVE = 3.0
"""Units above its box at which the first of them stands."""
DIGIT_EM, DIGIT_DOWN = 5.2, 6.3
"""The digits under the ten sums: their size, and units from the boxes' middles."""


def tell(script: Script, told: Material, source: Stage, target: Stage, part: Part) -> None:
    """The first line of weights: the row of the number that came out largest, then all."""
    script.chapter(part.chapter)
    script.say("tour.weigh", count=number(len(source.centres)))
    script.look(FROM_THE_LEFT, hold(source, target, above=LIFT + EM * 2.5))
    script.point(source.shown, target.shown, "weighing")
    row = int(told.sums(target).argmax())
    incoming, births = told.shown(source), np.array([script.now], np.float32)
    with script.action():
        slow = weigh(source, target, incoming, births, np.array([row]), name="weighing", leg=SLOW)
        script.batches.extend(slow.batches)
        script.rest(3 * SLOW)
        _numbers(script, told, source, target, row)
    script.clear()
    script.say("tour.weigh_rest", count=number(len(target.centres)))
    with script.action():
        births, leg = dealt(source, target, script.now, part.seconds)
        others = np.delete(np.arange(len(births)), row)
        fast = weigh(source, target, incoming, births[others], others, leg=leg)
        arrivals = np.empty(len(births), np.float32)
        arrivals[row], arrivals[others] = slow.arrivals[0], fast.arrivals
        script.batches += [standing(target, told.shown(target), arrivals), *fast.batches]
        whole = type(fast)(fast.batches, arrivals)
        cues = score.computed(target, whole, told.shown(target), told.sums(target), told.depth(target))
        script.cues.append(cues)
        script.now = float(arrivals.max())


def ten(script: Script, told: Material, source: Stage, target: Stage, part: Part) -> Floats:
    """The last line: a sum for each digit, the digit under it. Returns when each of the ten lights up.

    The boxes themselves are `answer`'s, where they make way for the bars.
    """
    script.chapter(part.chapter)
    assert part.caption is not None
    script.say(part.caption, **part.values)
    above = 0.0 if source.upright else LIFT + 2 * source.height
    script.look(LEFT, hold(source, target, above=above, below=DIGIT_DOWN + DIGIT_EM))
    script.point(source.shown, target.shown)
    with script.action():
        return last(script, told, source, target, part.seconds)


def last(script: Script, told: Material, source: Stage, target: Stage, seconds: float) -> Floats:
    """The flights alone, within so many seconds."""
    flown = flights(told, source, target, script.now, seconds)
    script.batches.extend(flown.batches)
    if flown.stays is not None:  # nothing is weighed: a line that only moved here makes way for the sums
        moved = flown.stays.boxes.copy()
        moved["death"] = moved["birth"] + moved["flight"] + POP
        script.batches.append(Batch(f"{target.shown}.carried", moved))
    sums = told.sums(target)
    script.cues.append(score.computed(target, flown, told.shown(target), sums, told.depth(target)))
    script.now = max(script.now + seconds, float(flown.arrivals.max()))
    for digit, (x, y, z) in enumerate(target.centres.tolist()):
        at, born = (x, y - DIGIT_DOWN, z), float(flown.arrivals[digit])
        script.labels.append(Label(str(digit), at, DIGIT_EM, born, Tint.TEXT))
    return flown.arrivals


def _numbers(script: Script, told: Material, source: Stage, target: Stage, row: int) -> None:
    """All products together, the bias, and what they become."""
    assert target.layer is not None
    assert target.layer.weight is not None
    layer, total = target.layer, float(told.sums(target)[row])
    weight = target.layer.weight
    products = float(np.dot(weight[row].astype(np.float64), told.shown(source).ravel().astype(np.float64)))
    bias = 0.0 if layer.bias is None else float(layer.bias[row])
    terms, whole = rounded_sum([products, bias], total)
    x, y, z = target.centres[row].tolist()
    y += ABOVE
    zeroed = target.shown != layer.name and total < 0
    lines = (
        (printed(terms[0]), Tint.PRODUCT),
        (signed(terms[1]), Tint.WEIGHT),
        (f"= {printed(whole)}" + (" → 0" if zeroed else ""), Tint.RESULT),
    )
    for index, (text, tint) in enumerate(lines):
        at = (x, y + EM * 1.5 * (2 - index), z)
        script.passing.append(Label(text, at, EM, script.now, tint))
        script.rest(STEP)
