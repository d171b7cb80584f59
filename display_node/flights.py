"""The movements that exhibits share: kernels walking over a block, rows of weights dropping on a line.

Each returns batches of flights and the time at which every cell of the target receives its number.
All values are the network's own; a product row, summed, plus the bias, is what the cell shows. Pools have
a file of their own, `pooling`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from display_node.scene import Batch, Tint, boxes
from display_node.stages import FAR, Stage
from display_node.windows import kernel_offsets, middles, patches

LEG = 1 / 3
"""Seconds of each leg of a flight, as in the original."""
HOVER = 12.0
"""Units in front of its patch at which a kernel appears: within the gap between two blocks."""
LIFT = 9.0
"""Units above the line at which a row of weights grows."""
SLOW_LEG = 0.75
"""Seconds of each leg of a row of weights that is a picture: there is something to see on it."""
PACE = 0.35
"""Picture i of n comes at (i/n)^PACE of the time: the first ones apart, the last ones in a stream."""
POP = 0.25
"""Seconds in which a cell lights up."""
COVER = 1.12
"""Edge of a weight's box relative to the box it sinks onto, so that it covers it."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Flights:
    batches: tuple[Batch, ...]
    arrivals: Floats
    """(cells,) seconds, in the target tensor's C order."""
    stays: Batch | None = None
    """The target's boxes, where it is they that fly."""


def standing(stage: Stage, values: Floats, births: npt.ArrayLike, tint: Tint = Tint.RESULT) -> Batch:
    """The boxes of a stage, each lighting up when its number arrives."""
    size = np.array(stage.size, np.float32)
    made = boxes(
        len(stage.centres),
        start=stage.centres,
        birth=births,
        flight=POP,
        size=size * 0.3,
        size_end=size,
        value=0.0,
        value_end=values.ravel(),
        gain=gain(values),
        tint=tint,
        layer=stage.index,
        cell=np.arange(len(stage.centres)),
    )
    return Batch(stage.shown, made)


def convolve(
    source: Stage,
    target: Stage,
    incoming: Floats,
    births: Floats,
    cells: npt.NDArray[np.intp] | None = None,
    *,
    name: str | None = None,
    leg: float = LEG,
) -> Flights:
    """The kernel of each cell of `target` appears, sinks onto its patch of `source` and flies to its cell.

    `births` (n,): when; `cells` (n,): of which cells, all without it. `incoming` (channels, rows, columns) is
    what stands on `source`. The batches are called `name`, without it as what the target shows.
    """
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    channels, rows, columns = target.shape
    kernel = layer.weight.shape[-1]
    count, name = len(births), name or target.shown
    cells = np.arange(channels * rows * columns) if cells is None else cells
    channel, place = np.divmod(cells, rows * columns)
    patch = middles(source, target)[place]
    offsets = kernel_offsets(source, kernel, source.shape[0])
    flat = layer.weight.reshape(channels, -1)
    products = patches(incoming, kernel, layer.stride, layer.padding)[place] * flat[channel]
    size = np.array(source.size, np.float32) * COVER
    deep = max(float(np.ptp(offsets[:, 2])), 1.0)
    shrink = min(target.size[0] / (kernel * source.pitch[0]), target.size[2] / deep)
    landed = births + np.float32(leg)
    shared: dict[str, Any] = {"flight": leg, "size": size, "layer": target.index, "cell": cells}
    sink = boxes(
        count,
        start=patch + np.array([0, 0, HOVER], np.float32),
        end=patch,
        birth=births,
        death=landed,
        gain=gain(flat),
        tint=Tint.WEIGHT,
        row=channel,
        **shared,
    )
    fly = boxes(
        count,
        start=patch,
        end=target.centres[cells],
        birth=landed,
        death=landed + leg,
        size_end=size * shrink,
        spread_end=shrink,
        gain=gain(products),
        tint=Tint.PRODUCT,
        row=np.arange(count),
        **shared,
    )
    return Flights(
        (
            Batch(f"{name}.weights", sink, offsets, flat.copy()),
            Batch(f"{name}.products", fly, offsets, products),
        ),
        landed + np.float32(leg),
    )


def dealt(source: Stage, target: Stage, start: float, seconds: float) -> tuple[Floats, float]:
    """(rows,) when each row of weights appears, and the seconds of each of its three legs.

    Where the line is a picture, so is a row of weights: the first ones have time to be looked at, then more
    and more of them come at once.
    """
    count = len(target.centres)
    leg, pace = (SLOW_LEG, PACE) if source.upright else (LEG, 1.0)
    room = seconds - 3 * (leg - LEG)
    return (start + room * (np.arange(count) / count) ** pace).astype(np.float32), leg


def weigh(
    source: Stage,
    target: Stage,
    incoming: Floats,
    births: Floats,
    cells: npt.NDArray[np.intp] | None = None,
    *,
    name: str | None = None,
    leg: float = LEG,
) -> Flights:
    """Rows of weights grow above the line, or before a picture, drop onto it and collapse into one box each.

    `births`, `cells` and `name` as for `convolve`.
    """
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    name = name or target.shown
    cells = np.arange(len(layer.weight)) if cells is None else cells
    count, weights = len(cells), layer.weight[cells]
    way = (0.0, 0.0, FAR / 2) if source.upright else (0.0, LIFT + source.height, 0.0)
    offsets = source.centres - source.centres.mean(axis=0)
    line = source.centres.mean(axis=0) + np.zeros((count, 3), np.float32)
    above = line + np.array(way, np.float32)
    size = np.array(source.size, np.float32) * COVER
    shared: dict[str, Any] = {"flight": leg, "layer": target.index, "cell": cells, "row": np.arange(count)}
    weight = {**shared, "tint": Tint.WEIGHT, "gain": gain(layer.weight)}
    grown, landed = births + np.float32(leg), births + np.float32(2 * leg)
    grow = boxes(count, start=above, birth=births, death=grown, size=size * 0.01, size_end=size, **weight)
    drop = boxes(count, start=above, end=line, birth=grown, death=landed, size=size, **weight)
    products = weights * incoming.reshape(1, -1)
    collapse = boxes(
        count,
        start=line,
        end=target.centres[cells],
        birth=landed,
        death=landed + leg,
        size=size,
        spread_end=0.02,
        gain=gain(layer.weight * incoming.reshape(1, -1)),
        tint=Tint.PRODUCT,
        **shared,
    )
    return Flights(
        (
            Batch(f"{name}.weights", np.concatenate([grow, drop]), offsets, weights),
            Batch(f"{name}.products", collapse, offsets, products),
        ),
        landed + np.float32(leg),
    )


def lay_out(
    source: Stage, target: Stage, incoming: Floats, values: Floats, start: float, seconds: float
) -> Flights:
    """Every box of `source` flies to its place in the line, in order, and stays there.

    From then on it wears the hue of the map that it comes from.
    """
    count = len(target.centres)
    maps = source.shape[0]
    births = start + max(seconds - 3 * LEG, 0.0) * np.arange(count) / count
    made = boxes(
        count,
        start=source.centres,
        end=target.centres,
        birth=births,
        flight=3 * LEG,
        size=source.size,
        size_end=target.size,
        value=incoming.ravel(),
        value_end=values.ravel(),
        gain=gain(values),
        tint=Tint.RESULT + np.arange(count) * maps // count / maps,
        layer=target.index,
        cell=np.arange(count),
    )
    return Flights((), (births + 3 * LEG).astype(np.float32), Batch(target.shown, made))


def walk(target: Stage, start: float, seconds: float, seed: int) -> Floats:
    """(cells,) when each cell of a block has its turn: row by row, all channels of a place together,
    in an order that `seed` shuffles.
    """
    channels, rows, columns = target.shape
    order = np.random.default_rng(seed).permutation(channels)
    rank = np.empty((channels, rows * columns), np.float32)
    rank[order] = np.arange(rows * columns)[None, :] * channels + np.arange(channels)[:, None]
    return (start + seconds * rank.ravel() / rank.size).astype(np.float32)


def gain(values: Floats) -> float:
    """One over the largest magnitude: the strongest box of a stage is fully lit. 1 where all are zero."""
    top = float(np.abs(values).max(initial=0.0))
    return 1.0 / top if top > 0 else 1.0
