"""The monitors of this machine, put out and lit again by DPMS, where there is an X server to do it."""

import logging
import os
import shutil
import subprocess
from collections.abc import Mapping

log = logging.getLogger("sandglass")

PATIENCE = 2.0
"""Seconds for xset: an X server that hangs must not hang its keeper."""


class Screens:
    """`want(lit)` again and again: whatever a touch, or a monitor plugged in, has done is put right."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = dict(environment)
        self._xset = shutil.which("xset")
        self._told = False

    @property
    def there(self) -> bool:
        return self._xset is not None and bool(self._environment.get("DISPLAY"))

    def lit(self) -> bool | None:
        """Whether the monitors are on; None if nobody can tell."""
        told = self._ask("q") if self.there else None
        if told is None or "Monitor is" not in told:
            return None
        return "Monitor is On" in told

    def want(self, lit: bool) -> None:
        now = self.lit()
        if now is None:
            if not lit and not self._told:
                log.info("no X screen that could be put out: the wall is black, and stays lit")
                self._told = True
            return
        if now != lit:
            self._ask("dpms", "force", "on" if lit else "off")
            log.info("screens %s", "on" if lit else "off")

    def _ask(self, *words: str) -> str | None:
        assert self._xset is not None
        try:
            done = subprocess.run(
                [self._xset, *words], env=self._environment, capture_output=True, text=True,
                timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout if done.returncode == 0 else None
