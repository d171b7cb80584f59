"""Other people's weights: tensors come through, code and nonsense do not, and the old file stays."""

import collections
import copy
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from common.errors import explain
from display_node.network import SHIPPED, Network, load
from display_node.tensors import MAX_FILE
from tests.hostile_weights import HOSTILE as SAFETENSORS
from weights.convert import WRITERS, main
from weights.files import save
from weights.module import module
from weights.zoo import ORIGINAL

OLD = b"the weights of yesterday"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "wall.safetensors"
    path.write_bytes(OLD)
    return path


def convert(source: Path, target: Path) -> int:
    return explain(lambda: main([str(source), str(target)]))


def state_dict() -> dict[str, torch.Tensor]:
    torch.manual_seed(2)
    return ORIGINAL.untrained().state_dict()


def check(target: Path, state: dict[str, torch.Tensor]) -> None:
    given = list(module(load(target)).state_dict().values())
    for old, new in zip(state.values(), given, strict=True):
        torch.testing.assert_close(new, old.float(), rtol=0, atol=0)


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_dict_comes_through(tmp_path: Path, target: Path, suffix: str, zipped: bool) -> None:
    source = tmp_path / f"theirs{suffix}"
    torch.save(state_dict(), source, _use_new_zipfile_serialization=zipped)
    assert convert(source, target) == 0
    check(target, state_dict())


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16])
def test_bare_safetensors_come_through(tmp_path: Path, target: Path, kind: torch.dtype) -> None:
    state = {name: tensor.to(kind) for name, tensor in state_dict().items()}
    safetensors.torch.save_file(state, tmp_path / "bare.safetensors")
    assert convert(tmp_path / "bare.safetensors", target) == 0
    check(target, state)


def test_our_own_format_comes_through_onto_itself(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "ours.safetensors"
    save(network, path)
    assert convert(path, path) == 0
    check(path, module(network).state_dict())


class Bomb:
    """Unpickled carelessly, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def with_code(path: Path) -> None:
    torch.save({"conv1.weight": Bomb(path.parent / "harm")}, path)


def with_code_bare(path: Path) -> None:
    path.write_bytes(pickle.dumps(Bomb(path.parent / "harm")))


def truncated(path: Path) -> None:
    torch.save(state_dict(), path)
    path.write_bytes(path.read_bytes()[:-2000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_list(path: Path) -> None:
    torch.save(list(state_dict().values()), path)


def no_tensor(path: Path) -> None:
    torch.save(state_dict() | {"conv1.weight": "three by three"}, path)


def whole_numbers(path: Path) -> None:
    torch.save(state_dict() | {"conv1.weight": torch.ones(16, 1, 3, 3, dtype=torch.int64)}, path)


def not_finite(path: Path) -> None:
    torch.save(state_dict() | {"fc2.bias": torch.full((10,), torch.nan)}, path)


def one_missing(path: Path) -> None:
    torch.save({name: tensor for name, tensor in state_dict().items() if name != "fc1.bias"}, path)


def one_too_many(path: Path) -> None:
    torch.save(state_dict() | {"norm1.weight": torch.ones(16)}, path)


def normalised(path: Path) -> None:
    torch.save(state_dict() | {"norm1.num_batches_tracked": torch.tensor(3)}, path)


def other_shape(path: Path) -> None:
    torch.save(state_dict() | {"conv3.weight": torch.ones(32, 16, 3, 3)}, path)


def endless(path: Path) -> None:
    torch.save(state_dict() | {"fc1.weight": torch.ones(1).expand(1 << 20, 1 << 20)}, path)


def sparse(path: Path) -> None:
    torch.save(state_dict() | {"fc1.weight": torch.ones(128, 128).to_sparse()}, path)


def packed_nothing(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("theirs/data/0", bytes(80 << 20))


def packed_8_gb(path: Path) -> None:
    """64 kilobytes that unpack to 64 megabytes, and stand for 128 parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("theirs/data/0", bytes(64 << 20))
        for number in range(1, 128):
            entry = copy.copy(archive.filelist[0])
            entry.filename = f"theirs/data/{number}"
            archive.filelist.append(entry)


def packed_and_denied(path: Path) -> None:
    """The directory says ten bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("theirs/data.pkl", bytes(64 << 20))
        archive.filelist[0].file_size = 10


def packed_in_a_million_parts(path: Path) -> None:
    """A directory of 64 megabytes; every entry would become an object."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", *[0] * 9, 1, *[0] * 6) + b"a"
    count = MAX_FILE // len(entry) - 8
    size = count * len(entry)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 4)
    wide += struct.pack("<4sIQI", b"PK\6\7", 0, 4 + size, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(b"PK\3\4" + entry * count + wide + end)


def pickled(content: bytes, name: str = "theirs/data.pkl") -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
            archive.writestr("theirs/version", "3")
            archive.writestr("theirs/byteorder", "little")

    return make


def altered(old: bytes, new: bytes) -> Callable[[Path], None]:
    """A good file, one part of its pickle changed."""

    def make(path: Path) -> None:
        torch.save(state_dict(), path)
        with zipfile.ZipFile(path) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        (name,) = (name for name in parts if name.endswith("data.pkl"))
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return make


def not_a_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + bytes(400))


def a_script(path: Path) -> None:
    torch.jit.save(torch.jit.trace(ORIGINAL.untrained().eval(), torch.zeros(1, 1, 32, 32)), path)


def a_module(path: Path) -> None:
    torch.save(ORIGINAL.untrained(), path)


def many(path: Path) -> None:
    torch.save({f"{n}.weight": torch.ones(1) for n in range(5000)}, path)


def many_endless(path: Path) -> None:
    """A hundred tensors of 32 MB each in half of a kilobyte."""
    number = torch.ones(1, dtype=torch.float16)
    torch.save({f"{n}.weight": number.expand(1 << 12, 1 << 11) for n in range(100)}, path)


def in_an_old_file(place: int) -> Callable[[Path], None]:
    """A file from before 2020 holds five pickles, one after the other."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            pickles: list[object] = [0x1950A86A20F9469CFC6C, 1001, {}, {}, []]
            pickles[place] = Bomb(path.parent / "harm")
            for content in pickles:
                pickle.dump(content, file, protocol=2)

    return make


CALL = b"\x80\x02cos\nmkdir\nX\x04\0\0\0harm\x85R."
"""mkdir('harm'), with GLOBAL and REDUCE."""
HUGE = b"\x80\x02cbuiltins\nbytearray\nJ\x00\x00\xe0\x11\x85R."
"""bytearray(300_000_000), nearly. Torch finds `data.PKL` too when it looks for `data.pkl`."""
STATE: dict[str, Callable[[Path], None]] = {
    "code": with_code,
    "code, bare": with_code_bare,
    **{f"code in pickle {place} of an old file": in_an_old_file(place) for place in range(5)},
    "call": pickled(CALL),
    "call by name": pickled(b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93\x8c\x04harm\x85R."),
    "call by INST": pickled(b"(X\x04\0\0\0harmios\nmkdir\n."),
    "call by OBJ": pickled(b"(cos\nmkdir\nX\x04\0\0\0harmo."),
    "call by NEWOBJ": pickled(b"\x80\x02cbuiltins\nbytearray\nX\x04\0\0\0harm\x85\x81."),
    "call by extension": pickled(b"\x80\x02\x82\x01."),
    "call in a second pickle": pickled(CALL, "theirs/constants.pkl"),
    "call in another folder": pickled(CALL, "others/data.pkl"),
    "10 GB of bytes": pickled(b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\0\0\0\x80\x02\x85R."),
    "300 MB of bytes in capitals": pickled(HUGE, "theirs/data.PKL"),
    "deep lists": pickled(b"\x80\x02" + b"]" * 400_000 + b"a" * 399_999 + b"."),
    "deep tuples": pickled(b"\x80\x02})" + b"\x85" * 400_000 + b"K\0s."),
    "long pickle": pickled(b"\x80\x02" + b"N0" * 20_000_000 + b"N."),
    "string of 4 GB": pickled(b"\x80\x02X\xff\xff\xff\xff."),
    "memo of 4 GB": pickled(b"\x80\x02Nr\xff\xff\xff\xff."),
    "no end": pickled(b"\x80\x02}"),
    "storage of 10 GB": altered(b"K\x10tq", b"\x8a\x05\0\0\0\x80\x02tq"),
    "beyond the storage": altered(b"K\x10K\x01K\x03", b"K\x10M\x01\x7fK\x03"),
    "other storage": altered(b"torch FloatStorage".replace(b" ", b"\n"), b"torch\nComplexFloatStorage"),
    "number as a tensor": pickled(b"\x80\x02}X\x01\0\0\0aK\x01s."),
    "number as a name": pickled(b"\x80\x02}K\x01K\x01s."),
    "not a zip": not_a_zip,
    "script": a_script,
    "module": a_module,
    "truncated": truncated,
    "empty": empty,
    "list": a_list,
    "no tensor": no_tensor,
    "whole numbers": whole_numbers,
    "not finite": not_finite,
    "one missing": one_missing,
    "one too many": one_too_many,
    "other shape": other_shape,
    "endless": endless,
    "sparse": sparse,
    "many": many,
    "many endless": many_endless,
    "packed": packed_nothing,
    "packed 8 GB": packed_8_gb,
    "packed and denied": packed_and_denied,
    "packed in a million parts": packed_in_a_million_parts,
    "normalised": normalised,
    "no tensors": lambda path: torch.save({}, path),
}


def refused(source: Path, target: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The line with which `source` is refused; nothing else has happened."""
    before = sorted(source.parent.iterdir())
    assert convert(source, target) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err[:-1].isprintable()
    assert len(said.err) < 1000
    assert target.read_bytes() == OLD
    assert sorted(source.parent.iterdir()) == before
    return said.err


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch does not want scripts any more
@pytest.mark.parametrize("name", STATE)
def test_a_hostile_state_dict_is_one_line_and_the_old_file_stays(
    name: str,
    tmp_path: Path,
    target: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    STATE[name](tmp_path / "theirs.pt")
    refused(tmp_path / "theirs.pt", target, capsys)


@pytest.mark.parametrize("name", [name for name in SAFETENSORS if name != "folder"])
def test_hostile_safetensors_are_one_line_and_the_old_file_stays(
    name: str, tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SAFETENSORS[name](tmp_path / "theirs.safetensors")
    refused(tmp_path / "theirs.safetensors", target, capsys)


MEASURE = """
import resource, sys
from pathlib import Path
from common.errors import explain
from tests.weights.test_convert import STATE
from weights.convert import main
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
folder = Path(sys.argv[1])
for name in sys.argv[2:]:
    assert explain(lambda: main([str(folder / f"{name}.pt"), str(folder / "wall.safetensors")])) == 2
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
HUNGRY = [
    "10 GB of bytes",
    "packed 8 GB",
    "long pickle",
    "string of 4 GB",
    "memo of 4 GB",
    "storage of 10 GB",
]
HUNGRY += ["deep lists", "endless", "many endless", "300 MB of bytes in capitals"]
HUNGRY += ["packed in a million parts"]


def test_none_takes_the_memory_that_it_asks_for(tmp_path: Path, target: Path) -> None:
    for name in HUNGRY:
        STATE[name](tmp_path / f"{name}.pt")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path), *HUNGRY], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < (256 << 10) * (1 if sys.platform == "linux" else 1024)


def test_what_code_would_be_run_is_said(
    tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_code(tmp_path / "theirs.pt")
    assert f"asks for {os.name}.mkdir" in refused(tmp_path / "theirs.pt", target, capsys)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("module", "torch.save(model.state_dict(), …)"),
        ("empty", "is not a whole PyTorch file"),
        ("truncated", "cannot be unpacked (no whole archive)"),
        ("normalised", "norm1.num_batches_tracked belongs to a normalisation"),
        ("no tensors", "it holds no tensors"),
        ("packed in a million parts", "more than 4096 records"),
    ],
)
def test_what_an_artist_gets_wrong_is_said_with_the_cure(
    name: str, cure: str, tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    STATE[name](tmp_path / "theirs.pt")
    assert cure in refused(tmp_path / "theirs.pt", target, capsys)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_a_checkpoint_comes_through_with_all_that_a_training_keeps(
    key: str, tmp_path: Path, target: Path
) -> None:
    net = ORIGINAL.untrained()
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.rand(2, 1, 32, 32)).sum().backward()
    optimizer.step()
    state = collections.OrderedDict((f"module.{name}", part) for name, part in net.state_dict().items())
    checkpoint = {key: state, "epoch": 3, "loss": 0.25, "optimizer": optimizer.state_dict(), "note": "mine"}
    torch.save(checkpoint, tmp_path / "theirs.pth")
    assert convert(tmp_path / "theirs.pth", target) == 0
    check(target, net.state_dict())


def test_parameters_come_through_as_tensors_do(tmp_path: Path, target: Path) -> None:
    torch.save(dict(ORIGINAL.untrained().named_parameters()), tmp_path / "theirs.pt")
    assert convert(tmp_path / "theirs.pt", target) == 0


def test_temperature_and_threshold_come_through(tmp_path: Path, network: Network) -> None:
    save(Network(network.input, network.layers, 1.25, 3.5), tmp_path / "ours.safetensors")
    assert convert(tmp_path / "ours.safetensors", tmp_path / "copy.safetensors") == 0
    read = load(tmp_path / "copy.safetensors")
    assert (read.temperature, read.threshold) == (1.25, 3.5)


@pytest.mark.parametrize("suffix", WRITERS)
def test_where_it_cannot_be_written_is_one_line(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    for target in (folder, tmp_path / "none" / f"wall{suffix}", tmp_path / f"{'x' * 300}{suffix}"):
        assert convert(SHIPPED, target) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "content", "target"),
    [
        ("theirs.safetensors", b"\xff" * 40, "wall.safetensors"),
        ("theirs.safetensors", b"", "wall.safetensors"),
        ("theirs.h5", b"x", "wall.safetensors"),
        ("theirs", b"x", "wall.safetensors"),
        ("missing.pt", None, "wall.safetensors"),
        ("theirs.pt", b"x", "wall.pt"),
    ],
)
def test_wrong_files_are_one_line(
    source: str, content: bytes | None, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / source).write_bytes(content)
    assert convert(tmp_path / source, tmp_path / target) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / target).exists()
