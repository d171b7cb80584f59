"""A network → ONNX, the format that most engines read.

Input `drawing` (N, channels, height, width) float32 in 0…1, output `sums` (N, 10): what `display_node.doubt`
makes shares of, at the temperature and threshold that stand in the model's metadata.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from common import __version__
from common.errors import DataError
from display_node.network import Layer, Network
from weights.files import metadata, replace

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

OPSET, IR_VERSION = 17, 8
"""Of 2022: all that these layers need, and old runtimes read it."""


def save(network: Network, path: Path) -> None:
    """Replace `path` in one step. Raises `DataError` where `onnx` is not installed."""
    replace(path, model(network).SerializeToString(deterministic=True))


def model(network: Network) -> "ModelProto":
    try:
        from onnx import TensorProto, checker, helper, numpy_helper
    except ImportError:
        raise DataError("ONNX cannot be written without the package onnx: pip install '.[train]'") from None
    nodes: list[NodeProto] = []
    tensors = []
    at = "drawing"
    for layer in network.layers:
        after = "sums" if layer is network.layers[-1] else f"{layer.name}.out"
        inputs = [at]
        for part, array in (("weight", layer.weight), ("bias", layer.bias)):
            if array is not None:
                inputs.append(f"{layer.name}.{part}")
                tensors.append(numpy_helper.from_array(np.asarray(array), inputs[-1]))
        operator, attributes = _operator(layer)
        nodes.append(helper.make_node(operator, inputs, [after], layer.name, **attributes))
        at = after
    graph = helper.make_graph(
        nodes,
        "sandglass",
        [helper.make_tensor_value_info("drawing", TensorProto.FLOAT, ["N", *network.input])],
        [helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["N", 10])],
        tensors,
    )
    made = helper.make_model(
        graph,
        producer_name="sandglass",
        producer_version=__version__,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(made, metadata(network))
    checker.check_model(made, full_check=True)
    return made


def _operator(layer: Layer) -> tuple[str, dict[str, Any]]:
    """ONNX's name and attributes. https://onnx.ai/onnx/operators"""
    window: dict[str, Any] = {"kernel_shape": [layer.kernel] * 2, "strides": [layer.stride] * 2}
    return {
        "relu": ("Relu", {}),
        "flatten": ("Flatten", {"axis": 1}),
        "max_pool2d": ("MaxPool", window),
        "avg_pool2d": ("AveragePool", window),
        "conv2d": ("Conv", window | {"pads": [layer.padding] * 4}),
        "linear": ("Gemm", {"transB": 1}),
    }[layer.op]
