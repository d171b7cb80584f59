"""A graph that was exported beforehand, for exactly one picture: see `weights/static.py`, which writes it.

Nothing of the network's Python code is needed to run it, and nothing in the file is run but operations out of
the list below: see `archive`. They are called through torch's own Python functions, which take a third less
time than the same operations called as `torch.ops`.
"""

import io
import logging
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram

from common.bitmap import BLANK, Bitmap
from common.errors import DataError
from display_node.engines import archive
from display_node.network import Network
from display_node.probe import Probe, finished

OPERATIONS: dict[str, Any] = {
    "torch.ops.aten.addmm.default": torch.addmm,
    "torch.ops.aten.addmv.default": torch.addmv,
    "torch.ops.aten.amax.default": torch.amax,
    "torch.ops.aten.cat.default": torch.cat,
    "torch.ops.aten.index_select.default": torch.index_select,
    "torch.ops.aten.mean.dim": torch.mean,
    "torch.ops.aten.relu.default": torch.relu,
    "torch.ops.aten.reshape.default": torch.reshape,
    "torch.ops.aten.t.default": torch.t,
    "torch.ops.aten.view.default": torch.Tensor.view,
}
"""All that a graph may call, and how it is called here."""
MAX_NUMBERS = 16 << 20
"""Of any tensor on the way: as many as fly in the largest scene that a wall shows."""
MAX_TOTAL = 4 * MAX_NUMBERS
"""Of all of them together, for all may be kept; views count again."""


class Static:
    """On one thread, as `Eager`."""

    def __init__(self, network: Network, path: Path) -> None:
        torch.set_num_threads(1)
        self._network = network
        self._shapes = [(math.prod(layer.after[1:]), layer.after) for layer in network.layers]
        content = archive.read(path, network, OPERATIONS)
        try:
            program = _loaded(content)
            held = program.state_dict
            self._held = [held[name] for name in program.graph_signature.inputs_to_buffers.values()]
            graph = program.graph_module
            for node in graph.graph.nodes:
                if node.op == "call_function":
                    node.target = OPERATIONS[f"torch.ops.{node.target}"]
            graph.recompile()
            given = torch.empty(1, *network.input)
            _Bounded(graph).run(*(tensor.to("meta") for tensor in (*self._held, given)))
            self._run = graph.forward
            shapes = [array.shape for array in self.read(BLANK).activations.values()]
            if shapes[1:-1] != [layer.after for layer in network.layers]:
                raise ValueError("its layers are not the network's")
        except Exception as error:  # what is wrong in a graph can make torch raise nearly anything
            brief = archive.brief(error)
            raise DataError(f"{path} cannot be run ({brief}): {archive.cure(path)}") from None

    @torch.inference_mode()
    def read(self, bitmap: Bitmap, canvas: Bitmap = BLANK) -> Probe:
        picture = self._network.picture(bitmap)
        found = self._run(*self._held, torch.from_numpy(picture[None]))
        # Maps come place by place, channels side by side; whoever looks at them wants channel by channel.
        outputs = [
            tensor.numpy()[:places].T.reshape(shape) if len(shape) == 3 else tensor.numpy()
            for (places, shape), tensor in zip(self._shapes, found, strict=True)
        ]
        return finished(self._network, bitmap, canvas, picture, outputs)


class _Bounded(fx.Interpreter):
    """Goes through a graph with sizes alone: what would fill the memory is refused before it does."""

    total = 0

    def run_node(self, n: fx.Node) -> Any:
        found = super().run_node(n)
        if isinstance(found, Tensor):
            self.total += found.numel()
            if found.numel() > MAX_NUMBERS or self.total > MAX_TOTAL:
                raise ValueError(f"{n.name} has {found.numel()} numbers, {self.total} with what comes before")
        return found


def _loaded(content: bytes) -> ExportedProgram:
    """Torch logs a traceback before it raises; what is wrong is said in one line instead."""
    log = logging.getLogger("torch.export")
    before, log.disabled = log.disabled, True
    try:
        return torch.export.load(io.BytesIO(content))
    except RuntimeError:
        raise ValueError(f"torch {torch.__version__} does not understand it") from None
    finally:
        log.disabled = before
