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


def weigh(source: Stage, target: Stage, incoming: Floats, start: float, seconds: float) -> Flights:
    """Row after row of weights grows above the line, drops onto it and collapses into one box.

    Where the line is a picture, a row of weights is one too, and comes from the front: the first ones
    with time to be looked at, then more and more of them at once.
    """
    layer = target.layer
    assert layer is not None
    assert layer.weight is not None
    count = len(layer.weight)
    leg, pace, way = (LEG, 1.0, (0.0, LIFT + source.height, 0.0))
    if source.upright:
        leg, pace, way = SLOW_LEG, PACE, (0.0, 0.0, FAR / 2)
    room = seconds - 3 * (leg - LEG)
    births = (start + room * (np.arange(count) / count) ** pace).astype(np.float32)
    offsets = source.centres - source.centres.mean(axis=0)
    line = source.centres.mean(axis=0) + np.zeros((count, 3), np.float32)
    above = line + np.array(way, np.float32)
    size = np.array(source.size, np.float32) * COVER
    each = np.arange(count)
    shared: dict[str, Any] = {"flight": leg, "layer": target.index, "cell": each, "row": each}
    weight = {**shared, "tint": Tint.WEIGHT, "gain": gain(layer.weight)}
    grown, landed = births + np.float32(leg), births + np.float32(2 * leg)
    grow = boxes(count, start=above, birth=births, death=grown, size=size * 0.01, size_end=size, **weight)
    drop = boxes(count, start=above, end=line, birth=grown, death=landed, size=size, **weight)
    products = layer.weight * incoming.reshape(1, -1)
    collapse = boxes(
        count,
        start=line,
        end=target.centres,
        birth=landed,
        death=landed + leg,
        size=size,
        spread_end=0.02,
        gain=gain(products),
        tint=Tint.PRODUCT,
        **shared,
    )
    return Flights(
        (
            Batch(f"{target.shown}.weights", np.concatenate([grow, drop]), offsets, layer.weight.copy()),
            Batch(f"{target.shown}.products", collapse, offsets, products),
        ),
        landed + np.float32(leg),
    )


def lay_out(
    source: Stage, target: Stage, incoming: Floats, values: Floats, start: float, seconds: float
) -> Flights:
    """Every box of `source` flies to its place in the line, in order, and stays there."""
    count = len(target.centres)
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
        tint=Tint.RESULT,
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


def middles(source: Stage, target: Stage) -> Floats:
    """(rows × columns, 3) the middle of what each place of `target` has looked at, in `source`."""
    layer = target.layer
    assert layer is not None
    _, rows, columns = target.shape
    y, x = np.divmod(np.arange(rows * columns), columns)
    reach = (layer.kernel - 1) / 2 - layer.padding
    places = np.empty((rows * columns, 3), np.float32)
    places[:, 0] = (layer.stride * x + reach - (source.shape[2] - 1) / 2) * source.pitch[0]
    places[:, 1] = ((source.shape[1] - 1) / 2 - layer.stride * y - reach) * source.pitch[1]
    places[:, 2] = (source.low[2] + source.high[2]) / 2
    return places


def patches(image: Floats, kernel: int, stride: int, padding: int) -> Floats:
    """(rows × columns, channels × kernel²) of what each place of the kernel covers, zero outside."""
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    places = view[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)
    return places.reshape(places.shape[0] * places.shape[1], -1)


def gain(values: Floats) -> float:
    """One over the largest magnitude: the strongest box of a stage is fully lit. 1 where all are zero."""
    top = float(np.abs(values).max(initial=0.0))
    return 1.0 / top if top > 0 else 1.0


def kernel_offsets(source: Stage, kernel: int, depth: int) -> Floats:
    """(depth × kernel², 3): a window's boxes around its middle, in the order of a flattened weight."""
    steps = np.arange(kernel) - (kernel - 1) / 2
    channels = np.arange(depth) - (depth - 1) / 2
    c, y, x = np.meshgrid(channels, steps, steps, indexing="ij")
    offsets = np.stack([x * source.pitch[0], -y * source.pitch[1], c * source.pitch[2]], axis=-1)
    return offsets.reshape(-1, 3).astype(np.float32)
