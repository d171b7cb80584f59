"""MNIST's IDX files → digits as the network sees them.

The format is described at http://yann.lecun.com/exdb/mnist/: two zero bytes, the type (8 = unsigned byte),
the number of dimensions, each dimension as a big-endian 32-bit integer, then the bytes, the last
dimension running fastest.
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from common.bitmap import SIDE
from common.errors import DataError
from weights import sources

MAX_BYTES = 64 << 20
"""Of one unpacked file; MNIST's largest has 47 MB."""

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Digits:
    """`images` (n, 32, 32) uint8 framed as the station frames, `labels` (n,) int64: 0…9, 10 for none."""

    images: Bytes
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, start: int, stop: int) -> "Digits":
        return Digits(self.images[start:stop], self.labels[start:stop])


def joined(*parts: Digits) -> Digits:
    return Digits(np.concatenate([p.images for p in parts]), np.concatenate([p.labels for p in parts]))


def training() -> Digits:
    """The 60,000 of the training part."""
    return read(sources.obtain(sources.TRAIN_IMAGES), sources.obtain(sources.TRAIN_LABELS))


def test() -> Digits:
    """The 10,000 of the test part. Never used to choose anything."""
    return read(sources.obtain(sources.TEST_IMAGES), sources.obtain(sources.TEST_LABELS))


def read(images: Path, labels: Path) -> Digits:
    """MNIST is centred by mass already: two more pixels on each side make its frame ours."""
    pixels, meant = idx(images), idx(labels)
    if pixels.ndim != 3 or meant.ndim != 1 or len(pixels) != len(meant):
        raise DataError(f"{images} {pixels.shape} and {labels} {meant.shape} do not belong together")
    margin, odd = divmod(SIDE - pixels.shape[1], 2)
    if pixels.shape[1] != pixels.shape[2] or margin < 0 or odd:
        raise DataError(f"{images} holds pictures of {pixels.shape[1:]}, which cannot fill {SIDE}×{SIDE}")
    if not len(meant) or meant.max() > 9:
        raise DataError(f"{labels} holds no digits, or labels over 9")
    framed = np.pad(pixels, ((0, 0), (margin, margin), (margin, margin)))
    return Digits(framed, meant.astype(np.int64))


def idx(path: Path) -> Bytes:
    """A gzipped IDX file of unsigned bytes. Raises `DataError` naming the file and the fault."""
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot unpack {path}: {error}") from None
    if len(content) > MAX_BYTES:
        raise DataError(f"{path} unpacks to more than {MAX_BYTES} bytes")
    if content[:3] != b"\0\0\x08" or content[3:4] not in (b"\1", b"\3") or len(content) < 4 + 4 * content[3]:
        raise DataError(f"{path} is not an IDX file of labels or pictures")
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    if len(content) - start != np.prod(shape, dtype=object):
        raise DataError(f"{path} has {len(content) - start} bytes where {shape} are announced")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
