"""The static graph of a network: the shipped one belongs to the shipped weights, and one command makes it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from common.errors import DataError, explain
from display_node.engines.archive import digest, unzipped
from display_node.engines.static import OPERATIONS, Static
from display_node.network import SHIPPED, Network, load
from tests.display_node.engines.conftest import NETWORKS
from weights.convert import main
from weights.files import save
from weights.module import module
from weights.static import Flat, save_static

GRAPH = SHIPPED.with_suffix(".pt2")


def test_the_shipped_graph_belongs_to_the_shipped_weights() -> None:
    """If not: python -m weights.convert weights/sandglass.safetensors weights/sandglass.pt2"""
    Static(load(SHIPPED), GRAPH)
    assert GRAPH.stat().st_size < 1 << 20


def test_one_command_makes_it(tmp_path: Path, network: Network) -> None:
    source, target = tmp_path / "mine.safetensors", tmp_path / "mine.pt2"
    save(network, source)
    target.write_bytes(b"the graph of yesterday")
    assert explain(lambda: main([str(source), str(target)])) == 0
    Static(load(source), target)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["mine.pt2", "mine.safetensors"]


def test_it_is_the_same_file_each_time(tmp_path: Path, network: Network) -> None:
    for name in ("one.pt2", "two.pt2"):
        save_static(network, tmp_path / name)
    assert (tmp_path / "one.pt2").read_bytes() == (tmp_path / "two.pt2").read_bytes()


def test_the_digest_is_of_everything_that_a_graph_depends_on(network: Network) -> None:
    first, *rest = network.layers
    assert first.weight is not None
    nudged = replace(first, weight=np.nextafter(first.weight, np.float32(9)))
    others = [
        Network(network.input, (nudged, *rest)),
        Network(network.input, (replace(first, padding=0), *rest)),
        Network((1, 28, 28), network.layers),
    ]
    assert len({digest(network), *map(digest, others)}) == 4
    assert digest(replace(network, temperature=2.0, threshold=1.0)) == digest(network)


def test_it_cannot_be_written_where_nothing_can(tmp_path: Path, network: Network) -> None:
    with pytest.raises(DataError, match="cannot write"):
        save_static(network, tmp_path / "nowhere" / "mine.pt2")


def test_every_operation_of_the_list_is_needed(tmp_path: Path) -> None:
    """What no graph of ours calls would only be there for somebody else's."""
    called = set()
    for index, make in enumerate(NETWORKS.values()):
        save_static(make(), tmp_path / f"{index}.pt2")
        text = unzipped((tmp_path / f"{index}.pt2").read_bytes())["models/model.json"].decode()
        called |= {name for name in OPERATIONS if f'"{name}"' in text}
    assert called == set(OPERATIONS)


def test_before_it_is_exported_it_already_computes_what_torch_does(network: Network) -> None:
    picture = torch.rand(1, *network.input, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(Flat(network)(picture)[-1], module(network)(picture)[0], atol=1e-5, rtol=0)
