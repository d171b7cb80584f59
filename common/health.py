"""The HTTP door of a node: `/health`, its OSCQuery tree and whatever else it shows. Reads only.

Served from its own thread by the standard library, so it costs nothing until someone asks, and a
stuck render loop shows as what it is: the health page is made from *presented frames*, not from
this thread being alive.
"""

import contextlib
import json
import socket
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from common.counters import Counters
from common.errors import LinkError
from common.oscquery import Tree
from common.slots import Slots, counted_as
from common.websocket import Listeners, NoEntry

STALE_AFTER = 2.0
"""Seconds without a presented frame after which a node counts as frozen."""
MAX_REQUESTS, MAX_PER_HOST = 8, 4
"""Requests answered at once: this machine's, and as many of all others; and of one other address.

More are closed at once, so a port scan can't grow our threads.
"""
BACKLOG = 512
"""Connections that wait for us to look at them: in a flood, some hundredths of a second of it.

Where there is no room the kernel lets a caller knock again after a second, our own supervisor too.
"""
CLOSED_WITHIN = 0.1
"""Seconds between two looks at whether the door is to be closed."""
REQUEST_TIMEOUT = 5.0
"""Seconds a client may take over its request."""
STALL = 1.0
"""Of the seconds between two looks at the clients, so many at most are theirs: in more we were held up."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Page = Callable[[], Reply]


class Heartbeat:
    """When the last frame was presented. The render loop beats, any thread reads."""

    def __init__(self) -> None:
        self.frames = 0
        self._last: float | None = None
        self._lock = threading.Lock()
        self._second: deque[float] = deque(maxlen=1024)

    def beat(self, now: float) -> None:
        """`now` in monotonic seconds."""
        self.frames += 1
        self._last = now
        with self._lock:
            self._second.append(now)
            while self._second[0] <= now - 1.0:
                self._second.popleft()

    def rate(self, now: float) -> int:
        """Frames presented within the last second."""
        with self._lock:
            return sum(beat > now - 1.0 for beat in self._second)

    def age(self, now: float) -> float | None:
        """Seconds since the last frame; None before the first."""
        return None if self._last is None else now - self._last


def health_page(heart: Heartbeat, now: Callable[[], float], status: Callable[[], dict[str, Any]]) -> Page:
    """200 while frames are really being presented, else 503; JSON either way."""

    def page() -> Reply:
        time = now()
        age = heart.age(time)
        alive = age is not None and age < STALE_AFTER
        body = {
            "ok": alive,
            "frames": heart.frames,
            "frame_age": None if age is None else round(age, 3),
            "frame_rate": heart.rate(time),
            **status(),
        }
        return Reply(200 if alive else 503, json.dumps(body).encode())

    return page


class HttpDoor:
    """Serves `pages` by exact path, and `tree` by all others, until `close`. Port 0 takes any free one."""

    def __init__(
        self,
        host: str,
        port: int,
        pages: Mapping[str, Page],
        tree: Tree | None = None,
        counters: Counters | None = None,
    ) -> None:
        try:
            self._server = _Server((host, port), _Handler)
        except (OSError, OverflowError, TypeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise LinkError(f"cannot serve HTTP on {host}:{port}: {reason}; choose another port") from None
        self.port = int(self._server.server_address[1])
        self._server.pages, self._server.tree = pages, tree
        self._server.listeners = Listeners(tree, counters or Counters()) if tree else None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(CLOSED_WITHIN,), name="http", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._server.listeners:
            self._server.listeners.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = BACKLOG
    pages: Mapping[str, Page]
    tree: Tree | None
    listeners: Listeners | None

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._slots = Slots(MAX_REQUESTS, MAX_PER_HOST)
        self._lock = threading.Lock()
        self._due: dict[socket.socket, float] = {}
        self._looked, self._spent = time.monotonic(), 0.0
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without the look-up of our own name, which takes long where there is no name server."""
        socketserver.TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """With the address that its place is counted under, from here to where it leaves or listens."""
        request, (host, port) = super().get_request()
        return request, (counted_as(request, host), port)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.enter(client_address[0]):
            self.shutdown_request(request)
            return
        with self._lock:
            self._due[request] = self._spent + REQUEST_TIMEOUT
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """At every look: hang up on those that send, or read, one byte at a time."""
        now = time.monotonic()
        self._spent += min(now - self._looked, STALL)
        self._looked = now
        with self._lock:
            for request, due in self._due.items():
                if self._spent > due:
                    with contextlib.suppress(OSError):
                        request.shutdown(socket.SHUT_RDWR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.leave(client_address[0])

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._due.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_TIMEOUT
    server_version = "sandglass"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._upgrade()
        elif page := self.server.pages.get(path):
            self._answer(page())
        elif self.server.tree:
            self._answer(Reply(*self.server.tree.answer(path, query, self.server.server_port)))
        else:
            self._answer(Reply(404, b'{"error": "no such page"}'))

    def refuse(self) -> None:
        self._answer(Reply(405, b"", headers={"Allow": "GET"}))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _upgrade(self) -> None:
        """The connection goes over to the listeners, and this thread ends."""
        try:
            if self.server.listeners is None:
                raise NoEntry(404, "nothing to listen to")
            protocol, hello = self.server.listeners.greet(self.headers.items(), self.path)
        except NoEntry as refusal:
            self._answer(Reply(refusal.status, json.dumps({"error": str(refusal)}).encode()))
            return
        taken = socket.socket(fileno=self.connection.detach())
        self.server.listeners.take(taken, protocol, hello, self.client_address[0])

    def log_message(self, format: str, *args: object) -> None:
        pass


for _method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.refuse)
