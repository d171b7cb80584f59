"""Trained → folded → written → read: the same numbers all the way, the old file till the new is whole."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from common.errors import DataError
from display_node.network import Network, load
from weights.files import replace, save
from weights.module import module
from weights.normed import folded, trainable
from weights.zoo import ORIGINAL


def trained() -> nn.Sequential:
    """As after training: normalisations that do something, in evaluation mode."""
    torch.manual_seed(1)
    net = trainable()
    for part in net:
        if isinstance(part, nn.BatchNorm2d):
            for tensor, low, high in (
                (part.weight.data, 0.5, 2.0),
                (part.bias.data, -1.0, 1.0),
                (part.running_mean, -1.0, 1.0),
                (part.running_var, 0.1, 3.0),
            ):
                assert tensor is not None
                tensor.uniform_(low, high)
    return net.eval()


def test_folding_changes_no_output() -> None:
    net, images = trained(), torch.rand(16, 1, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(module(folded(net))(images), net(images), atol=1e-5, rtol=1e-5)


def test_what_is_exported_has_the_originals_shapes() -> None:
    network = folded(trained())
    assert network.parameters == 41_098
    wanted = [tuple(tensor.shape) for tensor in ORIGINAL.untrained().state_dict().values()]
    assert [tuple(tensor.shape) for tensor in module(network).state_dict().values()] == wanted


def test_a_file_gives_back_the_very_numbers(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "new.safetensors"
    save(network, path)
    again = load(path)
    assert again.architecture() == network.architecture()
    for old, new in zip(network.layers, again.layers, strict=True):
        assert (old.weight is None) == (new.weight is None)
        if old.weight is not None:
            np.testing.assert_array_equal(old.weight, new.weight)
            np.testing.assert_array_equal(old.bias, new.bias)
    assert [entry.name for entry in tmp_path.iterdir()] == ["new.safetensors"]


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_text("as it was")
    with pytest.raises(DataError, match="cannot write"):
        replace(tmp_path / "folder", b"new")
    with pytest.raises(DataError, match="cannot write"):
        replace(tmp_path / "missing" / "file", b"new")
    assert [entry.name for entry in tmp_path.rglob("*")] == ["folder", "kept"]
