"""How a pool is shown: each window's boxes come out into the gap and become one there, which flies on.

Of a largest one, the others shrink away; for an average, each is divided and all merge.
"""

import numpy as np

from display_node.flights import COVER, LEG, Flights, Floats, gain, walk
from display_node.scene import Batch, Boxes, Tint, boxes
from display_node.stages import GAP, Stage
from display_node.windows import kernel_offsets, middles, patches

FAN = GAP / 2
"""Units along z over which the channels' windows are spread in the gap, so that none hides in another."""
VANISHING = 0.02


def pool(source: Stage, target: Stage, incoming: Floats, start: float, seconds: float, seed: int) -> Flights:
    """Every window of `target.layer` on `source`, where `incoming` (channels, rows, columns) stands.

    Three legs. Batches: `.windows` with the source's numbers; then, of a max pool, `.losers` with the same
    numbers but for the winner's, of an average pool `.products` with each number's share of the average;
    then `.carried`, one box a cell, with the pool's result.
    """
    layer = target.layer
    assert layer is not None
    cells = len(target.centres)
    seen = windows(incoming, layer.kernel, layer.stride)
    offsets = kernel_offsets(source, layer.kernel, 1)
    births = walk(target, start, seconds, seed)
    chosen, sent = births + np.float32(LEG), births + np.float32(2 * LEG)
    home, gap = _places(source, target)
    size = np.array(source.size, np.float32) * COVER
    tint = Tint.DRAWING if source.index == 0 else Tint.RESULT

    def flights(birth: Floats, **fields: object) -> Boxes:
        told = {"flight": LEG, "size": size, "tint": tint, "gain": gain(incoming), "row": np.arange(cells)}
        told |= {"birth": birth, "death": birth + LEG, "layer": target.index, "cell": np.arange(cells)}
        return boxes(cells, **(told | fields))  # type: ignore[arg-type]

    come = Batch(f"{target.shown}.windows", flights(births, start=home, end=gap), offsets, seen)
    if layer.op == "avg_pool2d":
        shares = seen / np.float32(seen.shape[1])
        merge = flights(chosen, start=gap, spread_end=VANISHING)
        become = Batch(f"{target.shown}.products", merge, offsets, shares)
        result, whence = shares.sum(axis=1), gap
        hold = flights(chosen)[:0]
    else:
        winner = seen.argmax(axis=1)
        others = seen.copy()
        others[np.arange(cells), winner] = 0.0
        shrink = flights(chosen, start=gap, size=size * 0.95, size_end=size * VANISHING)
        become = Batch(f"{target.shown}.losers", shrink, offsets, others)
        result, whence = seen.max(axis=1), gap + offsets[winner]
        hold = flights(chosen, start=whence, row=-1.0, value=result, gain=gain(result))
    go = flights(
        sent,
        start=whence,
        end=target.centres,
        size_end=np.array(target.size, np.float32),
        row=-1.0,
        value=result,
        gain=gain(result),
    )
    carried = Batch(f"{target.shown}.carried", np.concatenate([hold, go]))
    return Flights((come, become, carried), sent + np.float32(LEG))


def windows(image: Floats, kernel: int, stride: int) -> Floats:
    """(channels × rows × columns, kernel²): what each cell of a pool chooses from."""
    channels = len(image)
    seen = patches(image, kernel, stride, 0)
    return seen.reshape(len(seen), channels, -1).transpose(1, 0, 2).reshape(len(seen) * channels, -1)


def _places(source: Stage, target: Stage) -> tuple[Floats, Floats]:
    """(cells, 3) each: where a cell's window is in the source, and where in the gap it becomes one."""
    channels, rows, columns = target.shape
    home = np.tile(middles(source, target), (channels, 1))
    gap = home.copy()
    layer = np.repeat(np.arange(channels), rows * columns) - (channels - 1) / 2
    home[:, 2] += layer * source.pitch[2]
    gap[:, 2] = source.high[2] + GAP / 2 + layer * min(source.pitch[2], FAN / channels)
    return home, gap
