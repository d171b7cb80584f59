"""One small look: a filter on one patch of the drawing, every product, the sum, the bias and the ReLU."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from display_node.figures import printed, rounded_sum, running
from display_node.flights import gain
from display_node.scene import DIMMED, FOREVER, Batch, Boxes, Label, Point, Tint, boxes
from display_node.sound import score
from display_node.tour.first import First
from display_node.tour.material import Floats
from display_node.tour.printing import EM, on_box, signed
from display_node.tour.script import POINTING, Script, stagger
from display_node.tour.views import CLOSE, FROM_THE_LEFT, around, hold
from display_node.windows import kernel_offsets, middles

DESCENT = 0.8
"""Seconds in which the filter comes down on its patch."""
FROM = 6.0
"""Units in front of the patch at which it appears."""
TERMS = 2.3
"""Seconds in which the products are told, one after the other."""
FALL = 0.4
"""Seconds in which a product falls into the sum."""
STEP = 0.5
"""Seconds between the sum, the bias, the result and the box."""
FLIGHT = 1.1
"""Seconds in which the box, and the eye with it, flies to its place."""
TILE = (1.0, 0.42, 0.14)
"""Width, height and depth of a weight, as parts of a box: the lower half, so that the pixel is seen."""
UP, DOWN = 0.17, -0.19
"""Where on a box its number stands and its weight lies, as parts of the pitch."""
BESIDE = 2.0
"""Pitches from the patch's edge to the middle of the sum."""
ROWS = (1.15, 0.40, -0.50)
"""Heights of the sum, the bias and the result beside the patch."""
SLATE = (2.9, 2.7, 0.1)
"""Of what the sum is written on, in pitches."""
EDGE = BESIDE + SLATE[0] / 2 + 0.02
"""Units from the patch's edge to what is just not seen any more."""
SLATE_GROWS = 0.25
"""Seconds."""
WRITTEN = 0.2
"""Units from it to what is written."""
BESIDE_EM = (0.52, 0.42, 0.62)
"""Their sizes."""


def tell(script: Script, first: First) -> None:
    script.chapter("look")
    count = len(first.kernel)
    script.say("tour.look", count=str(count))
    (x, y, _), half = _middle(first), _half(first)
    front = float(first.source.high[2])
    script.look(CLOSE, around((x, y, front), half + 0.1, half + EDGE, 1.5 * half, 1.5 * half), 1.5)
    script.point("look")
    script.explain("drawing", "filter", "product", "result")
    seen = script.now - POINTING
    with script.action():
        hovering = script.now
        script.rest(DESCENT)
    script.say("tour.multiply")
    with script.action():
        times = stagger(count, script.now, TERMS)
        _terms(script, first, seen, hovering, times)
        script.rest(TERMS + FALL)
    script.say("tour.result")
    with script.action():
        _result(script, first)
    centres, each, gone = _centres(first), TERMS / count, script.now - FLIGHT
    script.batches += [
        _pixels(first, centres, seen, times, each, gone),
        _tiles(first, hovering, times, each, gone),
        _slate(first, times[0] - SLATE_GROWS, gone),
    ]


def _middle(first: First) -> Point:
    x, y, z = middles(first.source, first.target)[first.place].tolist()
    return x, y, z


def _half(first: First) -> float:
    """Units from the middle of the patch to its edge."""
    assert first.target.layer is not None
    return first.target.layer.kernel * first.source.pitch[0] / 2


def _centres(first: First) -> Floats:
    """(k², 3) the boxes under the patch."""
    assert first.target.layer is not None
    offsets = kernel_offsets(first.source, first.target.layer.kernel, 1)
    return np.asarray(np.array(_middle(first), np.float32) + offsets)


def _beside(first: First, row: int) -> Point:
    """The middle of a line of the sum."""
    x, y, _ = _middle(first)
    pitch = first.source.pitch[0]
    return x + _half(first) + BESIDE * pitch, y + ROWS[row] * pitch, float(first.source.high[2]) + 2 * WRITTEN


def _terms(script: Script, first: First, seen: float, hovering: float, times: Sequence[float]) -> None:
    """Pixels and weights in pairs, each lit in its turn; its product falls into the sum."""
    pitch, front = first.source.pitch[0], float(first.source.high[2])
    centres, each = _centres(first), (times[1] - times[0] if len(times) > 1 else TERMS)
    pixels, weights = first.patch(), first.kernel
    products = pixels.astype(np.float64) * weights
    terms, _ = rounded_sum([*products, first.bias], first.sum())
    partial = running(terms[:-1])
    for index, (start, centre) in enumerate(zip(times, centres, strict=True)):
        x, y, _ = (float(part) for part in centre)
        pixel, weight = float(pixels[index]), float(weights[index])
        at, under = (x, y + UP * pitch, front), (x, y + DOWN * pitch, front + 0.15)
        size, stop = EM * pitch, start + each
        for birth, death, lit in (
            (seen, times[0], True), (times[0], start, False), (start, stop, True), (stop, FOREVER, False),
        ):  # fmt: skip
            if death > birth:
                script.passing.append(on_box(pixel, at, size, birth, death, lit=lit))
            if death > max(birth, hovering + DESCENT):
                birth = max(birth, hovering + DESCENT)
                light = 1.0 if lit else DIMMED
                script.passing.append(
                    Label(f"×{printed(weight)}", under, size, birth, Tint.TEXT, death, light=light)
                )
        leaves = start + 0.3 * each
        product = Label(
            signed(terms[index]), (x, y, front + 0.5), 1.3 * size, leaves, Tint.PRODUCT,
            leaves + 0.9 * FALL, _beside(first, 0), FALL,
        )  # fmt: skip
        script.passing.append(product)
        until = times[index + 1] + 0.3 * each + FALL if index + 1 < len(times) else FOREVER
        script.passing.append(
            Label(
                printed(partial[index]), _beside(first, 0), BESIDE_EM[0] * pitch, leaves + FALL, Tint.PRODUCT,
                until,
            )
        )  # fmt: skip
    script.cues.append(score.counted(np.array(times, np.float32), products.astype(np.float32)))


def _turns(
    count: int, begin: float, times: Sequence[float], each: float, gone: float, **fields: Any
) -> Boxes:
    """Boxes that are lit until the telling begins, then dim but for their own turn, until they are gone."""
    first = times[0]
    spans = [
        (np.full(count, begin), np.full(count, first), 1.0),
        (np.full(count, first), np.array(times), DIMMED**2),
        (np.array(times), np.array(times) + each, 1.0),
        (np.array(times) + each, np.full(count, gone), DIMMED**2),
    ]
    scale = float(fields.pop("gain"))
    made = [
        boxes(count, birth=birth, death=death, gain=scale * light, **fields) for birth, death, light in spans
    ]
    return np.concatenate(made)


def _pixels(
    first: First, centres: Floats, start: float, times: Sequence[float], each: float, gone: float
) -> Batch:
    size = np.array(first.source.size, np.float32) * 1.03
    made = _turns(
        len(centres), start, times, each, gone, start=centres, size=size, value=first.patch(), gain=1.0,
        tint=Tint.DRAWING,
    )  # fmt: skip
    return Batch("look.pixels", made)


def _tiles(first: First, start: float, times: Sequence[float], each: float, gone: float) -> Batch:
    """The filter: comes down first, then lies on the lower halves of its boxes."""
    source, weights = first.source, first.kernel
    front = float(source.high[2])
    lie = _centres(first)
    lie[:, 1] += DOWN * source.pitch[1]
    lie[:, 2] = front + TILE[2] / 2
    size = np.array(source.size, np.float32) * np.array(TILE, np.float32)
    common: dict[str, Any] = {"size": size, "value": weights, "tint": Tint.WEIGHT}
    scale = gain(weights) / 2
    down = boxes(
        len(weights), start=lie + np.array((0, 0, FROM), np.float32), end=lie, birth=start, flight=DESCENT,
        death=start + DESCENT, gain=scale, **common,
    )  # fmt: skip
    rest = _turns(len(weights), start + DESCENT, times, each, gone, start=lie, gain=scale, **common)
    return Batch("look.filter", np.concatenate([down, rest]))


def _slate(first: First, start: float, gone: float) -> Batch:
    """Something dark to write on, in front of what is not meant."""
    pitch = first.source.pitch[0]
    x, y, z = _beside(first, 1)
    size = np.array(SLATE, np.float32) * pitch
    made = boxes(
        1, start=[(x, y - 0.1 * pitch, z - WRITTEN)], birth=start, flight=SLATE_GROWS, size=size * 0.02,
        size_end=size, death=gone, tint=Tint.DRAWING,
    )  # fmt: skip
    return Batch("look.slate", made)


def _result(script: Script, first: First) -> None:
    """The bias, the whole, what the ReLU leaves of it; then it flies to its place, and the eye with it."""
    pitch = first.source.pitch[0]
    total = first.sum()
    value = float(first.told.shown(first.target)[first.channel, first.row, first.column])
    terms, whole = rounded_sum([*(first.patch().astype(np.float64) * first.kernel), first.bias], total)
    script.passing.append(
        Label(signed(terms[-1]), _beside(first, 1), BESIDE_EM[1] * pitch, script.now, Tint.WEIGHT)
    )
    script.rest(STEP)
    text = f"= {printed(whole)}"
    if first.rectified and total < 0:
        text += " → 0"
    x, y, z = _beside(first, 2)
    script.passing.append(Label(text, (x, y, z), BESIDE_EM[2] * pitch, script.now, Tint.RESULT))
    script.rest(1.6 * STEP)
    begin, box = script.now, first.box()
    home = first.target.centres[box]
    small = np.array(first.target.size, np.float32) * 0.6
    flown = boxes(
        1, start=[(x, y - 1.1 * pitch, z)], end=home, birth=begin, flight=FLIGHT, death=begin + FLIGHT,
        size=small, size_end=first.target.size, value=value, gain=gain(first.told.shown(first.target)),
        tint=Tint.RESULT,
    )  # fmt: skip
    script.batches.append(Batch("look.result", flown))
    script.follow(FROM_THE_LEFT, hold(first.source, first.target), FLIGHT)
    script.rest(FLIGHT)
    first.arrivals[first.channel, first.row, first.column] = script.now
    script.cues.append(score.counted(np.array([begin], np.float32), np.array([value], np.float32)))
