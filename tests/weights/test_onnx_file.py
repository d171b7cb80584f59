"""An ONNX file is the same network: another engine, which knows nothing of ours, gives the same sums."""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from common.errors import DataError, explain
from display_node.network import SHIPPED, Network, assemble, load
from weights import onnx_file
from weights.convert import main
from weights.files import save
from weights.module import module
from weights.zoo import PLANS


def made(name: str) -> Network:
    torch.manual_seed(5)
    plan = PLANS[name]
    return plan.network({key: tensor.numpy() for key, tensor in plan.untrained().state_dict().items()})


def sums(path: Path, pictures: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(["sums"], {"drawing": pictures})
    return np.asarray(found)


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("name", PLANS)
def test_onnxruntime_gives_torchs_sums(name: str, count: int, tmp_path: Path) -> None:
    network = made(name)
    onnx_file.save(network, tmp_path / "theirs.onnx")
    pictures = np.random.default_rng(1).random((count, *network.input), np.float32)
    ours = module(network)(torch.from_numpy(pictures)).numpy()
    assert sums(tmp_path / "theirs.onnx", pictures) == pytest.approx(ours, abs=1e-5)


def test_uneven_windows_are_torchs_too(tmp_path: Path) -> None:
    """Pools that overlap, leave an edge out, or stand twice in a row; padding on all sides."""
    random = np.random.default_rng(2)
    tensors = {
        "look.weight": random.normal(size=(3, 1, 5, 5)),
        "look.bias": random.normal(size=3),
        "say.weight": random.normal(size=(10, 48)),
        "say.bias": random.normal(size=10),
    }
    steps = [
        {"op": "conv2d", "name": "look", "stride": 2, "padding": 3},
        {"op": "max_pool2d", "kernel": 3, "stride": 2},
        {"op": "avg_pool2d", "kernel": 2, "stride": 2},
        {"op": "flatten"},
        {"op": "linear", "name": "say"},
    ]
    network = assemble((1, 32, 32), steps, tensors)
    onnx_file.save(network, tmp_path / "uneven.onnx")
    pictures = random.random((2, 1, 32, 32), np.float32)
    ours = module(network)(torch.from_numpy(pictures)).numpy()
    assert sums(tmp_path / "uneven.onnx", pictures) == pytest.approx(ours, abs=1e-5)


def test_the_shipped_network_reads_the_same_digits(tmp_path: Path) -> None:
    target = tmp_path / "wall.onnx"
    assert main([str(SHIPPED), str(target)]) == 0
    pictures = np.random.default_rng(3).random((20, 1, 32, 32), np.float32)
    ours = module(load(SHIPPED))(torch.from_numpy(pictures)).numpy()
    assert sums(target, pictures) == pytest.approx(ours, abs=1e-4)
    assert (sums(target, pictures).argmax(1) == ours.argmax(1)).all()


def test_it_says_what_goes_in_and_comes_out_and_what_may_be_said_of_it(tmp_path: Path) -> None:
    network = made("pooled")
    doubting = Network(network.input, network.layers, 1.25, 3.5)
    onnx_file.save(doubting, tmp_path / "a.onnx")
    onnx_file.save(doubting, tmp_path / "b.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    read = onnx.load(tmp_path / "a.onnx")
    (drawing,), (found,) = read.graph.input, read.graph.output
    assert [d.dim_param or d.dim_value for d in drawing.type.tensor_type.shape.dim] == ["N", 1, 28, 28]
    assert [d.dim_param or d.dim_value for d in found.type.tensor_type.shape.dim] == ["N", 10]
    properties = {entry.key: entry.value for entry in read.metadata_props}
    assert properties["temperature"] == "1.25"
    assert properties["threshold"] == "3.5"
    assert properties["format"] == "sandglass-network-1"
    assert json.loads(properties["architecture"]) == network.architecture()


def test_without_the_package_it_is_one_line_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    target = tmp_path / "wall.onnx"
    target.write_bytes(b"yesterday's")
    assert explain(lambda: main([str(SHIPPED), str(target)])) == 2
    assert "pip install '.[train]'" in capsys.readouterr().err
    assert target.read_bytes() == b"yesterday's"
    save(made("mlp"), tmp_path / "wall.safetensors")  # which does not need it


def test_where_it_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot write"):
        onnx_file.save(made("mlp"), tmp_path / "none" / "wall.onnx")
