"""…everywhere: the same filter stops at three places, slowly, and then goes over the whole drawing."""

import numpy as np

from display_node.figures import printed
from display_node.flights import convolve
from display_node.scene import Label, Tint
from display_node.tour.first import First
from display_node.tour.script import Script
from display_node.tour.spot import negative
from display_node.tour.views import FROM_THE_LEFT, hold

LEG = 0.4
"""Seconds of each leg at a stop: down on the patch, over to the cell."""
STOP = 0.6
"""Seconds from stop to stop."""
ALL = 0.7
"""Seconds in which the filter goes over everything else."""
BESIDE = 4.2
"""Units from a box to its number."""
EM = 2.3
"""Units: size of the numbers at the stops."""
FAR = 4
"""Boxes of the map from the spot to the last stop, at least."""
LAST = 1.0
"""Seconds for which the sum below zero, and what becomes of it, can be seen."""
ZERO = 0.5
"""Part of that time after which a negative sum becomes zero."""


def tell(script: Script, first: First) -> None:
    layer = first.target.layer
    assert layer is not None
    script.chapter("everywhere")
    script.say("tour.everywhere", stride=str(layer.stride))
    script.look(FROM_THE_LEFT, hold(first.source, first.target))
    script.point(first.source.shown, first.target.shown, "everywhere")
    below = _below(first)
    stops = _stops(first, below)
    with script.action():
        _stop(script, first, stops, "everywhere.stops")
    if below is not None:
        script.say("tour.zero")
    with script.action():
        if below is not None:
            _stop(script, first, [below], "everywhere.below", stay=LAST)
            stops = [*stops, below]
            script.rest(LAST - LEG)  # the number is read before the swarm comes
        others = np.setdiff1d(_channel(first), [*stops, first.box()])
        births = script.now + ALL * np.arange(len(others)) / max(len(others), 1)
        _walk(script, first, others, births, 1 / 3, "everywhere.all")
        script.rest(ALL + 2 / 3)


def _channel(first: First) -> np.ndarray:
    """Indices of the filter's cells among all of the block."""
    size = first.target.shape[1] * first.target.shape[2]
    return np.arange(first.channel * size, (first.channel + 1) * size)


def _below(first: First) -> int | None:
    """The cell whose sum the ReLU makes zero, if there is one."""
    told, spot = first.told, (first.channel, first.row, first.column)
    if not first.rectified:
        return None
    found = negative(first.target, told.shown(first.source), told.sums(first.target), first.channel, spot)
    return None if found is None else int(np.ravel_multi_index(found, first.target.shape))


def _stops(first: First, below: int | None) -> list[int]:
    """Next to the spot that was explained, and the strongest one far from it."""
    sums = np.abs(first.told.sums(first.target)[first.channel])
    rows, columns = np.indices(sums.shape)
    away = np.maximum(abs(rows - first.row), abs(columns - first.column))
    taken = np.zeros(first.target.shape, bool)
    if below is not None:
        taken.reshape(-1)[below] = True
    free = ~taken[first.channel] & (away > 0)
    found = []
    for places in (free & (away == 1), free & (away >= FAR)):
        if places.any():
            place = np.unravel_index(int(np.where(places, sums, -1.0).argmax()), sums.shape)
            found.append(int(np.ravel_multi_index((first.channel, *place), first.target.shape)))
    return found


def _stop(script: Script, first: First, cells: list[int], name: str, *, stay: float = STOP) -> None:
    """One cell after the other, slowly, and its sum, which stays for so many seconds."""
    if not cells:
        return
    _walk(script, first, np.array(cells), script.now + STOP * np.arange(len(cells)), LEG, name)
    for cell in cells:
        _told(script, first, cell, stay)
    script.rest(STOP * len(cells) + LEG)


def _walk(script: Script, first: First, cells: np.ndarray, births: np.ndarray, leg: float, name: str) -> None:
    incoming = first.told.shown(first.source)
    flown = convolve(
        first.source, first.target, incoming, births.astype(np.float32), cells, name=name, leg=leg
    )
    script.batches.extend(flown.batches)
    first.arrivals.reshape(-1)[cells] = flown.arrivals


def _told(script: Script, first: First, cell: int, stay: float) -> None:
    """The sum beside its box; below zero, what the ReLU makes of it."""
    total = float(first.told.sums(first.target).ravel()[cell])
    x, y, z = first.target.centres[cell].tolist()
    at, born = (x + BESIDE, y, z), float(first.arrivals.ravel()[cell])
    gone = born + stay
    zeroed = first.rectified and total < 0
    label = Label(printed(total), at, EM, born, Tint.RESULT, born + ZERO * stay if zeroed else gone)
    script.passing.append(label)
    if zeroed:
        script.passing.append(Label("0", at, EM, born + ZERO * stay, Tint.RESULT, gone))
