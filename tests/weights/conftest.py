"""Tiny data sets in the real formats, made by the tests, and the real ones where this machine has them."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from display_node.network import Network
from weights import sources
from weights.mnist import Digits
from weights.normed import folded, trainable
from weights.sources import Source

UNIPEN = """\
.INCLUDE        some.doc
.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "1"
.COMMENT 1 12  224
.PEN_DOWN
 100  400
 100  100
.PEN_UP
.DT 100

.SEGMENT DIGIT    1-2 ? "4"
.COMMENT 4 2  225
.PEN_DOWN
 200  450
 150  250
 300  250
.PEN_UP
.DT 100
.PEN_DOWN
 250  400
 250  100
.PEN_UP
.DT 100
"""
"""A one by writer 12 and a four, in two strokes, by writer 2."""


def idx(array: np.ndarray) -> bytes:
    """`array` of bytes as a gzipped IDX file."""
    header = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes())


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no data: neither a named folder nor anything in the cache."""
    monkeypatch.delenv("SANDGLASS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def network() -> Network:
    torch.manual_seed(3)
    return folded(trainable())


@pytest.fixture
def bars() -> Digits:
    """64 pictures with a bright row at a height that tells which of ten digits is meant."""
    labels = np.arange(64) % 10
    images = np.zeros((64, 32, 32), np.uint8)
    images[np.arange(64), 4 + 2 * labels] = 255
    return Digits(images, labels.astype(np.int64))


def need(*wanted: Source) -> None:
    """Skip where the real data isn't on this machine: tests never fetch."""
    missing = [source.path for source in wanted if sources.find(source) is None]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}; set SANDGLASS_DATA or run python -m weights.train once")
