"""Asks each node how it is, over HTTP: one asker for all browsers, two questions at a time to one node.

A dead node costs its own task a timeout, and nobody else anything.
"""

import asyncio
import contextlib
import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from deploy.console.fetch import NoPage, fetch, fetch_json
from deploy.console.watched import Picture, Watched

EVERY, WITHIN = 0.5, 1.0
"""Seconds between two looks at /health, and that one may take."""
PICTURE_EVERY, PICTURE_UNSEEN, PICTURE_WITHIN = 1.0, 15.0, 2.5
"""The same of a wall's frame, while somebody looks and while nobody does; it waits for a new one."""
VISITORS_EVERY = 20.0
LARGEST_PICTURE = 1 << 21
PNG = b"\x89PNG\r\n\x1a\n"
MOST_OPTIONS = 32
OPTIONS = ("exhibit", "form", "language")
"""Verbs that take one of a few texts, which a wall's tree lists."""


class Poller:
    """`seen`: is told that a page came. `watching`: whether anybody has the console open."""

    def __init__(
        self, seen: Callable[[Watched], None], watching: Callable[[], bool], now: Callable[[], float]
    ) -> None:
        self._seen, self._watching, self._now = seen, watching, now
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._kicks: dict[str, asyncio.Event] = {}
        self._session: aiohttp.ClientSession | None = None

    def follow(self, node: Watched) -> None:
        """From now on, until `close`; once is enough."""
        if node.id in self._tasks:
            return
        self._kicks[node.id] = asyncio.Event()
        self._tasks[node.id] = [
            asyncio.create_task(self._health(node)),
            asyncio.create_task(self._rest(node)),
        ]

    def forget(self, id: str) -> None:
        for task in self._tasks.pop(id, []):
            task.cancel()
        self._kicks.pop(id, None)

    def kick(self, id: str) -> None:
        """Look at it now: something was just asked of it."""
        if id in self._kicks:
            self._kicks[id].set()

    async def close(self) -> None:
        tasks = [task for both in self._tasks.values() for task in both]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # force_close: the nodes' doors answer once for each connection.
            connector = aiohttp.TCPConnector(limit=0, force_close=True, ttl_dns_cache=None)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _health(self, node: Watched) -> None:
        while True:
            if node.http_port:
                try:
                    node.page = await self._json(node, "/health", WITHIN)
                    node.page_at, node.failure = self._now(), ""
                    self._seen(node)
                except NoPage as failure:
                    node.failure = str(failure)
            kick = self._kicks[node.id]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(kick.wait(), EVERY)
                kick.clear()
                await asyncio.sleep(0.05)  # what was asked for has a frame's time to happen

    async def _rest(self, node: Watched) -> None:
        """A wall's picture, its visitors, and what can be said to it."""
        picture = visitors = -math.inf
        while True:
            now = self._now()
            well = node.page_at is not None and not node.failure
            if node.role == "display" and well:
                with contextlib.suppress(NoPage):
                    if node.control is None:
                        await self._tree(node)
                    if now - visitors >= VISITORS_EVERY:
                        visitors = now
                        await self._visitors(node)
                    if now - picture >= (PICTURE_EVERY if self._watching() else PICTURE_UNSEEN):
                        picture = now
                        await self._picture(node)
            await asyncio.sleep(EVERY)

    async def _picture(self, node: Watched) -> None:
        where = node.host, node.http_port
        status, body, headers = await fetch(
            self.session, *where, "/thumbnail.png", PICTURE_WITHIN, LARGEST_PICTURE
        )
        if status == 200 and body.startswith(PNG):
            with contextlib.suppress(ValueError):
                age = float(headers.get("x-frame-age", "0"))
                mark = hashlib.sha256(body).hexdigest()[:16]
                if 0.0 <= age < math.inf:
                    node.picture = Picture(body, mark, self._now() - age)

    async def _visitors(self, node: Watched) -> None:
        found = await self._json(node, "/visitors", WITHIN)
        node.visitors = found if isinstance(found.get("days"), list) else {}

    async def _tree(self, node: Watched) -> None:
        """Where it hears commands, and which texts they may carry: from its OSCQuery tree."""
        info = await self._json(node, "/?HOST_INFO", WITHIN)
        port, host = info.get("OSC_PORT"), info.get("OSC_IP", node.host)
        if not (type(port) is int and 0 < port < 65536 and isinstance(host, str)):
            raise NoPage("odd")
        tree = await self._json(node, "/control", WITHIN)
        node.options = {verb: options(tree, verb) for verb in OPTIONS}
        node.control = host, port

    async def _json(self, node: Watched, path: str, within: float) -> dict[str, Any]:
        return await fetch_json(self.session, node.host, node.http_port, path, within)


def options(tree: Mapping[str, Any], verb: str) -> list[str]:
    """What a tree says that a verb can be given; nothing if it doesn't say so in the usual way."""
    try:
        found = tree["CONTENTS"][verb]["RANGE"][0]["VALS"]
        good = [one for one in found if isinstance(one, str) and 0 < len(one) <= 32 and one.isprintable()]
        return good[:MOST_OPTIONS]
    except (KeyError, IndexError, TypeError):
        return []
