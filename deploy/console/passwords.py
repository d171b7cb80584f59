"""The console's password: only its argon2 hash is kept, in a file that nobody else can read."""

import getpass
import stat
import sys
from pathlib import Path

import argon2

from common.errors import ConfigError
from common.state import write_atomic

FILE = "password"
SHORTEST, LONGEST = 8, 200
"""Letters. The longest keeps a stranger from having us hash a megabyte."""
_hasher = argon2.PasswordHasher()
"""RFC 9106's second recommendation: 64 MiB, three passes."""


def ask(folder: Path) -> None:
    """Ask for a new one, twice; or take the first line of standard input where nobody types."""
    if sys.stdin.isatty():
        password = getpass.getpass("New password for the console: ")
        if getpass.getpass("The same again: ") != password:
            raise ConfigError("the two passwords differ: nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    keep(folder, password)


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
        raise ConfigError(f"cannot read the password's file {path}: {error.strerror}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"others can read {path}: chmod 600 {path}, and set a new password")
    if not text.startswith("$argon2"):
        raise ConfigError(f"{path} is damaged: set the password again with sandglass operate --set-password")
    return text


def matches(hashed: str, password: str) -> bool:
    """Takes a tenth of a second and 64 MiB: not in the loop's thread, and not twice at a time."""
    try:
        return _hasher.verify(hashed, password[: LONGEST + 1])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
