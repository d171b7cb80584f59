"""Where browsers come in: so many at once, so many from one address, and nobody who only sits there.

aiohttp takes whoever knocks, until the process has no descriptors left and nothing works any more.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from common.errors import LinkError
from common.slots import Slots
from deploy.console.gathering import HERE

PLACES, PLACES_EACH = 64, 24
"""Connections at once: this machine's, and as many of all others; and of one other address.

A browser opens seven, and several people may stand behind one address.
"""
EVERYWHERE = "0.0.0.0"
PATIENCE = 15.0
"""Seconds for which a connection may ask for nothing, or be in the middle of its first question."""


class Entrance:
    """`app`, open to browsers from `open` until `close`."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=1.0, keepalive_timeout=PATIENCE
        )
        self._slots = Slots(PLACES, PLACES_EACH)
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """The port that it became, 0 being any free one. Raises `LinkError`.

        This machine's own programs come in at `HERE`, too, wherever else it is open: its health is watched
        there, with a password or without.
        """
        await self._runner.setup()
        serve = self._runner.server
        assert serve is not None
        loop = asyncio.get_running_loop()
        try:
            hosts = [host] if port == 0 or host in (HERE, EVERYWHERE) else [HERE, host]
            self._server = await loop.create_server(lambda: Place(self._slots, serve), hosts, port)
        except OSError as error:
            where, why = f"{host}:{port}", error.strerror or error
            raise LinkError(f"cannot serve the page on {where}: {why}; choose another port") from None
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Nobody else comes in; who is in has a second."""
        if self._server:
            self._server.close()
        await self._runner.cleanup()


class Place(asyncio.Protocol):
    """One connection: if there is a place for it, all that happens to it is told to what `serve` makes."""

    def __init__(self, slots: Slots, serve: Callable[[], asyncio.Protocol]) -> None:
        self._slots, self._serve = slots, serve
        self._inner = asyncio.Protocol()  # which heeds nothing
        self._host = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")  # None if it is gone already
        if peer is None or not self._slots.enter(peer[0]):
            transport.abort()
            return
        self._host, self._inner = peer[0], self._serve()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._host:
            self._slots.leave(self._host)
        self._inner.connection_lost(exc)
