"""Where the data sets are: a folder of the user's, the cache, or the net. Every file's digest is checked.

No data set is part of the project. A file is looked for in `$SANDGLASS_DATA`, then in the cache
(`$XDG_CACHE_HOME/sandglass`, or `~/.cache/sandglass`), and is fetched into the cache if it is in neither.
"""

import hashlib
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from common.errors import DataError
from common.paths import cache_folder

TIMEOUT = 30.0
"""Seconds without a byte before a mirror is given up."""
MAX_BYTES = 64 << 20
"""Of one download, packed or not; the largest file that we ask for has 10 MB."""


@dataclass(frozen=True)
class Source:
    """One file of a data set. `digest` is "algorithm hex"; `urls` are tried in order.

    A URL that ends in `.Z` is unpacked (Unix compress) before the digest is checked.
    """

    path: str
    digest: str
    urls: tuple[str, ...]


def _mnist(name: str, md5: str) -> Source:
    mirrors = ("ossci-datasets.s3.amazonaws.com", "storage.googleapis.com/cvdf-datasets")
    return Source(f"mnist/{name}", f"md5 {md5}", tuple(f"https://{at}/mnist/{name}" for at in mirrors))


TRAIN_IMAGES = _mnist("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873")
TRAIN_LABELS = _mnist("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432")
TEST_IMAGES = _mnist("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3")
TEST_LABELS = _mnist("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c")
PENS = Source(
    "pendigits/pendigits-orig.tra",
    "sha256 a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
    ("https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/pendigits-orig.tra.Z",),
)


def find(source: Source) -> Path | None:
    """The file, if it is on this machine. Raises `DataError` if it is there but is not the file we know."""
    given = os.environ.get("SANDGLASS_DATA")
    for folder in ([Path(given).expanduser()] if given else []) + [cache_folder()]:
        path = folder / source.path
        if path.is_file():
            _check(path, source)
            return path
    return None


def obtain(source: Source) -> Path:
    """The file, fetched if need be. Raises `DataError` in one line that says how to get it by hand."""
    found = find(source)
    if found:
        return found
    target = cache_folder() / source.path
    tried = []
    for url in source.urls:
        try:
            _fetch(url, target, source)
            return target
        except (OSError, HTTPException, DataError) as error:
            tried.append(f"{url}: {error}")
    advice = f"put it there by hand, or name the folder that holds {source.path} in SANDGLASS_DATA"
    raise DataError(f"cannot get {target} ({'; '.join(tried)}); {advice}")


def _fetch(url: str, target: Path, source: Source) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            content = answer.read(MAX_BYTES + 1)
        partial.write_bytes(unpacked(content) if url.endswith(".Z") else content)
        _check(partial, source)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def unpacked(content: bytes) -> bytes:
    """Undo Unix compress with `gzip`, which reads it; Python's own modules do not."""
    if not shutil.which("gzip"):
        raise DataError("gzip is needed to unpack it")
    gzip = subprocess.run(["gzip", "-dc"], input=content, capture_output=True, check=False)
    if gzip.returncode:
        raise DataError("it is not packed as its name says")
    return gzip.stdout


def _check(path: Path, source: Source) -> None:
    algorithm, wanted = source.digest.split()
    with path.open("rb") as file:
        found = hashlib.file_digest(file, algorithm).hexdigest()
    if found != wanted:
        raise DataError(f"{path} is not the file we know: its {algorithm} is {found}, not {wanted}")
