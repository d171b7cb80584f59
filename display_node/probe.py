"""What one reading of one drawing left behind. No torch: scenes are compiled from this."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from common.bitmap import BLANK, Bitmap
from display_node.doubt import evidence, softmax
from display_node.network import Network

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Probe:
    """`activations`: the output of every layer by the layer's name, in order, read-only float32,
    without a batch dimension; its first entry is `input` (1, 32, 32), its last `softmax` (10,).

    `canvas` is the picture as it was last seen on the visitor's canvas, unframed. `sure`: the network is
    sure that this is a digit at all.
    """

    bitmap: Bitmap
    activations: Mapping[str, Floats]
    canvas: Bitmap = BLANK
    sure: bool = True

    @property
    def probabilities(self) -> Floats:
        return self.activations["softmax"]

    @property
    def digit(self) -> int:
        return int(np.argmax(self.probabilities))


def finished(
    network: Network, bitmap: Bitmap, canvas: Bitmap, picture: Floats, outputs: Iterable[Floats]
) -> Probe:
    """The probe of what the layers put out, in order: any engine's, without a batch dimension.

    `picture` is `network.picture(bitmap)`. The arrays are kept, not copied: nobody may write to them after.
    """
    kept = {"input": _frozen(picture)}
    for layer, output in zip(network.layers, outputs, strict=True):
        kept[layer.name] = _frozen(output)
    sums = kept[network.layers[-1].name]
    kept["softmax"] = _frozen(softmax(sums, network.temperature))
    return Probe(bitmap, kept, canvas, bool(evidence(sums) >= network.threshold))


def _frozen(output: npt.NDArray[np.floating]) -> Floats:
    array = np.asarray(output, dtype=np.float32)
    array.flags.writeable = False
    return array


def asleep(network: Network) -> Probe:
    """What stands on the wall before the network can run: nothing but zeros."""
    shapes = {"input": network.input} | {layer.name: layer.after for layer in network.layers}
    shapes["softmax"] = (10,)
    return Probe(BLANK, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
