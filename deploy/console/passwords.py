"""The console's password: only its argon2 hash is kept, in a file that nobody else can read."""

import contextlib
import errno
import getpass
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import argon2

from common.errors import ConfigError
from common.state import write_atomic

FILE = "password"
SHORTEST, LONGEST = 8, 200
"""Letters. The longest keeps a stranger from having us hash a megabyte."""
_hasher = argon2.PasswordHasher()
"""RFC 9106's second recommendation: 64 MiB, three passes."""


def ask(folder: Path) -> Path:
    """Ask for a new one, twice; or take the first line of standard input where nobody types.

    Returns the file that it is kept in.
    """
    if sys.stdin.isatty():
        password = getpass.getpass("New password for the console: ")
        if getpass.getpass("The same again: ") != password:
            raise ConfigError("the two passwords differ: nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with _as_its_owner(folder):
        keep(folder, password)
    return folder / FILE


@contextlib.contextmanager
def _as_its_owner(folder: Path) -> Iterator[None]:
    """For root: be who owns the folder, or what it will be made in, and so most likely runs the console.

    What root made there would be root's alone. To become that user is safer than to give it away afterwards:
    root would follow whatever links the folder holds.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    user, group = os.geteuid(), os.getegid()
    owner = there.stat()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)


def keep(folder: Path, password: str) -> None:
    """Write the hash to `folder`, which is made. `ConfigError` if that can't be, or it is too short."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} letters, this one has {len(password)}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {folder}: {error.strerror}") from None
    if not write_atomic(folder / FILE, _hasher.hash(password).encode() + b"\n"):
        raise ConfigError(f"cannot write {folder / FILE}: see the warning above")


def read(folder: Path) -> str | None:
    """The hash; None if no password was set. `ConfigError` for a file that others can read, or no hash."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode
            text = file.read(1024).decode("ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        hint = f"; chown it, and {folder}, to the user that runs the console"
        raise ConfigError(
            f"cannot read the password's file {path}: {error.strerror}"
            f"{hint if error.errno == errno.EACCES else ''}"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"others can read {path}: chmod 600 {path}, and set a new password")
    if not text.startswith("$argon2"):
        raise ConfigError(f"{path} is damaged: set the password again with sandglass operate --set-password")
    return text


class Kept:
    """The password of a console that runs. `hashed`: as it was looked at last; None while there was none.

    For one thread at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._mark = folder, _mark(folder)
        self.hashed = read(folder)

    def look(self) -> bool:
        """Whether there is another one than before. A file that vanished opens no door.

        `ConfigError` as `read`, and again each time until the file is in order.
        """
        mark = _mark(self._folder)
        if mark == self._mark:
            return False
        before, self.hashed = self.hashed, read(self._folder) or self.hashed
        self._mark = mark  # as it was before it was read: what comes in between is seen the next time
        return self.hashed != before


def _mark(folder: Path) -> tuple[int, ...] | None:
    """What tells a file from the one that was there before, cheaply; a chmod counts, too."""
    try:
        found = (folder / FILE).stat()
    except FileNotFoundError:
        return None
    except OSError:  # what is wrong with it, `read` says
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_mode


def matches(hashed: str, password: str) -> bool:
    """Takes a tenth of a second and 64 MiB: not in the loop's thread, and not twice at a time."""
    try:
        return _hasher.verify(hashed, password[: LONGEST + 1])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
