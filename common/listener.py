"""One client of `common.websocket`: its socket, its protocol, and how much it may ask of us."""

import socket
from collections.abc import Iterator

from wsproto import WSConnection
from wsproto.events import Event, TextMessage

from common.osc import Argument

MAX_COMMAND = 1024
"""Characters of a command; LISTEN with the longest address has a tenth of that."""
MAX_INCOMING = 16 * 1024
"""Bytes a second: every address asked for at once, some times over."""
MAX_BACKLOG = 64 * 1024
"""Bytes that a client may leave unread, besides what the kernel keeps for it."""
KERNEL = 32 * 1024
"""Bytes of send buffer."""
PIECE = 4096
"""Bytes read at a time."""


class TooMuch(Exception):
    """The client sends, or leaves unread, more than it may."""


class Listener:
    """`heard`: the addresses it listens to, each with the value it was told last.

    `last_word`: when something came from it; `asked`: a ping has gone out since.
    """

    def __init__(self, connection: socket.socket, protocol: WSConnection, host: str, now: float) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)
        self.connection, self.protocol, self.host = connection, protocol, host
        self.outgoing = bytearray()
        self.heard: dict[str, Argument] = {}
        self.last_word, self.asked = now, False
        self._text = ""
        self._counted_from, self._incoming = now, 0

    def receive(self, now: float) -> Iterator[Event]:
        """What came. Raises `EOFError` at its end, `OSError`, wsproto's `ProtocolError` and `TooMuch`."""
        try:
            data = self.connection.recv(PIECE)
        except BlockingIOError:
            return
        if not data:
            raise EOFError
        if now - self._counted_from >= 1.0:
            self._counted_from, self._incoming = now, 0
        self._incoming += len(data)
        if self._incoming > MAX_INCOMING:
            raise TooMuch(f"over {MAX_INCOMING} bytes a second over the WebSocket")
        self.last_word, self.asked = now, False
        self.protocol.receive_data(data)
        yield from self.protocol.events()

    def collect(self, event: TextMessage) -> str | None:
        """A command that has come to its end; None while it goes on."""
        self._text += event.data
        if len(self._text) > MAX_COMMAND:
            raise TooMuch(f"a command of over {MAX_COMMAND} characters over the WebSocket")
        if not event.message_finished:
            return None
        text, self._text = self._text, ""
        return text

    def say(self, event: Event) -> None:
        self.outgoing += self.protocol.send(event)
        if len(self.outgoing) > MAX_BACKLOG:
            raise TooMuch(f"over {MAX_BACKLOG} bytes left unread over the WebSocket")

    def flush(self) -> None:
        """Hand to the kernel what it takes."""
        if self.outgoing:
            try:
                sent = self.connection.send(self.outgoing)
            except BlockingIOError:
                return
            del self.outgoing[:sent]
