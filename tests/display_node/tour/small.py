"""Two convolutions and ten sums, with as many maps as a test asks for: what it reads, and its tour."""

import numpy as np

from common.raster import framed, preview
from display_node.engines.scratch import Scratch
from display_node.exhibits.convolution import exhibit
from display_node.network import Network, assemble
from display_node.probe import Probe
from display_node.scene import Scene
from tests.display_node.drawn import three


def small(maps: int, *, relu: bool = True, bias: float = 0.1) -> Network:
    """`maps` in its first block, three in its second; `relu` behind both. Every bias is `bias`."""
    random = np.random.default_rng(maps)
    sides = {"first": (maps, 1, 3, 3), "second": (3, maps, 3, 3), "out": (10, 3 * 8 * 8)}
    tensors = {
        f"{name}.weight": random.normal(0, 0.5, shape).astype(np.float32) for name, shape in sides.items()
    }
    tensors |= {f"{name}.bias": np.full(shape[0], bias, np.float32) for name, shape in sides.items()}
    steps: list[dict[str, object]] = []
    for name in ("first", "second"):
        steps.append({"op": "conv2d", "name": name, "stride": 2, "padding": 1})
        steps += [{"op": "relu"}] if relu else []
    return assemble((1, 32, 32), [*steps, {"op": "flatten"}, {"op": "linear", "name": "out"}], tensors)


def read(network: Network) -> Probe:
    return Scratch(network).read(framed(three()), preview(three()))


def tour(network: Network) -> Scene:
    return exhibit.build(network, read(network), 1)
