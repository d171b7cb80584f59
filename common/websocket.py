"""Live values: who listens to which of a node's readings over a WebSocket, and hears them change.

    client → {"COMMAND": "LISTEN", "DATA": "/state/phase"}     or IGNORE; text, JSON
    node   → the value at once, then whenever it changes; binary, one OSC packet each

One thread for all. Read-only: values that a client sends are dropped. A client that reads too slowly, sends
too much or no longer answers pings is let go, so a stranger costs what the constants below say and no more.
"""

import contextlib
import json
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from common.counters import Counters
from common.listener import Listener, TooMuch
from common.oscquery import Tree
from common.slots import Slots

log = logging.getLogger("sandglass")

EVERY = 0.05
"""Seconds between two values of one address: at most 20 a second."""
MAX_LISTENERS, MAX_PER_HOST = 16, 4
"""Clients at once: of this machine, and as many of all others; and of one other address."""
PING_AFTER, GONE_AFTER = 20.0, 60.0
"""Seconds of silence after which a client is asked whether it is there, and after which it isn't."""


class NoEntry(Exception):
    """`status`: the HTTP status that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Listeners:
    """Runs from construction to `close`, after which its thread is gone and its clients are let go."""

    def __init__(self, tree: Tree, counters: Counters, now: Callable[[], float] = time.monotonic) -> None:
        self._tree, self._counters, self._now = tree, counters, now
        self._slots = Slots(MAX_LISTENERS, MAX_PER_HOST)
        self._coming: deque[Listener] = deque()
        self._clients: set[Listener] = set()
        self._due = 0.0
        self._closing = False
        self._selector = selectors.DefaultSelector()
        self._awake, self._alarm = socket.socketpair()
        self._awake.setblocking(False)
        self._selector.register(self._awake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="listeners", daemon=True)
        self._thread.start()

    def greet(self, headers: Iterable[tuple[str, str]], path: str) -> tuple[WSConnection, bytes]:
        """The protocol of a client that asks for a WebSocket, and what to send it. Raises `NoEntry`."""
        given = [(name.lower(), value) for name, value in headers]
        named = dict(given)
        if (origin := named.get("origin")) and origin.partition("://")[2] != named.get("host"):
            raise NoEntry(403, "a page from elsewhere may not listen")  # in the operator's own browser
        protocol = WSConnection(ConnectionType.SERVER)
        try:
            protocol.initiate_upgrade_connection(
                [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given], path
            )
            return protocol, protocol.send(AcceptConnection())
        except (ProtocolError, h11.ProtocolError, UnicodeEncodeError):
            raise NoEntry(400, "no WebSocket's handshake") from None

    def take(self, connection: socket.socket, protocol: WSConnection, hello: bytes, host: str) -> bool:
        """`connection` belongs to us from now on; False, and it is closed, if there is no room."""
        if self._closing or not self._slots.enter(host):
            connection.close()
            return False
        client = Listener(connection, protocol, host, self._now())
        client.outgoing += hello
        self._coming.append(client)
        self._wake()
        return True

    def close(self) -> None:
        self._closing = True
        self._wake()
        self._thread.join()
        for client in self._coming:  # came after the thread had gone
            client.connection.close()
        self._selector.close()
        self._awake.close()
        self._alarm.close()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._alarm.send(b"\0")

    def _run(self) -> None:
        while not self._closing:
            for key, events in self._selector.select(self._patience()):
                if key.data is None:
                    self._awake.recv(256)
                else:
                    self._serve(key.data, events)
            while self._coming:
                client = self._coming.popleft()
                self._clients.add(client)
                self._selector.register(client.connection, selectors.EVENT_READ, client)
                self._guarded(client, self._flush)
            self._look_after(self._now())
        for client in [*self._clients, *self._coming]:
            with contextlib.suppress(OSError, ProtocolError):
                client.say(CloseConnection(code=CloseReason.GOING_AWAY))
                client.flush()
            self._let_go(client)

    def _patience(self) -> float | None:
        if not self._clients:
            return None
        return max(0.0, self._due - self._now()) if any(client.heard for client in self._clients) else 1.0

    def _serve(self, client: Listener, events: int) -> None:
        def work(client: Listener) -> None:
            for event in client.receive(self._now()) if events & selectors.EVENT_READ else ():
                self._obey(client, event)
            self._flush(client)

        self._guarded(client, work)

    def _guarded(self, client: Listener, work: Callable[[Listener], None]) -> None:
        """Whatever a client brings about ends that client only."""
        if client not in self._clients:
            return
        try:
            work(client)
        except TooMuch as excess:
            self._counters.drop("listener", str(excess), client.host)
            self._let_go(client)
        except (OSError, ProtocolError, EOFError):
            self._let_go(client)
        except Exception:
            if self._counters.add("listener_faults") == 1:
                log.exception("a listener at %s could not be served; further ones are counted", client.host)
            self._let_go(client)

    def _obey(self, client: Listener, event: Event) -> None:
        if isinstance(event, TextMessage):
            if (text := client.collect(event)) is not None:
                self._command(client, text)
        elif isinstance(event, BytesMessage):
            self._counters.drop(
                "listener_value", "values are told over the WebSocket, not taken", client.host
            )
        elif isinstance(event, Ping):
            client.say(event.response())
        elif isinstance(event, CloseConnection):
            if client.protocol.state is ConnectionState.REMOTE_CLOSING:
                client.say(event.response())
                client.flush()
            raise EOFError

    def _command(self, client: Listener, text: str) -> None:
        try:
            said = json.loads(text)
            command, path = said["COMMAND"], said["DATA"]
        except (ValueError, KeyError, TypeError, RecursionError):
            command, path = None, None
        if command == "LISTEN" and isinstance(path, str) and path in self._tree.live:
            client.heard[path] = None
        elif command == "IGNORE" and isinstance(path, str):
            client.heard.pop(path, None)
        else:
            self._counters.drop("listener_command", "not LISTEN or IGNORE with an address", client.host)

    def _look_after(self, now: float) -> None:
        """Tell what has changed; ask the silent ones."""
        if now >= self._due and any(client.heard for client in self._clients):
            self._due = now + EVERY
            values = self._tree.values()
            for client in list(self._clients):
                self._guarded(client, lambda client: self._tell(client, values))
        for client in list(self._clients):
            silent = now - client.last_word
            if silent > GONE_AFTER:
                self._let_go(client)
            elif silent > PING_AFTER and not client.asked:
                client.asked = True
                self._guarded(client, self._ask)

    def _tell(self, client: Listener, values: Mapping[str, Any]) -> None:
        for path, last in client.heard.items():
            method = self._tree.live[path]
            value = method.value(values)
            if value != last:
                client.heard[path] = value
                client.say(BytesMessage(data=method.encode(value)))
        self._flush(client)

    def _ask(self, client: Listener) -> None:
        client.say(Ping())
        self._flush(client)

    def _flush(self, client: Listener) -> None:
        client.flush()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.outgoing else 0)
        self._selector.modify(client.connection, events, client)

    def _let_go(self, client: Listener) -> None:
        if client in self._clients:
            self._clients.discard(client)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(client.connection)
        client.connection.close()
        self._slots.leave(client.host)
