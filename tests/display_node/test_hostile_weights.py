"""A weights file may be anything: it is refused in one line, and without the memory that it asks for."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DataError, plain
from display_node.network import SHIPPED, load
from tests.display_node.conftest import ROOT, refused
from tests.hostile_weights import HOSTILE

MEASURE = """
import resource, sys
from pathlib import Path
from common.errors import DataError
from display_node.network import SHIPPED, load
from tests.hostile_weights import HOSTILE
load(SHIPPED)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for number, make in enumerate(HOSTILE.values()):
    path = Path(sys.argv[1]) / f"{number}.safetensors"
    make(path)
    try:
        load(path)
    except DataError:
        if path.is_file() and not path.is_symlink():
            path.unlink()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
KIB = 1 if sys.platform == "linux" else 1024
"""What the system counts peaks in."""


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "theirs.safetensors"
    HOSTILE[name](path)
    with pytest.raises(DataError) as caught:
        load(path)
    said = str(caught.value)
    assert str(path) in said
    assert said.isprintable()
    assert len(said) < 600


def test_none_takes_more_memory_than_the_largest_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert int(done.stdout) / KIB < 128 * 1024


SHIPPED_BYTES = SHIPPED.read_bytes()
HEAD = 8 + int.from_bytes(SHIPPED_BYTES[:8], "little")


@given(at=st.integers(0, HEAD - 1), byte=st.integers(0, 255))
def test_a_byte_of_the_header_turned_is_read_or_refused(
    at: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "turned.safetensors"
    path.write_bytes(SHIPPED_BYTES[:at] + bytes([byte]) + SHIPPED_BYTES[at + 1 :])
    with contextlib.suppress(DataError):
        load(path)


def test_a_wall_says_it_in_one_line_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "theirs.safetensors"
    for name in ("header of 10 GB", "deep shape", "pipe"):
        path.unlink(missing_ok=True)
        HOSTILE[name](path)
        assert str(path) in refused(tmp_path, "--weights", str(path))


def test_what_a_stranger_says_is_one_short_line() -> None:
    assert plain("a\nb\x1b[2J\u202e") == "a?b?[2J?"
    assert plain("ä" * 301) == "ä" * 300 + "…"
    assert plain(ValueError("말")) == "말"
