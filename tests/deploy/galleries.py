"""Galleries for tests: on this machine's loopback, in a folder of the test's, without a screen."""

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from common.key import new_key
from deploy.gallery.machine import files_of
from deploy.gallery.settings import Gallery, Machine, parse_gallery
from tests.processes import free_port, running

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Place:
    """A machine of a gallery as it is deployed here. `ports`: of every program's /health."""

    gallery: Gallery
    machine: Machine
    config: Path
    state: Path
    ports: dict[str, int]
    settings: dict[str, dict[str, Any]]
    keeper_port: int


@contextmanager
def deployed(
    *programs: str, hours: dict[str, Any] | None = None, key: bool = False, **more: Any
) -> Iterator[Place]:
    """The files of a machine with these programs, written; its socket's path is short enough."""
    root = Path(tempfile.mkdtemp(prefix="sg-", dir="/tmp"))
    try:
        (root / "program").mkdir()
        (root / "program" / ".venv").symlink_to(BIN.parent)
        for name in ("config", "state"):
            (root / name).mkdir(mode=0o700)
        ports = {name: free_port(socket.SOCK_STREAM) for name in (*programs, "keeper")}
        tables: dict[str, dict[str, Any]] = {}
        for name in programs:
            quiet: dict[str, Any] = {"discovery": False, "http_port": ports[name], "host": "127.0.0.1"}
            if name != "operate":  # a console has no window
                quiet["headless"] = True
            if name.startswith("display"):
                quiet |= {"drawing_port": free_port(), "control_port": free_port(), "legacy": False,
                          "size": "96x64", "samples": 0, "frame_rate": 5, "engine": "scratch"}  # fmt: skip
            tables[name] = quiet | more.get(name, {})
        keeper = {"port": free_port(), "http_port": ports["keeper"], "discovery": False}
        tables["keeper"] = keeper | more.get("keeper", {})
        places = {"folder": f"{root}/program", "config": f"{root}/config", "state": f"{root}/state"}
        table = {
            "timezone": "Europe/Berlin",
            "hours": hours or {},
            "key": "k" if key else "",
            "machines": {"here": {**places, "screen": "none", **tables}},
        }
        gallery = parse_gallery(table, "test")
        machine = gallery.machines[0]
        if key:
            new_key(root / "config" / "k")
        for name, text in files_of(gallery, machine, toml(table)).items():
            (root / "config" / name).write_text(text)
        yield Place(
            gallery, machine, root / "config", root / "state", ports, tables, tables["keeper"]["port"]
        )
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def supervised(place: Place, out: Path | None = None, **environment: str) -> Iterator[int]:
    """supervisord with the machine's generated configuration; yields its process id. `out`: what it says."""
    command = [str(BIN / "supervisord"), "--configuration", str(place.config / "supervisord.conf")]
    # The programs find our packages wherever they were started.
    told = {"PYTHONPATH": os.getcwd(), **environment}
    below: list[psutil.Process] = []
    try:
        with running(*command, env=told, log=out or place.state / "supervisord.out") as process:
            try:
                yield process.pid
            finally:
                with contextlib.suppress(psutil.NoSuchProcess):
                    below = psutil.Process(process.pid).children(recursive=True)
    finally:
        for one in below:  # if it had to be killed: they would go on beside whatever follows
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def toml(table: dict[str, Any]) -> str:
    """Nested tables as TOML: values are written as in JSON, which TOML reads alike."""
    lines: list[str] = []

    def write(inner: dict[str, Any], path: str) -> None:
        if path:
            lines.append(f"[{path}]")
        lines.extend(
            f"{key} = {json.dumps(value)}" for key, value in inner.items() if not isinstance(value, dict)
        )
        for key, value in inner.items():
            if isinstance(value, dict):
                write(value, f"{path}.{key}" if path else key)

    write(table, "")
    return "\n".join(lines) + "\n"
