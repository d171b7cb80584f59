"""`python -m weights.convert SRC DST`: other people's weights of the original → a file that the wall reads.

One reader per file suffix (`READERS`); each gives a checked `Network` or raises `DataError` in one line.
Nothing in a file is ever run: a PyTorch file is read with `weights_only`, which knows tensors and plain
containers only.
"""

import argparse
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from common.errors import DataError, explain
from display_node.network import FORMAT, Floats, Network, load
from display_node.tensors import MAX_FILE
from weights.files import save
from weights.zoo import ORIGINAL


def read_safetensors(path: Path) -> Network:
    """Our own format, or bare tensors named as the original names them."""
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("format") == FORMAT:
                return load(path)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise DataError(f"{path} is not a whole safetensors file: {error}") from None
    return _original(path, tensors)


def read_state_dict(path: Path) -> Network:
    """What `torch.save(model.state_dict(), path)` wrote."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_FILE:
                raise DataError(f"{path} unpacks to more than {MAX_FILE} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong is said below, in one line
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # a broken or hostile pickle can make torch raise nearly anything
        raise DataError(f"{path} is broken, or holds more than tensors: it is not read further") from None
    if not isinstance(tensors, Mapping):
        raise DataError(f"{path} holds a {type(tensors).__name__}, not a state_dict")
    return _original(path, tensors)


READERS: dict[str, Callable[[Path], Network]] = {
    ".safetensors": read_safetensors,
    ".pt": read_state_dict,
    ".pth": read_state_dict,
}


def read(path: Path) -> Network:
    """Any file that a reader knows. Raises `DataError`."""
    if path.suffix not in READERS:
        raise DataError(f"{path}: its suffix must be one of {', '.join(READERS)}")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    if size > MAX_FILE:
        raise DataError(f"{path} has {size} bytes; a network for the wall has at most {MAX_FILE}")
    return READERS[path.suffix](path)


def _original(path: Path, tensors: Mapping[str, Tensor]) -> Network:
    """The original's layers with these tensors; one that it has no place for is refused, not dropped."""
    names = {
        f"{step['name']}.{part}" for step in ORIGINAL.steps if "name" in step for part in ("weight", "bias")
    }
    strange = sorted(str(name)[:40] for name in tensors if name not in names)
    if strange:
        raise DataError(f"{path} has tensors that the original has no place for: {', '.join(strange[:4])}")
    try:
        return ORIGINAL.network({name: _array(name, tensor) for name, tensor in tensors.items()})
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


def _array(name: str, tensor: object) -> Floats:
    """Raises `ValueError` for anything but plain real numbers in memory, at most as many as a file can hold.

    A tensor may claim to be far larger than its file, by repeating one number.
    """
    if not isinstance(tensor, Tensor) or not tensor.is_floating_point() or tensor.numel() > MAX_FILE // 4:
        raise ValueError(f"{name} is not a tensor of real numbers that could be shown")
    if tensor.layout is not torch.strided or tensor.device.type != "cpu":
        raise ValueError(f"{name} is not a plain tensor")
    array: Floats = tensor.detach().to(torch.float32).numpy()
    return array


def main(argv: list[str] | None = None) -> int:
    about = "Make a file that the wall reads of weights of the original's network."
    parser = argparse.ArgumentParser(prog="python -m weights.convert", description=about)
    parser.add_argument("source", type=Path, metavar="SRC", help=f"weights to read: {', '.join(READERS)}")
    parser.add_argument("target", type=Path, metavar="DST", help="weights to write: .safetensors")
    options = parser.parse_args(argv)
    if options.target.suffix != ".safetensors":
        raise DataError(f"{options.target}: only .safetensors can be written")
    network = read(options.source)
    save(network, options.target)
    print(f"{options.target}: {network.parameters} parameters in {len(network.layers)} layers")
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
