"""supervisord, asked through its Unix socket. Whatever it answers late, or not at all, is `Unreachable`."""

import http.client
import socket
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers.expat import ExpatError

from supervisor.xmlrpc import SupervisorTransport

from common.errors import SandglassError
from common.machine import STATES, Program

PATIENCE = 2.0
"""Seconds for one answer. supervisord has one thread, and answers between two looks at its programs."""
Found = TypeVar("Found")


class Unreachable(SandglassError):
    """supervisord is not there, or hangs."""


class Refusal(SandglassError):
    """supervisord answered, and would not. The message is its reason."""


class Supervisor:
    """`programs` and the three verbs; none waits for a program, only for supervisord."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._proxy: Any = None

    def programs(self) -> list[Program]:
        """Those of its processes that are programs and listeners, by name."""
        found = []
        for told in self._ask(lambda rpc: rpc.getAllProcessInfo()):
            state = told["statename"] if told["statename"] in STATES else "UNKNOWN"
            running = told["pid"] and state in ("RUNNING", "STARTING", "STOPPING")
            uptime = max(0, told["now"] - told["start"]) if running else 0
            found.append(Program(str(told["name"]), state, int(told["pid"]), int(uptime)))
        return found

    def start(self, name: str) -> None:
        self._ask(lambda rpc: rpc.startProcess(name, False))

    def stop(self, name: str) -> None:
        self._ask(lambda rpc: rpc.stopProcess(name, False))

    def kill(self, name: str) -> None:
        """SIGKILL, at once: it is started again as after any death."""
        self._ask(lambda rpc: rpc.signalProcess(name, "KILL"))

    def close(self) -> None:
        if self._proxy is not None:
            self._proxy("close")()
            self._proxy = None

    def _ask(self, question: Callable[[Any], Found]) -> Found:
        if self._proxy is None:
            self._proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", _Transport(self._path))
        try:
            return question(self._proxy.supervisor)
        except xmlrpc.client.Fault as fault:
            raise Refusal(str(fault.faultString)) from None
        except (OSError, http.client.HTTPException, xmlrpc.client.Error, ExpatError, ValueError) as error:
            self.close()  # half an answer may be on its way: the next question has a line of its own
            raise Unreachable(f"supervisord at {self._path}: {error or type(error).__name__}") from None


class _Transport(SupervisorTransport):
    """supervisor's own, which would wait for ever."""

    def __init__(self, path: Path) -> None:
        super().__init__("", "", f"unix://{path}")  # type: ignore[no-untyped-call]
        self._get_connection: Any = lambda: _Connection(path)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self._path))
