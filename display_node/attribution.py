"""What the answer depended on: a number for every box, from the ten sums back to the visitor's own ink.

In the stages behind the drawing it is gradient × activation of the winner's sum: what a box would take from
that sum by going out, as far as the network is straight (K. Simonyan et al., Deep Inside Convolutional
Networks, 2013; A. Shrikumar et al., Not Just a Black Box, 2016). In the last hidden line these are the very
products that add up to the winner.

On the drawing that scatters over single pixels, so there it is asked directly: parts of the drawing are
covered, one at a time, and how much of its lead the winner loses is laid on the ink that was covered
(occlusion: M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014).
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from display_node import scratch
from display_node.engines.scratch import step
from display_node.network import Layer, Network
from display_node.probe import Probe
from display_node.scratch import Tensor, autograd
from display_node.stages import stages

COVER = 6
"""Pixels along the edge of what covers the drawing: twice a stroke's width, so that a stroke is broken."""
STRIDE = 2
"""Pixels from one place of the cover to the next. Ink is covered nine times, and gets the mean."""
AT_ONCE = 1 << 20
"""Numbers under the kernels of a layer, for all drawings read at once: 4 MB, so that they stay in a cache."""

Floats = npt.NDArray[np.float32]


def depended(network: Network, probe: Probe) -> Mapping[str, Floats]:
    """For each stage's `shown`, the input's first: an array of its activations' shape, ≥ 0, the largest 1.

    An array is all zero where nothing speaks for the answer: the input's, if there is no ink.
    """
    picture = probe.activations["input"]
    steps = [step(layer) for layer in network.layers]
    backwards = _gradients(network, steps, picture, probe.digit)
    found = {"input": _of_one(_covered(network, steps, picture, probe.digit))}
    for stage in stages(network)[1:]:
        found[stage.shown] = _of_one(backwards[stage.shown] * probe.activations[stage.shown])
    return found


def _gradients(
    network: Network, steps: list[Callable[[Tensor], Tensor]], picture: Floats, winner: int
) -> dict[str, Floats]:
    """By the layer's name: how the winner's sum answers to each of its outputs."""
    tensor = scratch.tensor(picture[None], requires_grad=True)
    outputs = []
    for run in steps:
        tensor = run(tensor)
        outputs.append(tensor)
    slopes = autograd.grad(tensor[0, winner], outputs)
    names = [layer.name for layer in network.layers]
    return {name: slope.numpy()[0] for name, slope in zip(names, slopes, strict=True)}


@scratch.inference_mode()
def _covered(
    network: Network, steps: list[Callable[[Tensor], Tensor]], picture: Floats, winner: int
) -> Floats:
    """(1, rows, columns) of the input: the mean lead lost by covering it, where there is ink."""
    places = _places(picture)
    lost, times = np.zeros_like(picture), np.zeros_like(picture)
    batch = max(1, AT_ONCE // max(map(_load, network.layers)))
    whole = _leads(steps, picture[None], winner)[0]
    for first in range(0, len(places), batch):
        some = places[first : first + batch]
        pictures = np.repeat(picture[None], len(some), axis=0)
        for covered, place in zip(pictures, some, strict=True):
            covered[place] = 0.0
        for lead, place in zip(_leads(steps, pictures, winner), some, strict=True):
            lost[place] += whole - lead
            times[place] += 1
    return np.where(picture > 0, lost / np.maximum(times, 1), 0)


def _places(picture: Floats) -> list[tuple[slice, slice, slice]]:
    """Where the cover meets ink. It starts outside, so that the margin is covered as often as the middle."""
    _, rows, columns = picture.shape
    first = STRIDE - COVER
    found = [
        (slice(None), slice(max(row, 0), row + COVER), slice(max(column, 0), column + COVER))
        for row in range(first, rows, STRIDE)
        for column in range(first, columns, STRIDE)
    ]
    return [place for place in found if picture[place].any()]


def _leads(steps: list[Callable[[Tensor], Tensor]], pictures: Floats, winner: int) -> Floats:
    """(n, 1, rows, columns) → (n,): by how much the winner's sum exceeds the largest of the others."""
    tensor = scratch.from_numpy(pictures)
    for run in steps:
        tensor = run(tensor)
    sums = tensor.numpy()
    return np.asarray(sums[:, winner] - np.delete(sums, winner, axis=1).max(axis=1))


def _load(layer: Layer) -> int:
    """Numbers that one drawing needs at that layer."""
    places = int(np.prod(layer.after[1:])) if len(layer.after) == 3 else 1
    return max(places * layer.looks_at, int(np.prod(layer.before)), int(np.prod(layer.after)))


def _of_one(values: Floats) -> Floats:
    """Its positive part, over the largest."""
    positive = np.maximum(values, 0.0)
    top = float(positive.max(initial=0.0))
    return np.asarray(positive / top if top > 0 else positive, np.float32)
