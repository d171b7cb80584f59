"""Networks for engines: ours, the zoo's, and chains of any layers, all seeded."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from display_node.network import Network, assemble
from tests.display_node.chains import chain
from tests.display_node.drawn import planned, shipped
from weights.files import save
from weights.static import save_static
from weights.zoo import PLANS


def odd() -> Network:
    """What no plan has: overlapping pools that leave a rest, behind and before padded layers of odd sizes."""
    random = np.random.default_rng(7)
    steps: list[dict[str, Any]] = [
        {"op": "relu"},
        {"op": "avg_pool2d", "kernel": 3, "stride": 2},
        {"op": "conv2d", "name": "wide", "stride": 1, "padding": 2},
        {"op": "max_pool2d", "kernel": 3, "stride": 2},
        {"op": "conv2d", "name": "again", "stride": 3, "padding": 1},
        {"op": "avg_pool2d", "kernel": 2, "stride": 1},
        {"op": "flatten"},
        {"op": "flatten"},
        {"op": "linear", "name": "say"},
    ]
    shapes = {"wide": (3, 1, 4, 4), "again": (5, 3, 2, 2), "say": (10, 20)}
    tensors = {f"{name}.weight": random.standard_normal(shape) for name, shape in shapes.items()}
    tensors |= {f"{name}.bias": random.standard_normal(shape[0]) for name, shape in shapes.items()}
    return assemble((1, 32, 32), steps, tensors)


NETWORKS: dict[str, Callable[[], Network]] = {
    "shipped": shipped,
    "odd": odd,
    **{name: partial(planned, name) for name in PLANS},
    **{f"chain{seed}": partial(chain, seed) for seed in range(24)},
}


@pytest.fixture(scope="session", params=NETWORKS)
def beside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, Path]:
    """A network, and its weights with the static graph beside them."""
    path = tmp_path_factory.mktemp("networks") / f"{request.param}.safetensors"
    network = NETWORKS[request.param]()
    save(network, path)
    save_static(network, path.with_suffix(".pt2"))
    return network, path
