"""Where a node keeps what must outlive it: its id, the peers it knew. One folder for each running node.

Galleries cut the power at the breaker, so a file is written beside its place and moved there; they run on
disks that fill up and on cards that turn read-only, so no folder and no write is ever worth stopping for.
"""

import contextlib
import logging
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

log = logging.getLogger("sandglass")

MOST_FOLDERS = 16
"""Nodes of one role on one machine; the next one keeps nothing."""
_writing = threading.Lock()
_warned: set[Path] = set()


class StateFolder:
    """A folder that is this node's alone while it is open; its lock goes with the process, however that ends.

    `lasting`: False for a temporary one, which `close` removes.
    """

    def __init__(self, path: Path, lock: int | None = None, lasting: bool = True) -> None:
        self.path, self.lasting = path, lasting
        self._lock = lock

    def close(self) -> None:
        """Let another node have it. Safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if not self.lasting:
            shutil.rmtree(self.path, ignore_errors=True)


def state_base() -> Path:
    """`$SANDGLASS_STATE`, `$XDG_STATE_HOME/sandglass` or `~/.local/state/sandglass`."""
    if given := os.environ.get("SANDGLASS_STATE"):
        return Path(given)
    if given := os.environ.get("XDG_STATE_HOME"):
        return Path(given) / "sandglass"
    try:
        return Path.home() / ".local" / "state" / "sandglass"
    except RuntimeError:  # a user without a home
        return Path(tempfile.gettempdir()) / "sandglass-state"


def state_folder(role: str, wanted: Path | None = None) -> StateFolder:
    """`wanted`, or `role` in `state_base()`; made, readable by its owner only, and locked.

    While another process has it: the same with -2, -3 and so on at its end, so that two walls on one machine
    each have their own. Whoever wants each to have the same one every day names them with `wanted`. A folder
    that cannot be had is replaced by a temporary one, and a warning; this never raises.
    """
    first = (wanted or state_base() / role).absolute()
    for number in range(1, MOST_FOLDERS + 1):
        folder = first if number == 1 else first.with_name(f"{first.name}-{number}")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError as error:
            return _temporary(role, folder, error.strerror or str(error))
        if not _locked(lock):
            os.close(lock)
            continue
        if number > 1:
            log.warning("another process keeps its state in %s: this one keeps its own in %s", first, folder)
        return StateFolder(folder, lock)
    return _temporary(role, first, f"{MOST_FOLDERS} nodes already keep theirs there")


def write_atomic(path: Path, data: bytes) -> bool:
    """Put `data` into the file `path`, whole or not at all even if the power goes; for its owner's eyes only.

    False if it could not be done: what was there is still there, and a warning, once for each path, says why.
    """
    beside = path.with_name(f".{path.name}.new")
    with _writing:
        try:
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            _settle(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            if path not in _warned:
                _warned.add(path)
                log.warning("cannot keep %s (%s): going on without", path, error.strerror or error)
            return False
        _warned.discard(path)
        return True


def _settle(folder: Path) -> None:
    """Wait until the folder itself, that is the new name in it, is on the disk; not every system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _temporary(role: str, wanted: Path, why: str) -> StateFolder:
    """A folder that forgets; if even that cannot be had, one that nothing can be written to."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"sandglass-{role}-"))
    except OSError:
        folder = Path(os.devnull) / role
    log.warning("cannot use the folder %s (%s): what belongs there is forgotten at the end", wanted, why)
    return StateFolder(folder, lasting=False)


def _locked(descriptor: int) -> bool:
    """Whether the lock on an open folder is now ours. Where there are no such locks, it always is."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a network share that cannot lock
        return True
    return True
