"""The text files of the original piece, and of its author's plain network before it.

`conv1Weight.txt` … : a line per output channel, `!` between input channels, `,` between rows, spaces
between columns. `mlp1Weight.txt` … : a line per output, spaces between inputs. `conv1Bias.txt`,
`mlp1Bias.txt` … : one number a line. Every convolution steps by two and is padded by half its kernel; ReLU
stands between all. (github.com/okdalto/conv_visualizer)

The plain one, 784 → 64 → 16 → 10, has `weight1.txt` … , a line per *input*, and `biases1.txt` … , one line,
with commas between and behind the numbers. (github.com/okdalto/VisualizeMNIST)
"""

import math
import re
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from common.errors import DataError, plain
from display_node.network import MAX_CELLS, MAX_LAYERS, Floats, Network, assemble
from display_node.tensors import MAX_FILE
from weights.described import fit
from weights.zoo import FLATTEN, RELU, Plan, Step

KINDS = {
    "conv": ("conv{}Weight.txt", "conv{}Bias.txt"),
    "mlp": ("mlp{}Weight.txt", "mlp{}Bias.txt"),
    "plain": ("weight{}.txt", "biases{}.txt"),
}
MAX_LINE = 1 << 20
"""Letters: more numbers than the widest layer that the wall shows takes in."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""As Java and C write it; Python would take `1_000` and `infinity` too."""


def read_folder(folder: Path, plan: Plan | None) -> Network:
    """The network in a folder of text files. Raises `DataError` that names file, line and value."""
    try:
        layers = _layers(folder)
        tensors: dict[str, Floats] = {}
        for name, (weight, bias) in layers.items():
            tensors |= {f"{name}.weight": weight, f"{name}.bias": bias}
        if plan is not None:
            return fit(tensors, plan)
        return _renamed(_originals_way(layers, tensors))
    except ValueError as error:
        raise DataError(f"{folder}: {plain(error)}") from None
    except OSError as error:
        raise DataError(f"cannot read {error.filename or folder}: {error.strerror}") from None


def _layers(folder: Path) -> dict[str, tuple[Floats, Floats]]:
    """By the names in the files: conv1 … and mlp1 …, or plain1 … ."""
    counts = {kind: _count(folder, *patterns) for kind, patterns in KINDS.items()}
    kinds = ["conv", "mlp"] if counts["conv"] or counts["mlp"] else ["plain"]
    if not any(counts.values()):
        raise ValueError("holds neither conv1Weight.txt … nor mlp1Weight.txt … nor weight1.txt …")
    wanted = [(kind, number) for kind in kinds for number in range(1, counts[kind] + 1)]
    paths = [folder / pattern.format(number) for kind, number in wanted for pattern in KINDS[kind]]
    size = sum(_size(path) for path in paths)
    if len(wanted) > MAX_LAYERS or size > MAX_FILE:
        raise ValueError(
            f"{len(wanted)} layers in {size} bytes of text; at most {MAX_LAYERS} in {MAX_FILE} can be shown"
        )
    layers = {}
    for kind, number in wanted:
        weight, bias = (folder / pattern.format(number) for pattern in KINDS[kind])
        weights = _read(weight, cube=kind == "conv")
        layers[f"{kind}{number}"] = weights.T if kind == "plain" else weights, _read(bias).reshape(-1)
    return layers


def _count(folder: Path, *patterns: str) -> int:
    """How many layers of a kind there are; a gap in the numbers is a missing file."""
    numbers = set()
    for pattern in patterns:
        form = re.compile(re.escape(pattern).replace(r"\{\}", r"([1-9]\d{0,8})"), re.ASCII)
        numbers |= {int(match[1]) for path in folder.iterdir() if (match := form.fullmatch(path.name))}
    missing = next(number for number in range(1, len(numbers) + 2) if number not in numbers)
    if missing <= len(numbers):
        raise ValueError(f"{patterns[0].format(missing)} is missing")
    return len(numbers)


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise ValueError(f"{path.name} is missing") from None
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"{path.name} is not a plain file")
    return found.st_size


def _read(path: Path, cube: bool = False) -> Floats:
    """(lines, numbers), or with `cube` (lines, channels, rows, columns)."""
    lines: list[Floats] = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            where = f"{path.name}, line {number}"
            if len(line) > MAX_LINE:
                raise ValueError(f"{where} is longer than {MAX_LINE} letters")
            if not line.strip():
                continue
            if len(lines) == MAX_CELLS:
                raise ValueError(f"{where}: the wall shows at most {MAX_CELLS} boxes a layer")
            read = _cube(line, where) if cube else _row(line.replace(",", " "), where)
            if lines and read.shape != lines[0].shape:
                raise ValueError(f"{where}: {_said(read)}, but {_said(lines[0])} in the lines before")
            lines.append(read)
    if not lines:
        raise ValueError(f"{path.name} is empty")
    return np.stack(lines)


def _cube(line: str, where: str) -> Floats:
    channels = [[_row(row, where) for row in channel.split(",")] for channel in line.split("!")]
    first = channels[0]
    for channel in channels:
        for row in channel:
            if len(channel) != len(first) or len(row) != len(first[0]):
                found, wanted = (f"{len(rows)} rows of {len(rows[0])}" for rows in (channel, first))
                raise ValueError(f"{where}: a channel of {found}, but the first is of {wanted}")
    return np.array(channels, np.float32)


def _row(text: str, where: str) -> Floats:
    values = []
    for word in text.split():
        if not NUMBER.fullmatch(word):
            raise ValueError(f"{where}: {word[:20]!r} is not a number")
        values.append(float(word))
    if not values:
        raise ValueError(f"{where}: a row without numbers")
    with np.errstate(over="ignore"):
        row = np.array(values, np.float32)
    if not np.isfinite(row).all():
        word = text.split()[int(np.argmin(np.isfinite(row)))]
        raise ValueError(f"{where}: {word[:20]} is more than 32 bits can hold")
    return row


def _said(line: Floats) -> str:
    return f"{line.size} numbers" if line.ndim == 1 else f"{' × '.join(map(str, line.shape))} numbers"


def _originals_way(layers: Mapping[str, tuple[Floats, Floats]], tensors: Mapping[str, Floats]) -> Network:
    """The chain that the original's code makes of its files; it reads 32×32, the plain one 28×28."""
    steps: list[Step] = []
    for name, (weight, _) in layers.items():
        if weight.ndim == 4:
            kernel = weight.shape[2]
            if kernel % 2 == 0:
                raise ValueError(f"{name}Weight.txt: a kernel of {kernel} × {kernel} has no middle")
            steps += [{"op": "conv2d", "name": name, "stride": 2, "padding": kernel // 2}, RELU]
            continue
        if FLATTEN not in steps:
            steps.append(FLATTEN)
        steps += [{"op": "linear", "name": name}, RELU]
    first = next(iter(layers.values()))[0]
    side = 32 if first.ndim == 4 else math.isqrt(first.shape[1])
    return assemble((1, side, side), steps[:-1], tensors)


def _renamed(network: Network) -> Network:
    """With the names that our own files have: fc1 for mlp1."""
    names = [re.sub("^(mlp|plain)", "fc", layer.name) for layer in network.layers]
    layers = [replace(layer, name=name) for layer, name in zip(network.layers, names, strict=True)]
    return replace(network, layers=tuple(layers))
