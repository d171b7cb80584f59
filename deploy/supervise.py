"""`sandglass supervise display|input`: the node under supervisord, started again whenever it ends.

The configs in `deploy/supervisor/` are used as they are; what differs from machine to machine reaches
them through three environment variables that are set here.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from common.errors import ConfigError

CONFIGS = Path(__file__).parent / "supervisor"
NODES = sorted(path.stem for path in CONFIGS.glob("*.conf"))
LONGEST_SOCKET = 100
"""Bytes of a Unix socket's path that every system takes."""


def supervise(argv: Sequence[str]) -> int:
    """Replaces this process by supervisord; returns only by raising."""
    if not argv or argv[0] not in NODES or len(argv) > 2:
        raise ConfigError(f"sandglass supervise takes one of {', '.join(NODES)}, then perhaps a config.toml")
    settings = Path(argv[1]) if len(argv) > 1 else CONFIGS / f"{argv[0]}.toml"
    if not settings.is_file():
        raise ConfigError(f"no config {settings}")
    beside = str(Path(sys.executable).parent)
    supervisord = shutil.which("supervisord", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if supervisord is None:
        raise ConfigError("supervisor is not installed: pip install '.[supervise]'")
    state = state_folder(argv[0])
    os.environ |= {
        "SANDGLASS_PYTHON": sys.executable,
        "SANDGLASS_CONFIG": str(settings.resolve()),
        "SANDGLASS_STATE": str(state),
    }
    os.execv(supervisord, [supervisord, "--configuration", str(CONFIGS / f"{argv[0]}.conf")])


def state_folder(node: str) -> Path:
    """Where this node's logs and socket live; only this user may look inside."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(base) / "sandglass" / node
    if len(str(folder / "supervisor.sock").encode()) > LONGEST_SOCKET:
        raise ConfigError(f"{folder} is too long for a socket: set XDG_STATE_HOME to a shorter folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
