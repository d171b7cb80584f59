"""`sandglass supervise display|input`: the node under supervisord, started again whenever it ends.

The configs in `deploy/supervisor/` are used as they are; what differs from machine to machine reaches
them through four environment variables that are set here. A whole machine is `sandglass deploy`'s.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from common.config import read
from common.errors import ConfigError
from deploy.gallery.programs import health_url
from deploy.gallery.roles import ROLES
from deploy.gallery.settings import LONGEST_SOCKET, Program
from deploy.gallery.supervisor import Job, configuration

CONFIGS = Path(__file__).parent / "supervisor"
NODES = sorted(path.stem for path in CONFIGS.glob("*.conf"))
PYTHON, CONFIG, LOGS, HEALTH = (
    f"%(ENV_SANDGLASS_{name})s" for name in ("PYTHON", "CONFIG", "LOGS", "HEALTH")
)  # fmt: skip
UNWATCHED = "http://127.0.0.1:0/health"
"""The page of a node that takes any free port, so that nobody knows it beforehand."""


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
    os.environ |= {
        "SANDGLASS_PYTHON": sys.executable,
        "SANDGLASS_CONFIG": str(settings.resolve()),
        "SANDGLASS_LOGS": str(state_folder(argv[0])),
        "SANDGLASS_HEALTH": health_url(Program(argv[0], argv[0], {}), read(settings)) or UNWATCHED,
    }
    os.execv(supervisord, [supervisord, "--configuration", str(CONFIGS / f"{argv[0]}.conf")])


def single(node: str) -> str:
    """The config in `deploy/supervisor/` of a node that runs alone; a test holds the two equal."""
    python = f'"{PYTHON}"'
    command = f'{python} -m {ROLES[node].module} --config "{CONFIG}" --linger 6'
    about = (
        f"supervisord for the {node} node. Start it with: sandglass supervise {node} [config.toml]\n"
        "; The SANDGLASS_ variables are set by that command."
    )
    return configuration([Job(node, command, HEALTH, ROLES[node].memory)], python, LOGS, about)


def state_folder(node: str) -> Path:
    """Where this node's logs and socket live; only this user may look inside."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(base) / "sandglass" / node
    if len(str(folder / "supervisor.sock").encode()) > LONGEST_SOCKET:
        raise ConfigError(f"{folder} is too long for a socket: set XDG_STATE_HOME to a shorter folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
