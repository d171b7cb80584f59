"""The committed supervisor configs, under the real supervisord."""

import contextlib
import json
import os
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import psutil
import pytest

from common.wire import Ack, Hello, decode_reply
from tests.processes import free_port, python, running, wait_for


def alive(port: int) -> bool:
    """Whether the node's /health says that frames are being presented."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
            return bool(json.load(reply)["ok"])
    except OSError:
        return False


def node_process(supervisor: int, module: str) -> psutil.Process | None:
    for child in psutil.Process(supervisor).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if module in child.cmdline():
                return child
    return None


def greet(port: int) -> list[object] | None:
    """The wall's reply to a hello, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(0.5)
        try:
            link.sendto(Hello("test", 1).encode(), ("127.0.0.1", port))
            return list(decode_reply(link.recv(2048)))
        except OSError:
            return None


@pytest.mark.parametrize("node", ["display", "input"])
def test_a_killed_node_comes_back(node: str, short_path: Path) -> None:
    module = f"{node}_node"
    http = free_port(socket.SOCK_STREAM)
    settings = {"headless": True, "http_port": http, "discovery": False}
    if node == "display":
        settings |= {"host": "127.0.0.1", "drawing_port": free_port(), "control_port": 0, "legacy_port": 0,
                     "size": "160x90", "samples": 0, "frame_rate": 5, "engine": "scratch"}  # fmt: skip
    else:
        settings |= {"host": "127.0.0.1", "display": f"127.0.0.1:{free_port()}"}
    config = short_path / "node.toml"
    config.write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in settings.items()))
    state = {"XDG_STATE_HOME": str(short_path)}
    command = python("deploy.cli", "supervise", node, str(config))
    log = short_path / "supervisord.out"
    with running(*command, env=state, log=log) as supervisor:
        wait_for(lambda: alive(http), f"the {node} to be healthy; {log.read_text()[-500:]}")
        first = node_process(supervisor.pid, module)
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        wait_for(lambda: not first.is_running(), "the end of the killed node")
        wait_for(lambda: alive(http), "the node to be healthy again")
        second = node_process(supervisor.pid, module)
        assert second is not None
        assert second.pid != first.pid
        if node == "display":
            port = int(str(settings["drawing_port"]))
            assert wait_for(lambda: greet(port), "the wall to answer a hello") == [Ack("test", 1)]
        folder = short_path / "sandglass" / node
        assert stat.S_IMODE((folder / "supervisor.sock").stat().st_mode) == 0o700
        assert (folder / f"{node}.log").is_file()
        # A clean end is no reason to stay down either: a closed window exits with 0.
        second.terminate()
        wait_for(lambda: not second.is_running(), "the end of the terminated node")
        wait_for(lambda: alive(http), "the node to be healthy a third time")
        third = node_process(supervisor.pid, module)
        assert third is not None
    assert not third.is_running(), "the node must not outlive its supervisor"
    assert "Traceback" not in (folder / f"{node}.log").read_text()
