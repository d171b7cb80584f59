"""Readers of tensors: safetensors, ours or bare, and PyTorch's files. Nothing in a file is ever run.

Each reader takes the file and, if the person said which, the `Plan` that its tensors are for; it gives a
checked `Network` or raises `DataError` in one line.
"""

import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from common.errors import DataError, plain
from display_node import tensors as safe
from display_node.network import FORMAT, MAX_LAYERS, Network, load
from display_node.tensors import MAX_FILE
from weights import pickles
from weights.described import fit
from weights.zoo import Plan

NESTED = ("state_dict", "model_state_dict", "model")
"""Keys under which a training's checkpoint keeps the tensors, beside the state of its optimiser."""

NORMS = (".running_mean", ".running_var", ".num_batches_tracked")
"""What a batch normalisation keeps."""
FOLD = "train without it, or fold it into the layer before, as weights/normed.py does"


def read_safetensors(path: Path, plan: Plan | None) -> Network:
    """Our own format, or bare tensors."""
    safe.check(path)
    try:
        # Through torch, which has the brain floats that numpy lacks.
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("format") == FORMAT:
                if plan is not None:
                    raise DataError(f"{path} says itself which network it is: leave --network out")
                return load(path)
            found = {name: file.get_tensor(name) for name in _counted(file.keys())}
    except (SafetensorError, OSError, AttributeError, TypeError) as error:
        raise DataError(f"{path} is not a whole safetensors file: {plain(error)}") from None
    return _network(path, found, plan)


def read_state_dict(path: Path, plan: Plan | None) -> Network:
    """What `torch.save(model.state_dict(), path)` wrote, alone or as a part of a checkpoint."""
    sifted = pickles.sifted(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong is said below, in one line
            found = torch.load(sifted, map_location="cpu", weights_only=True)
    except Exception:  # a broken or hostile pickle can make torch raise nearly anything
        raise DataError(f"{path} is broken, or holds more than tensors: it is not read further") from None
    for key in NESTED:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    if not isinstance(found, Mapping):
        raise DataError(f"{path} holds a {type(found).__name__}, not a state_dict")
    return _network(path, found, plan)


def _counted(names: Iterable[str]) -> list[str]:
    """In the order of the numbers in them: the file sorts by letters, so `10.weight` before `2.weight`."""
    return sorted(names, key=lambda name: [part.zfill(9) for part in re.split(r"(\d+)", name)])


def _network(path: Path, found: Mapping[Any, Any], plan: Plan | None) -> Network:
    try:
        if not found:
            raise ValueError("it holds no tensors")
        if len(found) > 2 * MAX_LAYERS:
            raise ValueError(f"it holds {len(found)} tensors; the wall shows at most {MAX_LAYERS} layers")
        tensors = {str(name): _real(str(name), tensor) for name, tensor in found.items()}
        claimed = sum(tensor.numel() for tensor in tensors.values())
        if claimed > MAX_FILE // 4:
            raise ValueError(f"it claims {claimed} numbers; a network for the wall has far fewer")
        arrays = {name: tensor.detach().to(torch.float32).numpy() for name, tensor in tensors.items()}
        return fit(arrays, plan)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: {plain(error, 500)}") from None


def _real(name: str, tensor: object) -> Tensor:
    """Raises `ValueError` for anything but plain real numbers in memory.

    A tensor may claim to be far larger than its file, by repeating one number: nothing is copied yet.
    """
    if name.endswith(NORMS):
        raise ValueError(f"{name} belongs to a normalisation, which the wall cannot show: {FOLD}")
    if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
        raise ValueError(f"{name} is not a tensor of real numbers")
    if tensor.layout is not torch.strided or tensor.device.type != "cpu":
        raise ValueError(f"{name} is not a plain tensor")
    return tensor
