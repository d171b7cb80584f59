"""Mesa keeps compiled shaders in a file that it maps into memory, whether or not there is room for it.

On a full disk the first shader that it writes there ends the process with SIGBUS, which nobody can catch: the
wall would die at every start. So where room is short it is told, before it is loaded, to keep none. What that
costs is a start that takes a moment longer.
"""

import logging
import os
import shutil
from pathlib import Path

from common.paths import cache_folder

log = logging.getLogger("sandglass")

SWITCH, FOLDER = "MESA_SHADER_CACHE_DISABLE", "MESA_SHADER_CACHE_DIR"
"""From Mesa's documentation, docs.mesa3d.org/envvars.html."""
ENOUGH = 32 << 20
"""Bytes: many times what it takes."""


def spare_shader_cache() -> None:
    """Call this before the first GL context is made. What somebody has set stands."""
    folder = Path(os.environ.get(FOLDER) or cache_folder().parent)
    if SWITCH in os.environ or _room(folder) >= ENOUGH:
        return
    os.environ[SWITCH] = "true"
    log.warning("the disk of %s is nearly full: shaders are compiled anew at every start", folder)


def _room(folder: Path) -> int:
    """Bytes that are free where `folder` is, or will be; 0 if it cannot be told."""
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), folder)
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return 0
