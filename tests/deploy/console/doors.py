"""A console's door with the real room behind it, in this process, and no node anywhere."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from common.company import Company
from common.counters import Counters
from common.identity import Identity
from common.link import UdpLink
from common.peers import Peers
from deploy.console import passwords
from deploy.console.gathering import Gathering
from deploy.console.live import Live
from deploy.console.orders import Orders
from deploy.console.radio import Radio
from deploy.console.snapshot import snapshot
from deploy.console.web import Site

PASSWORD = "as the sand runs"
ME = Identity("00000000-0000-4000-8000-00000000000c", "operate", "console")


class Clock:
    """Monotonic seconds, turned by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Console:
    """`origin`: what its own page would name."""

    def __init__(
        self, client: TestClient[Any, Any], site: Site, gathering: Gathering, live: Live, clock: Clock
    ) -> None:
        self.client, self.site, self.gathering, self.live, self.clock = client, site, gathering, live, clock
        self.origin = f"http://127.0.0.1:{client.port}"
        self.csrf = ""

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """As the page does it; a header of "" is left out."""
        all_headers = {"Origin": self.origin, "X-CSRF-Token": self.csrf, **headers}
        sent = {name.replace("_", "-"): value for name, value in all_headers.items() if value}
        async with self.client.post(path, json=body if body is not None else {}, headers=sent) as reply:
            told = await reply.json() if reply.content_type == "application/json" else await reply.text()
            return reply.status, told

    def watching(self) -> Any:
        """The news, as the page asks for them."""
        protocols = ("sandglass", f"csrf.{self.csrf}")
        return self.client.ws_connect("/api/live", protocols=protocols, headers={"Origin": self.origin})

    async def log_in(self, password: str = PASSWORD) -> int:
        status, told = await self.post("/api/login", {"password": password})
        self.csrf = told.get("csrf", "")
        return status


@contextlib.asynccontextmanager
async def console(folder: Path, password: str | None = PASSWORD) -> AsyncIterator[Console]:
    if password:
        passwords.keep(folder, password)
    clock, link, counters = Clock(), UdpLink(), Counters()
    company = Company(Peers(ME), link, counters)
    gathering = Gathering(company.peers, lambda: False, clock)
    radio = Radio(link, company, counters, gathering.told, clock)
    live = Live(lambda: snapshot(gathering, clock()))
    parts = (gathering, radio, Orders(gathering, radio, clock), live)
    site = Site(folder, [], "en", parts, lambda: {"ok": True}, clock)
    client = TestClient(TestServer(site.app()), cookie_jar=CookieJar(unsafe=True))
    telling, minding = asyncio.create_task(live.run()), asyncio.create_task(site.mind())
    async with client:
        try:
            yield Console(client, site, gathering, live, clock)
        finally:
            telling.cancel()
            minding.cancel()
            await live.close()
            await gathering.poller.close()
            link.close()


def at_the_door(
    folder: Path, visit: Callable[[Console], Awaitable[None]], password: str | None = PASSWORD
) -> None:
    async def whole() -> None:
        async with console(folder, password) as there:
            await visit(there)

    asyncio.run(whole())
