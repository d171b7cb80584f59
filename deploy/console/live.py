"""Tells every open page how things are, a few times a second. A slow one misses some, and holds up nobody."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

log = logging.getLogger("sandglass")

EVERY = 0.3
"""Seconds between two snapshots."""
MOST = 32
"""Pages that are open at once."""
PING_EVERY = 10.0
MOST_SAID = 1024
"""Bytes that a page may say here, where it has nothing to say."""


class Live:
    """`snapshot`: what is told."""

    def __init__(self, snapshot: Callable[[], dict[str, Any]]) -> None:
        self._snapshot = snapshot
        self._open: set[web.WebSocketResponse] = set()
        self._text, self._number = "", 0
        self._said: set[str] = set()
        self._news = asyncio.Condition()

    @property
    def watching(self) -> bool:
        return bool(self._open)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            if self._open:
                try:
                    # In ASCII, and without NaN: whatever a node has told, a browser can read it.
                    self._text = json.dumps(self._snapshot(), allow_nan=False)
                except Exception:
                    self._once("no news for the pages, which say that they hear nothing")
                else:
                    self._number += 1
                    async with self._news:
                        self._news.notify_all()
            await asyncio.sleep(EVERY)

    async def serve(
        self, request: web.Request, protocol: str, valid: Callable[[], bool]
    ) -> web.WebSocketResponse:
        """One page, until it goes or its session is no longer `valid`."""
        socket = web.WebSocketResponse(
            protocols=(protocol,), heartbeat=PING_EVERY, max_msg_size=MOST_SAID, compress=False
        )
        if len(self._open) >= MOST:
            raise web.HTTPServiceUnavailable(
                text='{"error": "too many pages"}', content_type="application/json"
            )
        await socket.prepare(request)
        self._open.add(socket)
        telling = asyncio.create_task(self._tell(socket, valid))
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await socket.close(code=WSCloseCode.POLICY_VIOLATION)
        finally:
            self._open.discard(socket)
            telling.cancel()
        return socket

    async def close(self) -> None:
        for socket in list(self._open):
            with contextlib.suppress(ConnectionError):
                await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _tell(self, socket: web.WebSocketResponse, valid: Callable[[], bool]) -> None:
        seen = self._number  # made before: of yesterday, perhaps
        try:
            while not socket.closed:
                async with self._news:
                    while self._number <= seen:
                        await self._news.wait()
                if not valid():
                    await socket.close(code=4401, message=b"session")
                    return
                seen = self._number
                await socket.send_str(self._text)
        except ConnectionError:
            pass
        except Exception:
            self._once("a page could not be told")
        # A page that hears nothing any more must know it, and asks again.
        with contextlib.suppress(ConnectionError):
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)

    def _once(self, what: str) -> None:
        """Of a fault of ours, which is there several times a second."""
        if what not in self._said:
            self._said.add(what)
            log.exception("%s; this is said once", what)
