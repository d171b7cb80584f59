"""A `.pt2` of somebody: whatever is in it, nothing of it is run, and what cannot be used is one line."""

import copy
import json
import os
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.errors import DataError
from common.raster import framed
from display_node.engines.archive import DIGEST, FIXED, MAX_FILE, MAX_JSON, MODEL, WEIGHTS, digest, unzipped
from display_node.engines.static import Static
from display_node.network import SHIPPED, Network, load
from tests.display_node.drawn import planned, shipped, three
from weights.static import save_static

Records = dict[str, bytes]
GRAPH = SHIPPED.with_suffix(".pt2")


class Bomb:
    """Unpickled carelessly, it makes a folder where the tests run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("harm",)


CODE = "__import__('os').mkdir('harm')"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def records() -> Records:
    return unzipped(GRAPH.read_bytes())


def written(path: Path, held: Records) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(f"sandglass/{name}", content)
    return path


def changed(held: Records, record: str, change: Callable[[Any], object]) -> Records:
    document = json.loads(held[record])
    change(document)
    return held | {record: json.dumps(document).encode()}


def graph(program: Any) -> Any:
    return program["graph_module"]["graph"]


def test_the_unharmed_graph_is_read(here: Path) -> None:
    assert Static(shipped(), written(here / "mine.pt2", records())).read(framed(three())).digit == 3


def with_pickles() -> Records:
    return records() | {"data/sample_inputs/model.pt": pickle.dumps(Bomb())}


def with_legacy_pickles() -> Records:
    bomb = pickle.dumps(Bomb())
    return records() | {"data/weights/model.pt": bomb, "data/constants/model.pt": bomb, "version": b"8.20"}


def with_constants() -> Records:
    entry = {"path_name": "opaque_obj_0", "is_param": False, "use_pickle": True, "tensor_meta": None}
    config, folder = {"config": {"c": entry}}, "data/constants/"
    told = {f"{folder}model_constants_config.json": json.dumps(config).encode()}
    return records() | told | {f"{folder}opaque_obj_0": pickle.dumps(Bomb())}


def with_a_library() -> Records:
    return records() | {
        "data/aotinductor/model/wrapper.so": b"\x7fELF",
        "data/aotinductor/model/wrapper.cpp": b"",
    }


def with_guards() -> Records:
    return changed(records(), MODEL, lambda program: program.update(guards_code=[CODE]))


def with_a_module() -> Records:
    """Of the structure of its arguments: torch imports what a defaultdict's context names."""
    context = {"default_factory_module": "this", "default_factory_name": "s", "dict_context": "[]"}
    spec = json.dumps([1, {"type": "collections.defaultdict", "context": context, "children_spec": []}])

    def change(program: Any) -> None:
        program["graph_module"]["module_call_graph"][0]["signature"]["in_spec"] = spec

    return changed(records(), MODEL, change)


def with_metadata() -> Records:
    def change(program: Any) -> None:
        for node in graph(program)["nodes"]:
            node["metadata"] = {"nn_module_stack": CODE, "source_fn_stack": f"x,{CODE}", "torch_fn": CODE}
        program["graph_module"]["metadata"] = {"custom": CODE}
        program["range_constraints"] = {CODE: {"min_val": 0, "max_val": 1}}

    return changed(records(), MODEL, change)


LEFT_BEHIND = [
    *(with_pickles, with_legacy_pickles, with_constants, with_a_library, with_guards, with_a_module),
    with_metadata,
]


@pytest.mark.parametrize("make", LEFT_BEHIND)
def test_what_a_graph_does_not_need_is_left_behind(make: Callable[[], Records], here: Path) -> None:
    assert Static(shipped(), written(here / "mine.pt2", make())).read(framed(three())).digit == 3
    assert [entry.name for entry in here.iterdir()] == ["mine.pt2"]
    assert "this" not in sys.modules


def _set(record: str, change: Callable[[Any], object]) -> Callable[[], Records]:
    return lambda: changed(records(), record, change)


def _first(**values: Any) -> Callable[[], Records]:
    """Other values in the first operation."""
    return _set(MODEL, lambda program: graph(program)["nodes"][0].update(values))


def _weight(**values: Any) -> Callable[[], Records]:
    return _set(WEIGHTS, lambda document: document["config"]["weight0"].update(values))


def _sized(*sizes: int, kind: int = 7) -> Callable[[], Records]:
    """Other sizes for the first weights, every number of which is the first."""
    told = {"sizes": [{"as_int": size} for size in sizes], "strides": [{"as_int": 0} for _ in sizes]}
    return _set(
        WEIGHTS,
        lambda document: document["config"]["weight0"]["tensor_meta"].update(told | {"dtype": kind}),
    )


def _renamed(name: str) -> Callable[[], Records]:
    """The picture's name becomes an argument of a function in Python source."""
    return lambda: records() | {MODEL: records()[MODEL].replace(b'"picture"', json.dumps(name).encode())}


def _far_away() -> Records:
    """A place in a look-up table far outside of the picture."""
    places = np.full(257 * 9, 1 << 40, np.int64).tobytes()
    found = json.loads(records()[WEIGHTS])["config"]["places0"]["path_name"]
    assert len(records()[f"data/weights/{found}"]) == len(places)
    return records() | {f"data/weights/{found}": places}


def _swapped(program: Any) -> None:
    outputs = graph(program)["outputs"]
    outputs[0], outputs[2] = outputs[2], outputs[0]


def _endless(program: Any) -> None:
    """The picture, sixteen million times, side by side."""
    cat = next(node for node in graph(program)["nodes"] if "cat" in node["target"])
    tensors = cat["inputs"][0]["arg"]["as_tensors"]
    tensors[1:] = tensors[:1] * 20_000


def _large(program: Any) -> None:
    """Six times fifteen million numbers, each for itself not too many."""
    nodes = graph(program)["nodes"]
    at = next(index for index, node in enumerate(nodes) if "cat" in node["target"])
    for number in range(6):
        node = copy.deepcopy(nodes[at]) | {"name": f"large{number}"}
        node["inputs"][0]["arg"]["as_tensors"][1:] = node["inputs"][0]["arg"]["as_tensors"][:1] * 15_000
        node["outputs"] = [{"as_tensor": {"name": f"large{number}"}}]
        values = graph(program)["tensor_values"]
        values[f"large{number}"] = values[nodes[at]["outputs"][0]["as_tensor"]["name"]]
        nodes.insert(at + 1, node)


REFUSED: dict[str, Callable[[], Records]] = {
    "mkdir": _first(target="torch.serialization.os.mkdir"),
    "an operator": _first(target="_operator.add"),
    "reads files": _first(target="torch.ops.aten.from_file.default"),
    "a list": _first(target=[]),
    "code for a name": _first(name=CODE),
    "code for an argument": _renamed(f"x={CODE}"),
    "not plain": _renamed("ä"),
    "a text": _first(inputs=[{"name": "self", "arg": {"as_string": CODE}, "kind": 1}]),
    "a graph": _first(inputs=[{"name": "self", "arg": {"as_graph": {}}, "kind": 1}]),
    "evaluated": _set(
        MODEL,
        lambda program: graph(program)["tensor_values"]["picture"].update(
            sizes=[{"as_expr": {"expr_str": CODE, "hint": None}}]
        ),
    ),
    "pickled": _weight(path_name="../sample_inputs/model.pt", use_pickle=True),
    "ten gigabytes": _sized(10 << 28),
    "other numbers": _sized(9, 16, kind=6),
    "negative": _sized(-9, -16),
    "far away": _far_away,
    "swapped": _set(MODEL, _swapped),
    "endless": _set(MODEL, _endless),
    "large": _set(MODEL, _large),
    "long": lambda: records() | {MODEL: b"[" + b"{}," * (MAX_JSON // 3) + b"{}]"},
    "many": _set(MODEL, lambda program: graph(program).update(nodes=graph(program)["nodes"] * 100)),
    "future": _set(MODEL, lambda program: program["schema_version"].update(major=99)),
    "empty graph": _set(MODEL, lambda program: program["graph_module"].update(graph={})),
    "no JSON": lambda: records() | {MODEL: b"{"},
    "deep": lambda: records() | {MODEL: b"[" * 200_000},
    "no text": lambda: records() | {MODEL: b"\xff\xfe"},
    "no model": lambda: {name: held for name, held in records().items() if name != MODEL},
    "no weights": lambda: {name: held for name, held in records().items() if name != WEIGHTS},
    "no digest": lambda: {name: held for name, held in records().items() if name != DIGEST},
    "other digest": lambda: records() | {DIGEST: b"0" * 64},
}


def one_line(path: Path, network: Network, capfd: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(DataError) as caught:
        Static(network, path)
    told = str(caught.value)
    assert len(told.splitlines()) == 1
    assert told.isprintable()
    assert f"python -m weights.convert {path.with_suffix('.safetensors')} {path}" in told
    assert "Traceback" not in "".join(capfd.readouterr())
    assert [entry.name for entry in path.parent.iterdir()] in ([path.name], [])
    return told


@pytest.mark.parametrize("how", REFUSED)
def test_what_cannot_be_used_is_one_line_with_the_cure(
    how: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one_line(written(here / "mine.pt2", REFUSED[how]()), shipped(), capfd)


@pytest.mark.parametrize("kept", [0, 4, 100, 5000, 200_000, -1])
def test_a_truncated_file_is_refused(kept: int, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = here / "cut.pt2"
    path.write_bytes(GRAPH.read_bytes()[:kept])
    assert "no whole archive" in one_line(path, shipped(), capfd)


def test_a_flipped_bit_is_refused(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(GRAPH.read_bytes())
    weights = content.index(load(SHIPPED).layers[9].weight.tobytes())  # type: ignore[union-attr]
    content[weights + 100] ^= 1
    (here / "flipped.pt2").write_bytes(content)
    assert "no whole archive" in one_line(here / "flipped.pt2", shipped(), capfd)


def test_a_file_that_claims_ten_gigabytes_is_refused(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(GRAPH.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 0xFFFFFFF0)  # of the record, unpacked
    (here / "claims.pt2").write_bytes(content)
    assert "unpacks to more" in one_line(here / "claims.pt2", shipped(), capfd)


def test_a_file_that_unpacks_to_far_more_is_refused(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(here / "bomb.pt2", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/weights/weight_0", bytes(MAX_FILE + 1))
    assert "unpacks to more" in one_line(here / "bomb.pt2", shipped(), capfd)


def test_a_file_of_a_million_records_is_not_listed(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (here / "many.pt2").write_bytes(b"PK\x01\x02" * (MAX_FILE // 8))
    assert "more than 4096 records" in one_line(here / "many.pt2", shipped(), capfd)


@pytest.mark.parametrize("how", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_file_packed_in_a_rare_way_is_not_unpacked(
    how: int, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(here / "rare.pt2", "w", how) as archive:
        archive.writestr("x/version", b"3")
    content = (here / "rare.pt2").read_bytes()
    (here / "rare.pt2").write_bytes(content[:42] + b"\xff" * 8 + content[50:])
    assert "packed" in one_line(here / "rare.pt2", shipped(), capfd)


def test_a_large_file_and_a_pipe_are_not_opened(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (here / "large.pt2").open("wb") as file:
        file.truncate(10 << 30)
    assert "no plain file" in one_line(here / "large.pt2", shipped(), capfd)
    (here / "large.pt2").unlink()
    os.mkfifo(here / "pipe.pt2")
    assert "no plain file" in one_line(here / "pipe.pt2", shipped(), capfd)


def test_a_missing_file_is_named(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "no static graph at" in one_line(here / "none.pt2", shipped(), capfd)


def test_other_weights_are_told_apart(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = planned("sandglass")
    assert digest(other) != digest(shipped())
    save_static(other, here / "other.pt2")
    Static(other, here / "other.pt2")
    assert "belongs to other weights" in one_line(here / "other.pt2", shipped(), capfd)


def test_what_is_written_has_been_through_the_sieve() -> None:
    assert set(records()) == {*FIXED, DIGEST, MODEL, WEIGHTS} | {
        name for name in records() if name.startswith("data/weights/weight_")
    }
    assert b"stack" not in records()[MODEL]
