"""Safetensors files as nobody means well by them: name → what makes one. For every reader of such files."""

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

from display_node.network import FORMAT
from display_node.tensors import MAX_FILE, MAX_HEADER

Make = Callable[[Path], object]
Header = dict[str, object]

TEXTS = {"format": FORMAT, "input": "1,32,32", "architecture": "[]"}
OURS: Header = {"__metadata__": TEXTS}


def tensor(begin: object = 0, end: object = 8, shape: object = (2,), dtype: object = "F32") -> Header:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def file(header: Header | bytes, data: bytes = bytes(8), length: int | None = None) -> Make:
    text = header if isinstance(header, bytes) else json.dumps(OURS | header).encode()
    return lambda path: path.write_bytes(
        struct.pack("<Q", len(text) if length is None else length) + text + data
    )


def hole(size: int) -> Make:
    """A file that takes no room on the disk, and would fill the memory."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


HOSTILE: dict[str, Make] = {
    "empty": file(b"", b"", 0),
    "nothing": lambda path: path.write_bytes(b""),
    "seven bytes": lambda path: path.write_bytes(bytes(7)),
    "noise": lambda path: path.write_bytes(b"\xff" * 4000),
    "header of 10 GB": file({}, length=10 << 30),
    "header of 2^63": file({}, length=1 << 63),
    "header of 2^64 - 1": file({}, length=(1 << 64) - 1),
    "header longer than the file": file({}, length=4000),
    "header of zeros": file(bytes(200)),
    "header of spaces": file(b" " * (MAX_HEADER + 1)),
    "file of spaces": file(b" " * (MAX_FILE - 8), b""),
    "hole of 10 GB": hole(10 << 30),
    "hole": hole(MAX_FILE),
    "not JSON": file(b"{" * 200),
    "not UTF-8": file(b'{"\xff\xfe": 1}'),
    "not an object": file(b"[1, 2, 3]"),
    "deep": file(b"[" * 500_000 + b"]" * 500_000),
    "deep inside": file(b'{"a": ' * 100_000 + b"1" + b"}" * 100_000),
    "endless number": file(
        b'{"a": {"dtype": "F32", "shape": [' + b"9" * 100_000 + b'], "data_offsets": [0, 8]}}'
    ),
    "infinite number": file(b'{"a": {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 8]}}'),
    "twice": file(b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "a": 1}'),
    "no offsets": file({"a": {"dtype": "F32", "shape": [2]}}),
    "10 GB of tensor": file({"a": tensor(0, 10 << 30, [10 << 28])}),
    "beyond the file": file({"a": tensor(0, 16, [4])}),
    "begins beyond": file({"a": tensor(1 << 40, (1 << 40) + 8)}),
    "overlapping": file({"a": tensor(0, 8), "b": tensor(4, 12)}, bytes(12)),
    "the same twice": file({"a": tensor(0, 8), "b": tensor(0, 8)}),
    "with a gap": file({"a": tensor(0, 8), "b": tensor(12, 20)}, bytes(20)),
    "backwards": file({"a": tensor(8, 0)}),
    "negative": file({"a": tensor(-8, 0)}),
    "offset of 2^64": file({"a": tensor(0, 1 << 64)}),
    "fraction": file({"a": tensor(0, 8.5)}),
    "other shape": file({"a": tensor(0, 8, [3])}),
    "overflowing shape": file({"a": tensor(0, 0, [1 << 33, 1 << 33]), "b": tensor(0, 8)}),
    "hollow shape": file({"a": tensor(0, 0, [0, 1 << 62])}, b""),
    "deep shape": file({"a": tensor(0, 8, [1] * 3000 + [2])}),
    "negative shape": file({"a": tensor(0, 8, [-2])}),
    "kind": file({"a": tensor(dtype="F1024")}),
    "eight bits": file({"a": tensor(0, 8, [8], "F8_E4M3")}),
    "text": file({"a": tensor(dtype="STRING")}),
    "numbers as metadata": file({"__metadata__": {"format": 1}}),
    "forged line": file({"a\nsandglass: all is well\x1b[2J": tensor(0, 4)}),
    "many": file({f"{n}.weight": tensor(4 * n, 4 * n + 4, [1]) for n in range(9000)}, bytes(36_000)),
    "nameless": file({"": tensor()}),
    "folder": lambda path: path.mkdir(),
    "pipe": lambda path: os.mkfifo(path),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path),
}
"""Each is refused, in one line, at once, and without the memory that it asks for."""

METADATA: dict[str, dict[str, str]] = {
    "no input": {"format": FORMAT},
    "input of a million": {"input": ",".join("1" * 100_000)},
    "endless input": {"input": "9" * 100_000},
    "no layers": {"architecture": "[]"},
    "deep layers": {"architecture": "[" * 100_000 + "]" * 100_000},
    "a million layers": {"architecture": json.dumps([{"op": "relu"}] * 50_000)},
    "null": {"architecture": "null"},
    "layer of lists": {"architecture": '[{"op": ["relu"]}]'},
    "endless name": {"architecture": json.dumps([{"op": "linear", "name": "x" * 500_000}])},
    "forged name": {
        "architecture": json.dumps([{"op": "linear", "name": "x\nsandglass: all is well\x1b[2J"}])
    },
    "infinite kernel": {"architecture": '[{"op": "max_pool2d", "kernel": 1e999}]'},
    "endless kernel": {"architecture": '[{"op": "max_pool2d", "kernel": "' + "9" * 5000 + '"}]'},
    "huge kernel": {"architecture": '[{"op": "max_pool2d", "kernel": 99999999999999999999999}]'},
    "NaN kernel": {"architecture": '[{"op": "max_pool2d", "kernel": NaN}]'},
    "endless temperature": {"temperature": "1" * 100_000},
}
"""Metadata that makes a file of ours refused."""
for _name, _texts in METADATA.items():
    HOSTILE[_name] = file({"__metadata__": TEXTS | _texts}, b"")
