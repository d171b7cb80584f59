"""A folder of recordings that never grows beyond its bound: when there is no room, the oldest file goes.

There is none where the bound is reached, or where the disk is full, whoever filled it. Each file stands for
itself: it begins with who recorded it and with what was on the wall at that moment. So any of them may be
missing, or end in the middle. What raises `OSError` closes its file; the next block opens another.
"""

import contextlib
import errno
import os
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from display_node.flight.blocks import MAGIC

ENDING = ".flight"
SEGMENTS = 16
"""Files that the bound is shared among: so much is lost at once when the oldest goes."""
SMALLEST = 64 << 10
"""Bytes of a file that is worth having, unless the bound leaves less."""


def segments(folder: Path) -> list[Path]:
    """The recordings in a folder, in the order in which they were written."""
    found = [path for path in folder.glob(f"*{ENDING}") if path.stem.isdecimal()]
    return sorted(found, key=lambda path: int(path.stem))


class Ring:
    """Writes blocks into `folder`, `most` bytes of files altogether. Used by one thread."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._segment = max(most // SEGMENTS, min(SMALLEST, most // 2))
        self._sizes: OrderedDict[Path, int] | None = None
        self._file: int | None = None
        self._path = folder
        self._written = 0

    def write(self, block: bytes, opening: Callable[[], bytes]) -> None:
        """Append a block; where that begins a new file, what `opening` gives comes first."""
        if self._file is not None and self._written + len(block) > self._segment:
            self.close()
        if self._file is None:
            self._open()
            self._append(MAGIC + opening())
        self._append(block)

    def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = segments(self._folder)
        self._sizes = OrderedDict((path, path.stat().st_size) for path in there)
        number = int(there[-1].stem) + 1 if there else 1
        self._path = self._folder / f"{number:08d}{ENDING}"
        self._file = self._on_disk(partial(os.open, self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._written = 0

    def _append(self, data: bytes) -> None:
        """All of it, or the file is cut back to where it ended before, and let be."""
        assert self._file is not None
        file, view = self._file, memoryview(data)
        self._make_room(len(data))
        try:
            while view:
                view = view[self._on_disk(partial(os.write, file, view)) :]
        except OSError:
            with contextlib.suppress(OSError):
                if self._written:
                    os.ftruncate(self._file, self._written)
                else:
                    self._path.unlink()
            self.close()
            raise
        self._written += len(data)

    def _make_room(self, wanted: int) -> None:
        assert self._sizes is not None
        while self._sizes and sum(self._sizes.values()) + self._written + wanted > self._most:
            self._drop_oldest()

    def _on_disk(self, work: Callable[[], int]) -> int:
        """What `work` returns. While the disk is full, the oldest other file goes and it is tried again."""
        while True:
            try:
                return work()
            except OSError as error:
                if error.errno != errno.ENOSPC or not self._sizes:
                    raise
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        assert self._sizes
        oldest, _ = self._sizes.popitem(last=False)
        oldest.unlink(missing_ok=True)
