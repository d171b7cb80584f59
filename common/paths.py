"""Folders of this user's. Finds them; whoever writes there makes them."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """For what can be made or fetched again: `$XDG_CACHE_HOME/sandglass`, or `~/.cache/sandglass`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sandglass"
