"""The installation's key: a file with 64 hexadecimal digits that only its owner can read."""

import errno
import os
import secrets
import stat
from pathlib import Path

from common.errors import ConfigError
from common.seal import KEY_BYTES

COPY = "copy it from a machine that has it (only the first is made, by sandglass key new)"
"""What to do without one: a new key would shut this machine out from all others."""
_MOST = 1024
"""Bytes read of the file, which may be any."""


def read_key(path: Path) -> bytes:
    """The 32 bytes; raises `ConfigError` if others can read the file, too, or if it holds no key."""
    try:
        # Not waiting for the other end, in case that somebody named a pipe.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            text = file.read(_MOST) if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        hint = {errno.ENOENT: f"; {COPY}", errno.EACCES: "; chown it to the user that runs this"}
        raise ConfigError(
            f"cannot read the key {path}: {error.strerror}{hint.get(error.errno or 0, '')}"
        ) from None
    if status.st_mode & 0o077:
        raise ConfigError(f"others can read the key {path}: chmod 600 {path}")
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{path} is no key of {2 * KEY_BYTES} hexadecimal digits; {COPY}")
    return key


def new_key(path: Path) -> bytes:
    """Write a new key to a new file, and return it; what is there already is never overwritten."""
    key = secrets.token_bytes(KEY_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise ConfigError(
            f"{path} is there already, and a key is never overwritten: choose another name"
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot write the key {path}: {error.strerror}") from None
    return key
