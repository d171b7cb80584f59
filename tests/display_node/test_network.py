"""A weights file: what it says is checked before anything is laid out by it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from hypothesis.strategies import floats

from common.bitmap import Bitmap
from common.errors import DataError
from display_node.doubt import evidence, softmax
from display_node.network import FORMAT, MAX_LAYERS, SHIPPED, Network, load
from display_node.tensors import MAX_FILE

Tensors = dict[str, np.ndarray]


def tensors(network: Network) -> Tensors:
    found: Tensors = {}
    for layer in network.layers:
        if layer.weight is not None and layer.bias is not None:
            found |= {f"{layer.name}.weight": layer.weight.copy(), f"{layer.name}.bias": layer.bias.copy()}
    return found


def write(path: Path, held: Tensors, architecture: object, metadata: Mapping[str, str] = {}) -> Path:
    texts = {"format": FORMAT, "input": "1,32,32", "architecture": json.dumps(architecture)} | dict(metadata)
    safetensors.numpy.save_file(held, path, texts)
    return path


@pytest.fixture
def shipped() -> Network:
    return load(SHIPPED)


def test_what_ships_is_the_originals_network(shipped: Network) -> None:
    assert shipped.parameters == 41_098
    assert [layer.after for layer in shipped.layers if layer.weight is not None] == [
        (16, 16, 16),
        (32, 8, 8),
        (32, 4, 4),
        (32, 2, 2),
        (128,),
        (10,),
    ]
    for layer in shipped.layers:
        assert layer.weight is None or not layer.weight.flags.writeable


def test_another_network_of_these_layers_is_read(tmp_path: Path) -> None:
    held = {
        "look.weight": np.ones((2, 1, 4, 4), np.float64),
        "look.bias": np.zeros(2, np.float32),
        "say.weight": np.ones((10, 128), np.float32),
        "say.bias": np.zeros(10, np.float32),
    }
    architecture = [
        {"op": "conv2d", "name": "look", "stride": 4},
        {"op": "relu"},
        {"op": "flatten"},
        {"op": "linear", "name": "say"},
    ]
    network = load(write(tmp_path / "small.safetensors", held, architecture))
    assert [(layer.name, layer.after) for layer in network.layers] == [
        ("look", (2, 8, 8)),
        ("relu1", (2, 8, 8)),
        ("flatten2", (128,)),
        ("say", (10,)),
    ]
    assert network.layers[0].weight is not None
    assert network.layers[0].weight.dtype == np.float32


def spoilt(path: Path, network: Network, how: str) -> Path:
    held, architecture, metadata = tensors(network), network.architecture(), {}
    first: dict[str, Any] = architecture[0]
    if how == "NaN":
        held["fc1.weight"][3, 4] = np.nan
    elif how == "infinity":
        held["fc2.bias"][0] = -np.inf
    elif how == "missing":
        del held["conv2.bias"]
    elif how == "shape":
        held["fc1.weight"] = held["fc1.weight"][:, :-1].copy()
    elif how == "biases":
        held["fc2.bias"] = held["fc2.bias"][:-1].copy()
    elif how == "oblong":
        held["conv1.weight"] = held["conv1.weight"][:, :, :2].copy()
    elif how == "hollow":
        held["conv1.weight"] = np.zeros((0, 1, 3, 3), np.float32)
    elif how == "letters":
        first["stride"] = "two"
    elif how == "stride":
        first["stride"] = 0
    elif how == "infinite stride":
        first["stride"] = 1e999
    elif how == "padding":
        first["padding"] = 1000
    elif how == "unknown":
        architecture[1] = {"op": "lstm"}
    elif how == "no op":
        architecture[1] = {}
    elif how == "five digits":
        architecture.pop()
    elif how == "twice":
        architecture[7:7] = [{"op": "relu", "name": "conv1"}]
    elif how == "reserved":
        architecture[1] = {"op": "relu", "name": "softmax"}
    elif how == "long":
        architecture += [{"op": "relu"}] * MAX_LAYERS
    elif how == "too many boxes":
        held["conv1.weight"] = np.repeat(held["conv1.weight"], 2, 0)
        held["conv1.bias"] = np.repeat(held["conv1.bias"], 2)
        first["stride"] = 1
    elif how == "colour":
        held["conv1.weight"] = np.repeat(held["conv1.weight"], 3, 1)
        metadata = {"input": "3,32,32"}
    elif how == "27":
        metadata = {"input": "1,27,27"}
    elif how == "pool":
        architecture[1:1] = [{"op": "max_pool2d", "kernel": 20, "stride": 2}]
    elif how == "padded pool":
        architecture[1:1] = [{"op": "avg_pool2d", "kernel": 2, "padding": 1}]
    elif how == "bare pool":
        architecture[1:1] = [{"op": "max_pool2d"}]
    elif how == "cold":
        metadata = {"temperature": "0"}
    elif how == "doubtful":
        metadata = {"threshold": "nan"}
    elif how == "huge input":
        metadata = {"input": "1,99999999,99999999"}
    elif how == "input":
        metadata = {"input": "a lot"}
    elif how == "format":
        metadata = {"format": "other"}
    elif how == "text":
        metadata = {"architecture": "not JSON"}
    elif how == "nested":
        metadata = {"architecture": "[" * 100_000}
    else:
        metadata = {"architecture": how}
    return write(path, held, architecture, metadata)


SPOILT = {
    "NaN": "fc1.weight holds numbers that are not finite",
    "infinity": "fc2.bias holds numbers that are not finite",
    "missing": "tensor conv2.bias is missing",
    "shape": "fc1 wants (127,) but gets (128,)",
    "biases": "fc2: 10 rows of weights but 9 biases",
    "oblong": "not square",
    "hollow": "conv1.weight has shape (0, 1, 3, 3)",
    "letters": "two",
    "stride": "stride 0",
    "infinite stride": "infinity",
    "padding": "padding 1000",
    "unknown": "unknown layer 'lstm'",
    "no op": "op",
    "five digits": "it ends in (128,), not in ten digits",
    "twice": "the name 'conv1' is taken",
    "reserved": "the name 'softmax' is taken",
    "long": f"more than {MAX_LAYERS} layers",
    "too many boxes": "conv1 makes 32768 boxes",
    "colour": "its input is (3, 32, 32)",
    "27": "its input is (1, 27, 27)",
    "pool": "nothing is left of (16, 16, 16)",
    "padded pool": "a pool with padding 1 cannot be shown",
    "bare pool": "kernel",
    "cold": "a temperature of 0.0 is not between",
    "doubtful": "a threshold of nan doubts everything",
    "huge input": "its input is",
    "input": "a lot",
    "format": "its metadata lacks format",
    "text": "Expecting value",
    "nested": "recursion",
    "7": "not iterable",
    "[7]": "not subscriptable",
    "{}": "it ends in (1, 32, 32)",
}


@pytest.mark.parametrize(("how", "named"), SPOILT.items(), ids=SPOILT.keys())
def test_the_fault_is_named(how: str, named: str, shipped: Network, tmp_path: Path) -> None:
    path = spoilt(tmp_path / "spoilt.safetensors", shipped, how)
    with pytest.raises(DataError) as caught:
        load(path)
    assert named in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("kept", [0, 7, 8, 100, 2000, -1])
def test_a_truncated_file_is_named(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(SHIPPED.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"cut\.safetensors"):
        load(path)


def test_what_is_no_such_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no weights at"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(DataError, match="cannot read the weights"):
        load(tmp_path)
    large = tmp_path / "large.safetensors"
    with large.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(DataError, match="at most"):
        load(large)


def test_pools_and_a_smaller_input_are_read(tmp_path: Path) -> None:
    held = {"say.weight": np.ones((10, 196), np.float32), "say.bias": np.zeros(10, np.float32)}
    architecture = [{"op": "avg_pool2d", "kernel": 2}, {"op": "flatten"}, {"op": "linear", "name": "say"}]
    doubt = {"input": "1,28,28", "temperature": "1.5", "threshold": "2.5"}
    network = load(write(tmp_path / "small.safetensors", held, architecture, doubt))
    assert [layer.after for layer in network.layers] == [(1, 14, 14), (196,), (10,)]
    assert (network.temperature, network.threshold) == (1.5, 2.5)
    assert network.architecture()[0] == {"op": "avg_pool2d", "kernel": 2, "stride": 2}


def test_the_smaller_input_is_our_frame_without_its_margin(tmp_path: Path) -> None:
    held = {"say.weight": np.ones((10, 784), np.float32), "say.bias": np.zeros(10, np.float32)}
    architecture = [{"op": "flatten"}, {"op": "linear", "name": "say"}]
    network = load(write(tmp_path / "mlp.safetensors", held, architecture, {"input": "1,28,28"}))
    pixels = np.arange(32 * 32, dtype=np.float32).reshape(32, 32) / 1023
    picture = network.picture(Bitmap.of(pixels))
    assert picture.shape == (1, 28, 28)
    assert picture[0] == pytest.approx(pixels[2:30, 2:30], abs=1 / 255)


@settings(max_examples=30)
@given(arrays(np.float32, 10, elements=floats(-80, 80, width=32)), floats(0.1, 10))
def test_shares_and_evidence_are_torchs(sums: np.ndarray, temperature: float) -> None:
    tensor = torch.from_numpy(sums)
    assert softmax(sums, temperature) == pytest.approx(
        torch.softmax(tensor / temperature, 0).numpy(), abs=1e-5
    )
    assert float(evidence(sums)) == pytest.approx(float(torch.logsumexp(tensor, 0)), abs=1e-4)
