"""Sixteen looks: the other filters, all at once; then the three maps that answered strongest are held up."""

from typing import Any

import numpy as np

from display_node.flights import Flights, convolve, gain
from display_node.scene import Batch, Boxes, Point, Tint, boxes
from display_node.sound import score
from display_node.telling import number
from display_node.tour.first import First
from display_node.tour.material import Floats
from display_node.tour.naming import ROOM, name_blocks
from display_node.tour.script import Script
from display_node.tour.views import FROM_THE_LEFT, FRONT, around, hold
from display_node.windows import kernel_offsets

ALL = 0.75
"""Seconds in which all the other filters go over the drawing."""
HELD = 3
"""Maps that are held up."""
RISE = 0.6
"""Seconds in which they come out of the block."""
STAY = 0.5
"""Seconds for which they are looked at."""
BACK = 0.3
"""Seconds in which they go back."""
APART = 1.35
"""Widths of a map from the middle of one to the middle of the next."""
AHEAD = 9.0
"""Units in front of the block at which they are held."""
FILTER = 1.6
"""Edge of a held filter's box, in units."""


def tell(script: Script, first: First) -> None:
    channels = first.target.shape[0]
    script.chapter("filters")
    script.say("tour.filters", count=number(channels))
    script.look(FROM_THE_LEFT, hold(first.source, first.target, below=ROOM, ahead=ROOM), seconds=0.5)
    script.point(first.source.shown, first.target.shown, "filters")
    name_blocks(script, first.source, first.target)
    with script.action():
        _all(script, first)
        script.rest(ALL + 2 / 3)
    if channels >= HELD:
        places = _places(first)
        middle = places.mean(axis=0).tolist()
        reach = float(np.ptp(places[:, 0])) / 2 + _width(first) * 0.75
        points = around(tuple(middle), reach, reach, _width(first) * 0.6, _width(first) * 0.95)
        script.clear()
        script.look(FRONT, points, seconds=0.8)
        script.point("filters.held")
        with script.action():
            _held(script, first, places)
            script.rest(RISE + STAY + BACK)


def _all(script: Script, first: First) -> None:
    """What is left of the block, all maps row by row together."""
    target = first.target
    left = np.flatnonzero(~np.isfinite(first.arrivals.ravel()))
    size = target.shape[1] * target.shape[2]
    order = np.random.default_rng(first.told.seed).permutation(target.shape[0])
    turn = (left % size) * target.shape[0] + order[left // size]
    births = (script.now + ALL * turn / turn.max(initial=1)).astype(np.float32)
    flown = convolve(first.source, target, first.told.shown(first.source), births, left, name="filters")
    script.batches.extend(flown.batches)
    first.arrivals.reshape(-1)[left] = flown.arrivals
    whole = Flights(flown.batches, first.arrivals.ravel())
    told = first.told
    cues = score.computed(target, whole, told.shown(target), told.sums(target), told.depth(target))
    script.cues.append(cues)


def _strongest(first: First) -> list[int]:
    """The maps that answered most, the strongest in the middle."""
    maps = first.told.shown(first.target)
    # Where there is no ink, a map shows its bias everywhere: only what differs from that was found.
    found = np.abs(maps - np.median(maps, axis=(1, 2), keepdims=True)).sum(axis=(1, 2))
    second, top, third = np.argsort(-found, kind="stable")[:HELD][[1, 0, 2]].tolist()
    return [second, top, third]


def _width(first: First) -> float:
    return first.target.shape[2] * first.target.pitch[0]


def _places(first: First) -> Floats:
    """(3, 3) the middles of the held maps, side by side in front of the block."""
    x, y, _ = first.target.centres.mean(axis=0).tolist()
    z = float(first.target.high[2]) + AHEAD
    return np.array([(x + turn * APART * _width(first), y, z) for turn in (-1, 0, 1)], np.float32)


def _held(script: Script, first: First, places: Floats) -> None:
    told, target = first.told, first.target
    assert target.layer is not None
    assert target.layer.weight is not None
    chosen = _strongest(first)
    channels, rows, columns = target.shape
    centres = target.centres.reshape(channels, -1, 3)
    middles = centres[chosen].mean(axis=1)
    offsets = (centres[0] - centres[0].mean(axis=0)).astype(np.float32)
    values = told.shown(target)[chosen].reshape(HELD, rows * columns)
    script.batches.append(
        Batch(
            "filters.held.maps",
            _out_and_back(script.now, middles, places, target.size, Tint.RESULT, gain(told.shown(target))),
            offsets,
            values,
        )
    )
    kernel = target.layer.kernel
    flat = target.layer.weight[chosen].reshape(HELD, -1)
    steps = kernel_offsets(first.source, kernel, 1) * FILTER * 1.35
    below = places - np.array((0, _width(first) * 0.5 + kernel * FILTER * 0.9, 0), np.float32)
    edge = (FILTER, FILTER, FILTER * 0.5)
    script.batches.append(
        Batch(
            "filters.held.filters",
            _out_and_back(script.now, below, below, edge, Tint.WEIGHT, gain(flat)),
            steps.astype(np.float32),
            flat,
        )
    )


def _out_and_back(start: float, home: Floats, held: Floats, size: Point, tint: Tint, scale: float) -> Boxes:
    """Blocks that come out, stay, and go back to where they came from."""
    rows = np.arange(len(home))
    moved = not np.array_equal(home, held)
    small = np.array(size, np.float32) * (1.0 if moved else 0.02)
    common: dict[str, Any] = {"tint": tint, "gain": scale, "row": rows, "flight": RISE}
    away = start + RISE + STAY
    out = boxes(len(home), start=home, end=held, size=small, size_end=size, birth=start, death=away, **common)
    back = boxes(
        len(home),
        start=held,
        end=home,
        size=size,
        size_end=small,
        birth=away,
        death=away + BACK,
        **common | {"flight": BACK},
    )
    return np.concatenate([out, back])
