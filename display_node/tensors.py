"""The tensors of a safetensors file, read with suspicion: it may be anything that someone was given."""

import os
import stat
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import SafetensorError, safe_open

from common.errors import DataError, plain

MAX_FILE = 64 << 20
"""Bytes. A network that a wall can show box by box is far smaller."""
MAX_HEADER = 1 << 20
"""Bytes. The library would take a header of 100 MB and make objects of all of it; ours has two thousand."""


def read(path: Path) -> tuple[dict[str, str], dict[str, npt.NDArray[Any]]]:
    """Metadata and tensors by name. Raises `DataError` in one line that names the file and the fault."""
    check(path)
    try:
        with safe_open(path, framework="numpy") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise DataError(f"cannot read the weights {path}: {error.strerror or plain(error)}") from None
    except (SafetensorError, ValueError) as error:  # numpy has no shapes of 65 dimensions or 2^62 cells
        raise DataError(f"{path} is not a whole safetensors file: {plain(error)}") from None
    except (AttributeError, TypeError) as error:  # numpy has no 8- or 16-bit brain floats
        fault = f"numbers of an unknown kind ({plain(error)})"
        raise DataError(f"{path} holds {fault}; see weights.convert") from None


def check(path: Path) -> None:
    """Raise `DataError` for what must not even be opened by the library."""
    size = size_of(path)
    try:
        with path.open("rb") as file:
            claimed = int.from_bytes(file.read(8), "little")
    except OSError as error:
        raise DataError(f"cannot read the weights {path}: {error.strerror}") from None
    if size >= 8 and claimed > min(MAX_HEADER, size - 8):
        if path.suffix != ".safetensors":
            raise DataError(f"{path} is no safetensors file; python -m weights.convert makes one of others")
        raise DataError(
            f"{path} is not a whole safetensors file: it claims a header of {claimed} bytes,"
            f" {min(MAX_HEADER, size - 8)} at most"
        )


def size_of(path: Path) -> int:
    """Bytes of a plain file of bearable size; a pipe or a device would be waited on, or never end."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise DataError(f"no weights at {path}: python -m weights.train makes some") from None
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read the weights {path}: {plain(error)}") from None
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"cannot read the weights {path}: it is not a plain file")
    if found.st_size > MAX_FILE:
        raise DataError(f"{path} has {found.st_size} bytes; a network for the wall has at most {MAX_FILE}")
    return found.st_size
