"""Networks, drawings and probes that several tests share. Small, seeded, and without any data set."""

from functools import cache

import numpy as np
import torch

from common.raster import framed, preview
from common.strokes import Drawing
from display_node.engines.eager import Eager
from display_node.network import SHIPPED, Network, load
from display_node.probe import Probe
from weights.zoo import PLANS


def three() -> Drawing:
    """A drawn 3: two arcs."""
    upper, lower = np.linspace(-2.4, 1.6, 25), np.linspace(-1.5, 2.5, 30)
    arcs = [
        np.stack([500 + 170 * np.cos(upper), 330 + 150 * np.sin(upper)], axis=1),
        np.stack([500 + 200 * np.cos(lower), 650 + 190 * np.sin(lower)], axis=1),
    ]
    return Drawing((np.concatenate(arcs),), (1000.0, 1000.0), 3)


@cache
def shipped() -> Network:
    return load(SHIPPED)


@cache
def engine() -> Eager:
    return Eager(shipped())


@cache
def probe() -> Probe:
    return engine().read(framed(three()), preview(three()))


@cache
def planned(name: str) -> Network:
    """A network of the zoo as it is before training: the same weights whenever it is asked for."""
    with torch.random.fork_rng():
        torch.manual_seed(11)
        tensors = PLANS[name].untrained().state_dict()
    return PLANS[name].network({key: tensor.numpy() for key, tensor in tensors.items()})


@cache
def planned_probe(name: str) -> Probe:
    return Eager(planned(name)).read(framed(three()), preview(three()))
