"""The record: every submitted drawing, appended to a strokes file."""

import logging
from pathlib import Path

from common import strokes
from common.strokes import Drawing

MOST = 10_000
"""Drawings in one file: some 20 MB, a busy month. The file is written whole, and disks do fill."""

log = logging.getLogger("sandglass")


class Record:
    """Reads what the file already holds; raises `DataError` if that is no strokes file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._drawings = strokes.read(path) if path.exists() else []
        self._quiet = False

    def append(self, drawing: Drawing) -> None:
        """A record that cannot be kept is no reason to turn a visitor away: said once, then let be."""
        if len(self._drawings) >= MOST:
            self._complain(f"{self._path} holds {MOST} drawings; no more are recorded")
            return
        self._drawings.append(drawing)
        try:
            strokes.write(self._path, self._drawings)
        except OSError as error:
            self._complain(f"cannot record to {self._path}: {error.strerror}")

    def _complain(self, what: str) -> None:
        if not self._quiet:
            log.warning(what)
        self._quiet = True
