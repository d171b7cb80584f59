"""IDX files: what is read, and what is refused."""

import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest

from common.errors import DataError
from tests.weights.conftest import idx
from weights import mnist

PICTURES = np.arange(2 * 28 * 28).reshape(2, 28, 28) % 251
LABELS = np.array([7, 0])


def files(folder: Path, pictures: bytes, labels: bytes) -> tuple[Path, Path]:
    (folder / "pictures.gz").write_bytes(pictures)
    (folder / "labels.gz").write_bytes(labels)
    return folder / "pictures.gz", folder / "labels.gz"


def test_a_picture_gets_two_pixels_more_on_each_side(tmp_path: Path) -> None:
    digits = mnist.read(*files(tmp_path, idx(PICTURES), idx(LABELS)))
    assert digits.images.shape == (2, 32, 32)
    assert digits.labels.tolist() == [7, 0]
    assert (digits.images[:, 2:-2, 2:-2] == PICTURES).all()
    assert digits.images.sum() == PICTURES.sum()


@pytest.mark.parametrize(
    ("pictures", "labels"),
    [
        (b"not packed at all", idx(LABELS)),
        (idx(PICTURES)[:60], idx(LABELS)),
        (gzip.compress(gzip.decompress(idx(PICTURES))[:-1]), idx(LABELS)),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\0"), idx(LABELS)),
        (gzip.compress(b"\0\0\x08\x03\0\0"), idx(LABELS)),
        (gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12), idx(LABELS)),
        (gzip.compress(b""), idx(LABELS)),
        (idx(PICTURES[:1]), idx(LABELS)),
        (idx(LABELS), idx(PICTURES)),
        (idx(np.zeros((2, 27, 27))), idx(LABELS)),
        (idx(np.zeros((2, 40, 40))), idx(LABELS)),
        (idx(PICTURES), idx(np.array([7, 10]))),
        (idx(PICTURES[:0]), idx(LABELS[:0])),
    ],
    ids=itertools.count(),  # packed bytes hold the time, and workers must agree on a test's name
)
def test_a_file_that_is_not_digits_is_refused_in_one_line(
    tmp_path: Path, pictures: bytes, labels: bytes
) -> None:
    with pytest.raises(DataError) as caught:
        mnist.read(*files(tmp_path, pictures, labels))
    assert "\n" not in str(caught.value)
