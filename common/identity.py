"""Who a node is: an id that it keeps for ever, whatever its name, address or place."""

import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

from common.state import write_atomic

log = logging.getLogger("sandglass")

ID_FILE = "id"
LONGEST_ID_FILE = 64
"""Bytes that are read of it: an id and a line's end are 37."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`id`: a UUID's text. `role`: one of `common.nodes.ROLES`. `name`: what people call it."""

    id: str
    role: str
    name: str


def identity(role: str, name: str, folder: Path) -> Identity:
    """The identity kept in `folder`, a new one if there is none or it is damaged; a new one is kept there."""
    path = folder / ID_FILE
    found = _read(path)
    if found is None:
        found = str(uuid.uuid4())
        write_atomic(path, f"{found}\n".encode())
    return Identity(found, role, name)


def is_id(text: str) -> bool:
    """Whether this is a UUID, written as we write one."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST_ID_FILE).decode("ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("cannot read %s (%s): this node is a new one today", path, error.strerror)
        return None
    if is_id(text):
        return text
    log.warning("%s holds no id: this node is a new one from now on", path)
    return None
