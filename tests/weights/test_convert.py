"""Other people's weights: tensors come through, code and nonsense do not, and the old file stays."""

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from common.errors import explain
from display_node.model import module
from display_node.network import Network, load
from weights.convert import main
from weights.files import save
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


def other_shape(path: Path) -> None:
    torch.save(state_dict() | {"conv3.weight": torch.ones(32, 16, 3, 3)}, path)


def endless(path: Path) -> None:
    torch.save(state_dict() | {"fc1.weight": torch.ones(1).expand(1 << 20, 1 << 20)}, path)


def sparse(path: Path) -> None:
    torch.save(state_dict() | {"fc1.weight": torch.ones(128, 128).to_sparse()}, path)


def packed_nothing(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("theirs/data/0", bytes(80 << 20))


HOSTILE = [
    *(with_code, with_code_bare, truncated, empty, a_list, no_tensor, whole_numbers, not_finite),
    *(one_missing, one_too_many, other_shape, endless, sparse, packed_nothing),
]


@pytest.mark.parametrize("make", HOSTILE)
def test_anything_else_is_one_line_and_the_old_file_stays(
    make: Any, tmp_path: Path, target: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "theirs.pt"
    make(source)
    assert convert(source, target) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert target.read_bytes() == OLD
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["theirs.pt", "wall.safetensors"]


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
