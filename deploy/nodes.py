"""Starting nodes as processes of their own, and ending them."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from common.errors import SandglassError

READY_WITHIN = 120.0
"""Seconds that a node may take to say that it is ready: torch is slow to import on a cold disk."""
STOP_WITHIN = 10.0


@contextlib.contextmanager
def node(module: str, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """`python -m module options` while the block runs; then SIGTERM, and SIGKILL if that is not enough."""
    process = subprocess.Popen([sys.executable, "-m", module, *options], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def ready(process: "subprocess.Popen[str]", within: float = READY_WITHIN) -> dict[str, Any]:
    """The node's ready line; raises `SandglassError` if it ends, or stays silent, before that."""
    timer = threading.Timer(within, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        raise SandglassError(f"{_name(process)} did not start: see the line above, or run sandglass doctor")
    message: dict[str, Any] = json.loads(line)
    return message


def _name(process: "subprocess.Popen[str]") -> str:
    arguments: Sequence[str] = process.args  # type: ignore[assignment]  # we passed a list
    return str(arguments[2])
