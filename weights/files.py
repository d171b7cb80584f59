"""A network → a file with the metadata that `display_node.network.load` reads."""

import contextlib
import json
import math
import os
from pathlib import Path

import safetensors.numpy

from common.errors import DataError
from display_node.network import FORMAT, Floats, Network


def save(network: Network, path: Path) -> None:
    """Replace `path` in one step, so that a power cut leaves the old file or the new one."""
    tensors: dict[str, Floats] = {}
    for layer in network.layers:
        if layer.weight is not None and layer.bias is not None:
            tensors |= {f"{layer.name}.weight": layer.weight, f"{layer.name}.bias": layer.bias}
    replace(path, safetensors.numpy.save(tensors, metadata(network)))


def metadata(network: Network) -> dict[str, str]:
    """What a file says of the network besides its numbers: see `display_node.network`."""
    said = {
        "format": FORMAT,
        "input": ",".join(str(side) for side in network.input),
        "architecture": json.dumps(network.architecture()),
        "temperature": repr(network.temperature),
    }
    if math.isfinite(network.threshold):
        said["threshold"] = repr(network.threshold)
    return said


def replace(path: Path, content: bytes) -> None:
    """Put `content` in place of `path`, all or nothing. Raises `DataError` if it cannot be written."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # a name too long for a file is too long to be removed
            partial.unlink(missing_ok=True)
        raise DataError(f"cannot write {path}: {error.strerror}") from None
