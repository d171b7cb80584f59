"""A `.pt2` file from anybody: what of it may reach torch. No torch here.

`torch.export.load` unpickles what it finds (weights, constants, sample inputs, none of them `weights_only`),
opens shared libraries, calls whatever a name under `torch.` leads to, evaluates symbolic sizes, and makes
Python source of the names in the graph. So it never sees the file. The zip is read here, within bounds, and
what torch is given is written anew, from nothing but numbers, plain names and operations out of a list.
Whatever else a file holds is left behind; the files that we write have been through the same sieve.
"""

import hashlib
import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from common.errors import DataError, plain
from display_node.network import Network

MAX_FILE = 64 << 20
"""Bytes, as it is and unpacked. The shipped graph has a quarter of a million."""
DIGEST = "extra/network"
"""The record that says whose graph it is: see `digest`."""
MODEL = "models/model.json"
WEIGHTS = "data/weights/model_weights_config.json"
FIXED = {
    "archive_format": b"pt2",
    "archive_version": b"0",
    "byteorder": b"little",
    ".data/version": b"6\n",
    "data/constants/model_constants_config.json": b'{"config": {}}',
    "data/sample_inputs/model.pt": b"",
}
"""What every archive of this format holds besides."""
MAX_NODES = 1024
"""Operations and tensors of one graph."""
MAX_JSON = 4 << 20
"""Bytes of a document: its objects take twenty times as many. Ours have twenty thousand."""
MAX_RECORDS = 4096
"""Of one archive: a directory of 64 MB would name a million, and each takes half a kilobyte to remember."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others may ask for gigabytes to be unpacked, and raise whatever they like."""
BYTES = {5: 8, 7: 4}
"""By torch's number for a kind of number: int64 and float32. https://github.com/pytorch/pytorch, schema.py"""
STRIDED = 7
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII)
_LEAF: dict[str, Any] = {"type": None, "context": None, "children_spec": []}


def digest(network: Network) -> bytes:
    """Of all that a graph depends on: the layers in order and their numbers, not what doubt makes of them."""
    found = hashlib.sha256(json.dumps([network.input, network.architecture()]).encode())
    for layer in network.layers:
        for array in (layer.weight, layer.bias):
            if array is not None:
                found.update(repr(array.shape).encode() + array.tobytes())
    return found.hexdigest().encode()


def read(path: Path, network: Network, operations: Collection[str]) -> bytes:
    """The archive as torch may have it. Raises `DataError`, with the cure, unless it is `network`'s graph."""
    try:
        if path.stat().st_size > MAX_FILE or not path.is_file():
            raise ValueError(f"no plain file of at most {MAX_FILE} bytes")
        records = unzipped(path.read_bytes())
        if records.get(DIGEST) != digest(network):
            raise DataError(f"{path} belongs to other weights: {cure(path)}")
        return packed(records, operations)
    except FileNotFoundError:
        raise DataError(f"no static graph at {path}: {cure(path)}") from None
    except OSError as error:
        raise DataError(f"cannot read the static graph {path}: {error.strerror or error}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise DataError(f"{path} is not a static graph of ours ({brief(error)}): {cure(path)}") from None


def cure(path: Path) -> str:
    return f"python -m weights.convert {path.with_suffix('.safetensors')} {path}"


def unzipped(content: bytes) -> dict[str, bytes]:
    """Its records, without the folder that they are all in. Raises `ValueError`."""
    if content.count(b"PK\x01\x02") > MAX_RECORDS:  # what each entry of the directory begins with
        raise ValueError(f"more than {MAX_RECORDS} records")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_FILE:
                raise ValueError(f"it unpacks to more than {MAX_FILE} bytes")
            if any(entry.compress_type not in PACKINGS for entry in entries):
                raise ValueError("it is packed as torch packs nothing")
            return {entry.filename.partition("/")[2]: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, zlib.error):
        raise ValueError("no whole archive") from None


def packed(records: Mapping[str, bytes], operations: Collection[str]) -> bytes:
    """A new archive of what of `records` is harmless. Raises `ValueError`, `LookupError` or `TypeError`."""
    tensors: dict[str, Any] = {}
    kept = {**FIXED, DIGEST: records[DIGEST]}
    for name, entry in _document(records[WEIGHTS])["config"].items():
        record = f"data/weights/{_name(entry['path_name'])}"
        kind = _meta(entry["tensor_meta"])
        if BYTES[kind["dtype"]] * math.prod(size["as_int"] for size in kind["sizes"]) != len(records[record]):
            raise ValueError(f"{name} is not as long as it says")
        kept[record] = records[record]
        tensors[_name(name)] = {"path_name": _name(entry["path_name"]), "tensor_meta": kind}
        tensors[name] |= {"is_param": False, "use_pickle": False}
    kept[WEIGHTS] = json.dumps({"config": tensors}).encode()
    kept[MODEL] = json.dumps(_program(_document(records[MODEL]), operations)).encode()
    written = zipped(kept)
    if len(written) > MAX_FILE:
        raise ValueError(f"a graph of {len(written)} bytes")
    return written


def zipped(records: Mapping[str, bytes]) -> bytes:
    """The inverse of `unzipped`."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in records.items():
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), content)
    return written.getvalue()


def _document(record: bytes) -> Any:
    if len(record) > MAX_JSON:
        raise ValueError(f"{len(record)} bytes of JSON, {MAX_JSON} at most")
    return json.loads(record)


def _program(program: Any, operations: Collection[str]) -> dict[str, Any]:
    graph, signature = program["graph_module"]["graph"], program["graph_module"]["signature"]
    if len(graph["nodes"]) + len(graph["tensor_values"]) > MAX_NODES:
        raise ValueError(f"more than {MAX_NODES} operations and tensors")
    outputs = [_tensor(output) for output in graph["outputs"]]
    told: dict[str, Any] = {
        "inputs": [],
        "outputs": [],
        "in_spec": _tree([_tuple([_LEAF]), {"type": "builtins.dict", "context": "[]", "children_spec": []}]),
        "out_spec": _tree([_LEAF] * len(outputs)),
        "forward_arg_names": None,
    }
    return {
        "graph_module": {
            "graph": {
                "inputs": [_tensor(given) for given in graph["inputs"]],
                "outputs": outputs,
                "nodes": [_node(node, operations) for node in graph["nodes"]],
                "tensor_values": {_name(name): _meta(meta) for name, meta in graph["tensor_values"].items()},
                "sym_int_values": {}, "sym_bool_values": {}, "sym_float_values": {}, "custom_obj_values": {},
                "is_single_tensor_return": False,
            },
            "signature": {
                "input_specs": [_input(spec) for spec in signature["input_specs"]],
                "output_specs": [{"user_output": {"arg": output}} for output in outputs],
            },
            "module_call_graph": [{"fqn": "", "signature": told}],
            "metadata": {},
            "treespec_namedtuple_fields": {},
        },
        "opset_version": {"aten": int(program["opset_version"]["aten"])},
        "range_constraints": {},
        "schema_version": {part: int(program["schema_version"][part]) for part in ("major", "minor")},
        "verifiers": ["TRAINING"],
        "torch_version": "",
        "guards_code": [],
    }  # fmt: skip


def _node(node: Any, operations: Collection[str]) -> dict[str, Any]:
    if node["target"] not in operations:
        raise ValueError(f"it would call {plain(node['target'], 60)}")
    given = [
        {"name": _name(part["name"]), "arg": _argument(part["arg"]), "kind": 1} for part in node["inputs"]
    ]
    return {
        "target": node["target"],
        "inputs": given,
        "outputs": [_tensor(output) for output in node["outputs"]],
        "metadata": {},
        "is_hop_single_tensor_return": None,
        "name": _name(node["name"]),
    }


def _argument(argument: Any) -> dict[str, Any]:
    ((kind, value),) = argument.items()
    if kind == "as_tensor":
        return _tensor(argument)
    if kind == "as_tensors":
        return {kind: [{"name": _name(tensor["name"])} for tensor in value]}
    if kind == "as_ints":
        return {kind: [int(number) for number in value]}
    if kind == "as_int":
        return {kind: int(value)}
    raise ValueError(f"an argument {plain(kind, 60)}")


def _input(spec: Any) -> dict[str, Any]:
    ((kind, value),) = spec.items()
    if kind == "user_input":
        return {kind: {"arg": _tensor(value["arg"])}}
    if kind == "buffer":
        names = {"arg": {"name": _name(value["arg"]["name"])}, "buffer_name": _name(value["buffer_name"])}
        return {kind: {**names, "persistent": True}}
    raise ValueError(f"an input {plain(kind, 60)}")


def _meta(meta: Any) -> dict[str, Any]:
    """Of a dense tensor: its strides follow from its sizes."""
    sizes = [int(size["as_int"]) for size in meta["sizes"]]
    if min(sizes, default=0) < 0 or meta["dtype"] not in BYTES:
        raise ValueError("a tensor of another kind")
    strides = [math.prod(sizes[index + 1 :]) for index in range(len(sizes))]
    return {
        "dtype": meta["dtype"], "layout": STRIDED, "requires_grad": False,
        "device": {"type": "cpu", "index": None}, "storage_offset": {"as_int": 0},
        "sizes": [{"as_int": size} for size in sizes], "strides": [{"as_int": step} for step in strides],
    }  # fmt: skip


def _tensor(argument: Any) -> dict[str, Any]:
    return {"as_tensor": {"name": _name(argument["as_tensor"]["name"])}}


def _name(name: Any) -> str:
    """It ends up in Python source."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"a name {plain(name, 60)}")
    return name


def _tuple(children: list[Any]) -> dict[str, Any]:
    return {"type": "builtins.tuple", "context": "null", "children_spec": children}


def _tree(children: list[Any]) -> str:
    """Of a tuple, as torch.utils._pytree writes its own structure."""
    return json.dumps([1, _tuple(children)])


def brief(error: Exception) -> str:
    """What is wrong, fit for one line."""
    return plain(str(error).partition("\n")[0] or type(error).__name__, 120)
