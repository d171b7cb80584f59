"""Announces a node's ports by mDNS, under names that nobody else has. Runs in one asyncio loop."""

import asyncio
import logging
from collections.abc import Sequence

import zeroconf
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from common.errors import plain
from common.services import Service

log = logging.getLogger("sandglass")


class Announcer:
    """What is announced through one zeroconf, from the moment it is made until `close`."""

    def __init__(self, opened: AsyncZeroconf, services: Sequence[Service]) -> None:
        self._zeroconf = opened
        self._own: dict[str, tuple[Service, AsyncServiceInfo]] = {}
        self._work = asyncio.create_task(self._announce(services))

    @property
    def called(self) -> str | None:
        """The name of the port that others talk to, without its type; None before it is settled."""
        for kind in ("drawing", "node"):
            if kind in self._own:
                service, info = self._own[kind]
                return info.name.removesuffix(f".{service.type}")
        return None

    def defend(self) -> None:
        """Two nodes that could not hear each other may both have found a name free: the greater id gives way.

        zeroconf doesn't notice: behind a switch that starts after its machines one would never be seen.
        """
        if not self._work.done():
            return
        rivals = [one for one in self._own.values() if (self._holder(one[1]) or one[0].id) != one[0].id]
        if rivals:
            self._work = asyncio.create_task(self._settle(rivals))

    def again(self) -> None:
        """Say it once more, for whoever has missed it, or has the name as well and has not heard of us."""
        for _, info in self._own.values():
            self._zeroconf.zeroconf.async_send(self._zeroconf.zeroconf.generate_service_broadcast(info, None))

    async def close(self) -> None:
        """Stop what is under way; what has been announced stays so."""
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)

    async def _announce(self, services: Sequence[Service]) -> None:
        found = await asyncio.gather(*(self._register(one) for one in services), return_exceptions=True)
        for error in found:
            if isinstance(error, Exception):
                log.warning("cannot announce this node: %s: %s", type(error).__name__, error)

    async def _register(self, service: Service) -> None:
        """Announce one port, by another name if the first is taken: that takes about a second of asking."""
        info = AsyncServiceInfo(
            service.type, service.instance, service.number, properties=service.text,
            parsed_addresses=list(service.addresses), server=f"{service.kind}-{service.id}.local.",
        )  # fmt: skip
        announced = await self._zeroconf.async_register_service(info, allow_name_change=True)
        self._own[service.kind] = service, info
        if info.name != service.instance:
            names = [plain(name.removesuffix(f".{service.type}")) for name in (service.instance, info.name)]
            log.warning("another node here is called %r: this one is announced as %r", *names)
        await announced

    async def _settle(self, rivals: Sequence[tuple[Service, AsyncServiceInfo]]) -> None:
        for service, info in rivals:
            if (self._holder(info) or "") > service.id:
                await (
                    await self._zeroconf.zeroconf.async_update_service(info)
                )  # the other hears, and gives way
            else:
                self._zeroconf.zeroconf.registry.async_remove(info)  # no goodbye: the name is another's now
                await self._announce((service,))

    def _holder(self, info: AsyncServiceInfo) -> str | None:
        """Whose id was last heard with the name of a service of ours."""
        heard = AsyncServiceInfo(info.type, info.name)
        if not heard.load_from_cache(self._zeroconf.zeroconf):
            return None
        return (heard.properties.get(b"id") or b"").decode(errors="replace") or None


def fall_silent(opened: zeroconf.Zeroconf) -> None:
    """Withdraw everything without a goodbye, so that others keep what they know."""
    opened.registry.async_remove(opened.registry.async_get_service_infos())
