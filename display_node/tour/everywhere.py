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
STOP = 0.75
"""Seconds from stop to stop."""
ALL = 1.3
"""Seconds in which the filter goes over everything else."""
EM = 2.3
"""Units: size of the numbers at the stops."""
ZERO = 0.5
"""Seconds until a negative sum becomes zero."""


def tell(script: Script, first: First) -> None:
    layer = first.target.layer
    assert layer is not None
    script.chapter("everywhere")
    script.say("tour.everywhere", stride=str(layer.stride))
    script.look(FROM_THE_LEFT, hold(first.source, first.target))
    script.point(first.source.shown, first.target.shown, "everywhere")
    stops = _stops(first)
    with script.action():
        _walk(
            script, first, np.array(stops), script.now + STOP * np.arange(len(stops)), LEG, "everywhere.stops"
        )
        for cell in stops:
            _told(script, first, cell)
        script.rest(STOP * len(stops) + LEG)
        others = np.setdiff1d(_channel(first), [*stops, first.box()])
        births = script.now + ALL * np.arange(len(others)) / max(len(others), 1)
        _walk(script, first, others, births, 1 / 3, "everywhere.all")
        script.rest(ALL + 2 / 3)


def _channel(first: First) -> np.ndarray:
    """Indices of the filter's cells among all of the block."""
    size = first.target.shape[1] * first.target.shape[2]
    return np.arange(first.channel * size, (first.channel + 1) * size)


def _stops(first: First) -> list[int]:
    """Next to the spot that was explained; one whose sum is below zero, if there is one; one more on ink."""
    sums = first.told.sums(first.target)[first.channel]
    columns = sums.shape[1]
    spot = (first.channel, first.row, first.column)
    beside = first.row, first.column + 1 if first.column + 1 < columns else first.column - 1
    found = [beside]
    told = first.told
    below = negative(first.target, told.shown(first.source), told.sums(first.target), first.channel, spot)
    if below is not None and below[1:] not in found:
        found.append((below[1], below[2]))
    far = np.abs(sums)
    far[first.row, first.column] = -1.0
    for place in found:
        far[place] = -1.0
    found.append(divmod(int(far.argmax()), columns))
    return [int(np.ravel_multi_index((first.channel, y, x), first.target.shape)) for y, x in found]


def _walk(script: Script, first: First, cells: np.ndarray, births: np.ndarray, leg: float, name: str) -> None:
    incoming = first.told.shown(first.source)
    flown = convolve(
        first.source, first.target, incoming, births.astype(np.float32), cells, name=name, leg=leg
    )
    script.batches.extend(flown.batches)
    first.arrivals.reshape(-1)[cells] = flown.arrivals


def _told(script: Script, first: First, cell: int) -> None:
    """The sum beside its box; below zero, what the ReLU makes of it."""
    total = float(first.told.sums(first.target).ravel()[cell])
    x, y, z = first.target.centres[cell].tolist()
    at, born = (x, y, z + 1.5), float(first.arrivals.ravel()[cell])
    gone = born + STOP * 1.4
    zeroed = first.rectified and total < 0
    label = Label(printed(total), at, EM, born, Tint.RESULT, born + ZERO if zeroed else gone)
    script.passing.append(label)
    if zeroed:
        script.passing.append(Label("0", at, EM, born + ZERO, Tint.RESULT, gone))
