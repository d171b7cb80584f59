"""A network as plain numbers: its layers in order, each with its weights. No torch.

The file is safetensors. Its metadata says what the layers are, so that the wall can lay itself out
without the Python code that trained it:

    format        "sandglass-network-1"
    input         "1,32,32" or "1,28,28"             channels, height, width
    architecture  [{"op": "conv2d", "name": "conv1", "stride": 2, "padding": 1}, {"op": "relu"},
                   {"op": "max_pool2d", "kernel": 2, "stride": 2}, {"op": "flatten"}, …]
    temperature   "1.2"                              optional; see `doubt`
    threshold     "3.4"                              optional; see `doubt`

The layers are conv2d, relu, max_pool2d, avg_pool2d, flatten, linear; the names and rules are torch's.
Tensors are `NAME.weight` and `NAME.bias`, float32, with torch's shapes:
conv2d (out, in, kernel, kernel) + (out,), linear (out, in) + (out,).
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from common.bitmap import SIDE, Bitmap
from common.errors import DataError, plain
from display_node.tensors import read

FORMAT = "sandglass-network-1"
MAX_CELLS = 16_384
"""Boxes of one layer: their flights' numbers are rows of a texture, and no GL 3.3 driver takes fewer."""
MAX_NUMBERS = 16 << 20
"""Of four bytes each, in one scene, in main memory and again on the graphics card."""
NUMBERS_A_CELL = 128
"""What a box costs besides the numbers that fly to it: some flights, of 24 numbers each (`scene.BOX`)."""
MAX_LAYERS = 64
RESERVED = ("input", "softmax")
"""Names that a `Probe` gives to what stands before the first layer and behind the last."""
INPUTS = ((1, SIDE, SIDE), (1, 28, 28))
"""What a drawing can be shown to: our frame, or MNIST's own, which is ours without its margin."""
POOLS = ("max_pool2d", "avg_pool2d")
SHIPPED = Path(__file__).parent.parent / "weights" / "sandglass.safetensors"

Floats = npt.NDArray[np.float32]
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layer:
    """One step. `weight` and `bias` are None for a step without parameters; both are read-only.

    `kernel`, `stride` and `padding` are those of a convolution or a pool, in boxes, alike both ways.
    """

    op: str
    name: str
    before: Shape
    after: Shape
    weight: Floats | None = None
    bias: Floats | None = None
    kernel: int = 1
    stride: int = 1
    padding: int = 0

    @property
    def looks_at(self) -> int:
        """Numbers that become one of its outputs."""
        return self.kernel**2 if self.weight is None else self.weight[0].size


@dataclass(frozen=True, eq=False)
class Network:
    """`temperature` and `threshold` were chosen on data: see `doubt`. As they stand, nothing is doubted."""

    input: Shape
    layers: tuple[Layer, ...]
    temperature: float = 1.0
    threshold: float = -math.inf

    def picture(self, bitmap: Bitmap) -> Floats:
        """The framed drawing in 0…1, in this network's input shape."""
        margin = (SIDE - self.input[1]) // 2
        cut: Floats = bitmap.unit[margin : SIDE - margin, margin : SIDE - margin]
        return np.ascontiguousarray(cut).reshape(self.input)

    @property
    def parameters(self) -> int:
        arrays = [array for layer in self.layers for array in (layer.weight, layer.bias)]
        return sum(array.size for array in arrays if array is not None)

    def architecture(self) -> list[dict[str, Any]]:
        """What goes into the metadata."""
        steps: list[dict[str, Any]] = []
        for layer in self.layers:
            step: dict[str, Any] = {"op": layer.op}
            if layer.weight is not None:
                step["name"] = layer.name
            if layer.op == "conv2d":
                step |= {"stride": layer.stride, "padding": layer.padding}
            if layer.op in POOLS:
                step |= {"kernel": layer.kernel, "stride": layer.stride}
            steps.append(step)
        return steps


def load(path: Path) -> Network:
    """Read and check a weights file. Raises `DataError` in one line that names the file and the fault."""
    metadata, tensors = read(path)
    try:
        if metadata.get("format") != FORMAT:
            raise ValueError(f"its metadata lacks format = {FORMAT!r}: python -m weights.convert adds it")
        shape = tuple(int(n) for n in metadata["input"].split(","))
        network = assemble(shape, json.loads(metadata["architecture"]), tensors)
        temperature, threshold = _doubt(metadata)
        return replace(network, temperature=temperature, threshold=threshold)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise DataError(f"weights {path}: {plain(error)}") from None


def assemble(
    shape: Shape, architecture: Iterable[Mapping[str, Any]], tensors: Mapping[str, npt.NDArray[Any]]
) -> Network:
    """A network from its description and tensors; raises `ValueError` where they do not fit together."""
    if shape not in INPUTS:
        raise ValueError(f"its input is {shape}, but a drawing is {' or '.join(map(str, INPUTS))}")
    layers: list[Layer] = []
    at: Shape = shape
    numbers = 0
    for index, step in enumerate(architecture):
        layer = _layer(step, index, at, tensors)
        if np.prod(layer.after) > MAX_CELLS:
            raise ValueError(
                f"{layer.name} makes {np.prod(layer.after)} boxes; the wall shows {MAX_CELLS} a layer"
            )
        numbers += int(np.prod(layer.after)) * (layer.looks_at + NUMBERS_A_CELL)
        if numbers > MAX_NUMBERS or layer.looks_at > MAX_CELLS:
            raise ValueError(f"{layer.name}: too much to show, box by box, with what comes before it")
        if layer.name in (*RESERVED, *(other.name for other in layers)):
            raise ValueError(f"the name {layer.name!r} is taken; activations are told apart by name")
        layers.append(layer)
        if len(layers) > MAX_LAYERS:
            raise ValueError(f"more than {MAX_LAYERS} layers")
        at = layer.after
    if at != (10,):
        raise ValueError(f"it ends in {at}, not in ten digits")
    return Network(shape, tuple(layers))


def _layer(step: Mapping[str, Any], index: int, before: Shape, tensors: Mapping[str, Any]) -> Layer:
    op = step["op"]
    name = str(step.get("name", f"{op}{index}"))
    if op == "relu":
        return Layer(op, name, before, before)
    if op == "flatten":
        return Layer(op, name, before, (int(np.prod(before)),))
    if op == "linear":
        weight, bias = _parameters(tensors, name, 2)
        if len(before) != 1:
            raise ValueError(f"{name} wants one row of numbers, not {before}: put a flatten before it")
        _fits(name, (weight.shape[1],), before)
        return Layer(op, name, before, (weight.shape[0],), weight, bias)
    if op == "conv2d":
        weight, bias = _parameters(tensors, name, 4)
        _fits(name, (weight.shape[1],), before[:1])
        if weight.shape[2] != weight.shape[3]:
            raise ValueError(f"{name}: a kernel of {weight.shape[2:]} is not square")
        kernel, stride, padding = weight.shape[2], int(step.get("stride", 1)), int(step.get("padding", 0))
        sides = _slid(name, before, kernel, stride, padding)
        return Layer(op, name, before, (len(weight), *sides), weight, bias, kernel, stride, padding)
    if op in POOLS:
        if "kernel" not in step:
            raise ValueError(f'{name}: how large is its window? It needs a "kernel"')
        kernel = int(step["kernel"])
        stride = int(step.get("stride", kernel))
        if step.get("padding", 0):
            raise ValueError(f"{name}: a pool with padding {step['padding']} cannot be shown; 0 can")
        sides = _slid(name, before, kernel, stride, 0)
        return Layer(op, name, before, (before[0], *sides), None, None, kernel, stride)
    raise ValueError(f"unknown layer {op!r}; known: conv2d, relu, {', '.join(POOLS)}, flatten, linear")


def _slid(name: str, before: Shape, kernel: int, stride: int, padding: int) -> list[int]:
    """Rows and columns of places that a window has on `before`; rest at the far edge is left out.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html, under Shape.
    """
    if len(before) != 3 or not (1 <= kernel <= 64 and 1 <= stride <= 8 and 0 <= padding <= 8):
        raise ValueError(f"{name}: kernel {kernel}, stride {stride} and padding {padding} on {before}")
    sides = [(side + 2 * padding - kernel) // stride + 1 for side in before[1:]]
    if min(sides) < 1:
        raise ValueError(f"{name}: nothing is left of {before}")
    return sides


def _doubt(metadata: Mapping[str, str]) -> tuple[float, float]:
    """Temperature and threshold; without them, as in older files, nothing is doubted."""
    temperature = float(metadata.get("temperature", 1.0))
    threshold = float(metadata.get("threshold", -math.inf))
    if not 0.01 <= temperature <= 100.0:
        raise ValueError(f"a temperature of {temperature} is not between 0.01 and 100")
    if math.isnan(threshold) or threshold == math.inf:
        raise ValueError(f"a threshold of {threshold} doubts everything")
    return temperature, threshold


def _parameters(tensors: Mapping[str, Any], name: str, dimensions: int) -> tuple[Floats, Floats]:
    found = []
    for part, expected in (("weight", dimensions), ("bias", 1)):
        if f"{name}.{part}" not in tensors:
            raise ValueError(f"tensor {name}.{part} is missing")
        array = np.ascontiguousarray(tensors[f"{name}.{part}"], dtype=np.float32)
        if array.ndim != expected or not array.size:
            raise ValueError(f"{name}.{part} has shape {array.shape}, expected {expected} dimensions")
        if not np.isfinite(array).all():
            raise ValueError(f"{name}.{part} holds numbers that are not finite")
        array.flags.writeable = False
        found.append(array)
    if len(found[1]) != len(found[0]):
        raise ValueError(f"{name}: {len(found[0])} rows of weights but {len(found[1])} biases")
    return found[0], found[1]


def _fits(name: str, wanted: Shape, given: Shape) -> None:
    if wanted != given:
        raise ValueError(f"{name} wants {wanted} but gets {given}")
