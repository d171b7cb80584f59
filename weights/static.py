"""A network → the static graph of one reading, beside its weights: what the engine `static` runs.

The graph is what `torch.export` makes of `Flat`: the same layers for exactly one picture. Once the sizes are
known, a convolution is one look-up, at places known beforehand, and one matrix product that brings the bias
along. Numbers lie channel by channel at each place, with one more place of zeros where the next layer looks
beyond the edge, so padding costs nothing either. For pictures this small it takes half the time of torch's
own convolution.

Convolution and ReLU stay two. `torch.export` joins nothing by itself, and oneDNN's operation that does,
`_convolution_pointwise`, loses the sum before the ReLU, which the wall shows. For one small picture it also
takes longer than torch's own two, even with weights packed beforehand: see `tests/bench/engines.py`.
"""

import io
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from common.errors import DataError
from display_node.engines import archive
from display_node.engines.static import OPERATIONS
from display_node.network import POOLS, Layer, Network
from weights.files import replace


class Flat(nn.Module):
    """(1, *network.input) → what each layer puts out: (places, channels) for maps, (numbers,) after them.

    Where the next window reaches beyond the edge, a last place of zeros follows the map's own.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.layers = network.layers
        self.edges = [_edge(network.layers[index:]) for index in range(len(network.layers) + 1)]
        self.register_buffer("nothing", torch.zeros(1))
        for index, layer in enumerate(network.layers):
            if layer.op == "conv2d" or layer.op in POOLS:
                self.register_buffer(f"places{index}", places(layer, self.edges[index + 1]))
            if layer.op == "conv2d":
                assert layer.weight is not None
                weight = torch.tensor(layer.weight).permute(2, 3, 1, 0)
                self.register_buffer(f"weight{index}", weight.reshape(-1, weight.shape[3]).contiguous())
                self.register_buffer(f"bias{index}", _biases(layer, self.edges[index + 1]))
            elif layer.op == "linear":
                self.register_buffer(f"weight{index}", torch.tensor(layer.weight))
                self.register_buffer(f"bias{index}", torch.tensor(layer.bias))

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        numbers = picture.view(-1)
        if self.edges[0]:
            numbers = torch.cat([numbers, self._held("nothing")])
        outputs = []
        for index, layer in enumerate(self.layers):
            numbers = self._step(index, layer, numbers)
            outputs.append(numbers)
        return tuple(outputs)

    def _step(self, index: int, layer: Layer, numbers: Tensor) -> Tensor:
        if layer.op == "relu":
            return torch.relu(numbers)
        if layer.op == "flatten":
            return numbers.t().reshape(-1)
        if layer.op == "linear":
            return torch.addmv(self._held(f"bias{index}"), self._held(f"weight{index}"), numbers)
        seen = torch.index_select(numbers, 0, self._held(f"places{index}"))
        if layer.op == "conv2d":
            bias, weight = self._held(f"bias{index}"), self._held(f"weight{index}")
            return torch.addmm(bias, seen.view(-1, len(weight)), weight)
        windows = seen.view(-1, layer.kernel**2, layer.before[0])
        return torch.amax(windows, 1) if layer.op == "max_pool2d" else torch.mean(windows, 1)

    def _held(self, name: str) -> Tensor:
        held: Tensor = self.get_buffer(name)
        return held


def places(layer: Layer, edge: bool) -> Tensor:
    """(windows × kernel²,) int64: the places that each window looks at; the one after the map's is zero.

    With `edge`, a last window sees only zeros, so that a pool's, too, is followed by a place of zeros.
    """
    _, high, wide = layer.before
    row, column, down, across = np.ogrid[: layer.after[1], : layer.after[2], : layer.kernel, : layer.kernel]
    y, x = row * layer.stride + down - layer.padding, column * layer.stride + across - layer.padding
    inside = (y >= 0) & (y < high) & (x >= 0) & (x < wide)
    seen = np.where(inside, y * wide + x, high * wide).ravel()
    beyond = np.full(edge * layer.kernel**2, high * wide)
    return torch.from_numpy(np.concatenate([seen, beyond]).astype(np.int64))


def _biases(layer: Layer, edge: bool) -> Tensor:
    """(windows, out): the bias at each place, none at the place of zeros."""
    assert layer.bias is not None
    rows = torch.tensor(layer.bias).repeat(layer.after[1] * layer.after[2], 1)
    return torch.cat([rows, torch.zeros(int(edge), rows.shape[1])])


def _edge(behind: tuple[Layer, ...]) -> bool:
    """Whether any of the layers behind looks at the place of zeros."""
    return any(layer.padding > 0 for layer in behind)


def save_static(network: Network, path: Path) -> None:
    """Replace `path`, a `.pt2`, in one step. Raises `DataError` if that cannot be."""
    program = torch.export.export(Flat(network).eval(), (torch.zeros(1, *network.input),))
    written = io.BytesIO()
    torch.export.save(program, written)
    records = archive.unzipped(written.getvalue()) | {archive.DIGEST: archive.digest(network)}
    try:
        replace(path, archive.packed(records, OPERATIONS))
    except ValueError as error:
        raise DataError(f"cannot write {path}: {error}") from None
