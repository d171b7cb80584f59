"""Tensors → the original's network → a file with the metadata that `display_node.network.load` reads."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import safetensors.numpy

from common.bitmap import SIDE
from common.errors import DataError
from display_node.model import ORIGINAL
from display_node.network import FORMAT, Floats, Network, assemble


def original(tensors: Mapping[str, Floats]) -> Network:
    """The original's layers with these tensors; raises `ValueError` where they do not fit."""
    return assemble((1, SIDE, SIDE), ORIGINAL, tensors)


def save(network: Network, path: Path) -> None:
    """Replace `path` in one step, so that a power cut leaves the old file or the new one."""
    tensors: dict[str, Floats] = {}
    for layer in network.layers:
        if layer.weight is not None and layer.bias is not None:
            tensors |= {f"{layer.name}.weight": layer.weight, f"{layer.name}.bias": layer.bias}
    metadata = {
        "format": FORMAT,
        "input": ",".join(str(side) for side in network.input),
        "architecture": json.dumps(network.architecture()),
        "temperature": repr(network.temperature),
    }
    if math.isfinite(network.threshold):
        metadata["threshold"] = repr(network.threshold)
    replace(path, safetensors.numpy.save(tensors, metadata))


def replace(path: Path, content: bytes) -> None:
    """Put `content` in place of `path`, all or nothing. Raises `DataError` if it cannot be written."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DataError(f"cannot write {path}: {error.strerror}") from None
