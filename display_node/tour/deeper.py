"""Looks at looks: one filter of the next layer looks at all maps at once, and their partial results meet."""

import math

import numpy as np

from display_node.figures import printed, rounded_sum
from display_node.flights import COVER, convolve, gain, standing, walk
from display_node.scene import Batch, Label, Point, Tint, boxes
from display_node.sound import score
from display_node.stages import GAP, Stage
from display_node.telling import number
from display_node.tour.material import Floats, Material
from display_node.tour.naming import ROOM, name_blocks
from display_node.tour.printing import signed
from display_node.tour.script import Script, stagger
from display_node.tour.views import CLOSE, FROM_THE_LEFT, around, hold
from display_node.windows import kernel_offsets, middles, patches

MOST = 36
"""Partial results whose numbers can be read at once."""
SINK = 0.4
"""Seconds in which the one filter, as deep as the block, sinks into it."""
PARTS = 0.7
"""Seconds in which the partial results come out, one after the other."""
OUT = 0.4
"""Seconds of each on its way."""
MEET = 0.45
"""Seconds in which they become one."""
READ = 0.35
"""Seconds for which all of them stand."""
STEP = 0.2
"""Seconds between the sum, the bias, the result and the box."""
FLIGHT = 0.7
REST = 0.9
"""Seconds in which all the other cells are filled."""
SLOT = (4.4, 2.9)
"""Units from one partial result to the next, across and down."""
EM = 1.25
PART = 0.95
"""Edge of a partial result's box."""


def fits(source: Stage, target: Stage) -> bool:
    """Whether this chapter can be told of these two."""
    return target.kind == "conv2d" and source.kind != "input" and 1 < source.shape[0] <= MOST


def tell(script: Script, told: Material, source: Stage, target: Stage, chapter: str) -> None:
    script.chapter(chapter)
    script.say("tour.deeper", count=number(source.shape[0]))
    cell = _strongest(told, target)
    slots, beside = _slots(source)
    reach = float(np.ptp(slots[:, 0])) / 2 + SLOT[0]
    tall = float(np.ptp(slots[:, 1])) / 2 + SLOT[1]
    middle = tuple(slots.mean(axis=0).tolist())
    script.look(CLOSE, around(middle, reach, beside + SLOT[0] * 1.4, tall, tall))
    script.point("deeper")
    arrivals = np.empty(target.shape, np.float32)
    with script.action():
        arrivals[cell] = _one(script, told, source, target, cell, slots, beside)
    script.clear()
    script.say("tour.deeper_rest", count=number(target.shape[0]))
    script.point(source.shown, target.shown, "deeper")
    name_blocks(script, source, target)
    with script.action():
        spot = int(np.ravel_multi_index(cell, target.shape))
        others = np.delete(np.arange(arrivals.size), spot)
        births = walk(target, script.now, REST, told.seed + target.index)[others]
        incoming = told.shown(source)
        flown = convolve(source, target, incoming, births, others)
        arrivals.reshape(-1)[others] = flown.arrivals
        script.batches += [*flown.batches, standing(target, told.shown(target), arrivals.ravel())]
        whole = type(flown)(flown.batches, arrivals.ravel())
        script.cues.append(
            score.computed(target, whole, told.shown(target), told.sums(target), told.depth(target))
        )
        script.rest(REST + 2 / 3)


def _strongest(told: Material, target: Stage) -> tuple[int, int, int]:
    """The cell that this drawing excites most; where all are zero, the one nearest to it."""
    values = told.shown(target)
    if float(values.max()) <= 0:
        values = told.sums(target)
    channel, row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(channel), int(row), int(column)


def _slots(source: Stage) -> tuple[Floats, float]:
    """(n, 3) where the partial results stand, a square in front of the block; units from there to the sum."""
    count = source.shape[0]
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    y, x = np.divmod(np.arange(count), columns)
    centre = (source.low + source.high) / 2
    slots = np.empty((count, 3), np.float32)
    slots[:, 0] = centre[0] + (x - (columns - 1) / 2) * SLOT[0] - SLOT[0]
    slots[:, 1] = centre[1] - (y - (rows - 1) / 2) * SLOT[1]
    slots[:, 2] = source.high[2] + GAP / 2
    return slots, columns / 2 * SLOT[0] + SLOT[0]


def _one(
    script: Script,
    told: Material,
    source: Stage,
    target: Stage,
    cell: tuple[int, int, int],
    slots: Floats,
    beside: float,
) -> float:
    """One cell, told slowly; returns when it lights up."""
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    channel, row, column = cell
    place = row * target.shape[2] + column
    count, kernel = source.shape[0], layer.kernel
    home = middles(source, target)[place]
    weights = layer.weight[channel].reshape(count, -1)
    seen = patches(told.shown(source), kernel, layer.stride, layer.padding)[place].reshape(count, -1)
    products = (weights * seen).astype(np.float32)
    size = np.array(source.size, np.float32) * COVER
    start = script.now
    block = boxes(
        1, start=[home + np.array((0, 0, GAP / 2))], end=[home], birth=start, flight=SINK,
        death=start + SINK + 0.1, size=size, tint=Tint.WEIGHT, gain=gain(weights), row=0,
    )  # fmt: skip
    depth = kernel_offsets(source, kernel, count)
    script.batches.append(Batch("deeper.filter", block, depth, weights.reshape(1, -1)))
    script.rest(SINK)

    births = np.array(stagger(count, script.now, PARTS), np.float32)
    slices = np.repeat(home[None, :], count, axis=0)
    slices[:, 2] += (np.arange(count) - (count - 1) / 2) * source.pitch[2]
    script.rest(PARTS + OUT + READ)
    meet = script.now
    out = boxes(
        count, start=slices, end=slots, birth=births, flight=OUT, death=births + OUT, size=size,
        size_end=PART / 2, spread_end=0.3, tint=Tint.PRODUCT, gain=gain(products), row=np.arange(count),
    )  # fmt: skip
    script.batches.append(Batch("deeper.products", out, kernel_offsets(source, kernel, 1), products))
    x, y, z = (float(part) for part in slots.mean(axis=0))
    plus: Point = (x + beside, y, z)
    partial = products.astype(np.float64).sum(axis=1)
    stand = boxes(
        count, start=slots, birth=births + OUT, death=meet, size=PART, value=partial, tint=Tint.PRODUCT,
        gain=gain(partial.astype(np.float32)),
    )  # fmt: skip
    join = boxes(
        count, start=slots, end=[plus], birth=meet, flight=MEET, death=meet + MEET, size=PART, size_end=0.1,
        value=partial, tint=Tint.PRODUCT, gain=gain(partial.astype(np.float32)),
    )  # fmt: skip
    script.batches.append(Batch("deeper.parts", np.concatenate([stand, join])))
    script.cues.append(score.counted(births + np.float32(OUT), partial.astype(np.float32)))
    total = float(told.sums(target)[cell])
    bias = 0.0 if layer.bias is None else float(layer.bias[channel])
    terms, whole = rounded_sum([*partial, bias], total)
    for index, slot in enumerate(slots):
        at = (float(slot[0]), float(slot[1]) + PART * 1.1, float(slot[2]))
        born = float(births[index]) + OUT
        script.passing.append(Label(printed(terms[index]), at, EM, born, Tint.PRODUCT, meet))
        script.passing.append(
            Label(printed(terms[index]), at, EM, meet, Tint.PRODUCT, meet + MEET * 0.6, plus, MEET)
        )
    for sign, em in (("○", 3.4), ("+", 1.9)):  # a plus in a circle, which few fonts have as one
        script.passing.append(Label(sign, plus, em * EM, start, Tint.TEXT, meet + MEET))
    script.rest(MEET)
    added = math.fsum(terms[:-1])
    script.passing.append(Label(printed(added), (x + beside, y + 2.4, z), 1.5 * EM, script.now, Tint.PRODUCT))
    script.rest(STEP)
    script.passing.append(Label(signed(terms[-1]), (x + beside, y, z), 1.3 * EM, script.now, Tint.WEIGHT))
    script.rest(STEP)
    value = float(told.shown(target)[cell])
    text = f"= {printed(whole)}" + (" → 0" if value == 0 and total < 0 else "")
    script.passing.append(Label(text, (x + beside, y - 2.4, z), 1.7 * EM, script.now, Tint.RESULT))
    script.rest(STEP)
    home_cell = target.centres[int(np.ravel_multi_index(cell, target.shape))]
    fly = boxes(
        1, start=[(x + beside, y - 4.6, z)], end=[home_cell], birth=script.now, flight=FLIGHT,
        death=script.now + FLIGHT, size=PART, size_end=target.size, value=value,
        gain=gain(told.shown(target)), tint=Tint.RESULT,
    )  # fmt: skip
    script.batches.append(Batch("deeper.result", fly))
    script.follow(FROM_THE_LEFT, hold(source, target, below=ROOM, ahead=ROOM), FLIGHT)
    script.rest(FLIGHT)
    return script.now
