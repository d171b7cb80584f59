"""mDNS on whatever network there is at the moment: announces a node's ports and looks for those of others.

zeroconf fixes its interfaces when it is made, so it is made anew whenever an interface, an address or a cable
comes or goes; that also asks at once who is there, which after a pulled cable is what one wants.
Everything here runs in one asyncio loop. Importing this imports zeroconf: only `Discovery`'s thread does.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from common.announce import Announcer, fall_silent
from common.errors import Refused, plain
from common.identity import Identity
from common.interfaces import Interface, addresses_for, confine, interfaces, is_loopback, reachable, spoken
from common.services import TYPES, Ports, Service, believe, describe, merge
from common.sighting import Sighting

log = logging.getLogger("sandglass")

MOST_SERVICES = 128
"""Names that are remembered: forty walls' worth. A stranger may announce as many as he likes."""
MOST_QUESTIONS = 16
"""Services asked about at one time."""
TRIES = 3
"""Questions about a service that never tells its port, before it is forgotten."""
ANSWER_WITHIN = 2000
"""Milliseconds for one of them."""
ASK_AGAIN = 30.0
"""Seconds between two rounds of asking and announcing: zeroconf does each for some seconds and then falls
silent, but switches come back later, too, and two networks may become one."""


class Mdns:
    """`changed` is called (in the loop) when `look` may have news; `refuse` gets what was out of order."""

    def __init__(
        self, me: Identity, ports: Ports, changed: Callable[[], None], refuse: Callable[[Refused], None]
    ) -> None:
        self._me, self._changed, self._refuse = me, changed, refuse
        bound = ports.open()
        outside = {kind: port for kind, port in bound.items() if not is_loopback(port[0])}
        self._bound = outside or bound
        self._speaking: tuple[Interface, ...] = ()
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._asked = 0.0
        self._announcer: Announcer | None = None
        self._names: dict[str, str] = {}
        self._tries: dict[str, int] = {}
        self._questions: dict[str, asyncio.Task[None]] = {}
        self._services: dict[str, Service] = {}
        self._left: set[str] = set()
        self._double = False

    @property
    def called(self) -> str:
        """The name under which this node is announced; the second of a name gets a number."""
        return (self._announcer.called if self._announcer else None) or self._me.name

    async def follow(self) -> None:
        """Speak on the interfaces that there are now. Raises `OSError` if the system won't have it."""
        speaking = spoken(interfaces(), [host for host, _ in self._bound.values()])
        now = asyncio.get_running_loop().time()
        if speaking != self._speaking:
            await self.close(goodbye=False)
            if speaking:
                await self._open(speaking)
                self._asked = now
            self._speaking = speaking
        elif self._zeroconf is not None and now > self._asked + ASK_AGAIN:
            self._asked = now
            await self._browse(self._zeroconf)
            if self._announcer is not None:
                self._announcer.again()

    def look(self) -> dict[str, Sighting]:
        """Every node that is known completely, by its id. Asks about the others."""
        for name, type_ in list(self._names.items()):
            try:
                self._look_at(name, type_)
            except (Refused, zeroconf.Error, ValueError) as error:
                self._forget(name)  # until it is announced anew
                said = error if isinstance(error, Refused) else Refused("announcement", plain(error, 80))
                self._refuse(said)
        if self._announcer is not None:
            self._announcer.defend()
        return merge(self._services.values())

    def left(self) -> set[str]:
        """Ids of those that have said goodbye to their last port since this was last asked."""
        found = self._left - set(merge(self._services.values()))
        self._left.clear()
        return found

    async def close(self, goodbye: bool = True) -> None:
        """Fall silent. Without a goodbye, others keep what they know of us."""
        questions = tuple(self._questions.values())
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)
        if self._announcer is not None:
            await self._announcer.close()
        if self._browser is not None:
            await self._browser.async_cancel()
        if self._zeroconf is not None:
            if not goodbye:
                fall_silent(self._zeroconf.zeroconf)
            with contextlib.suppress(zeroconf.Error, OSError):
                await self._zeroconf.async_close()
        self._zeroconf, self._browser, self._announcer, self._speaking = None, None, None, ()
        for table in (self._names, self._tries, self._questions, self._services):
            table.clear()

    async def _open(self, speaking: tuple[Interface, ...]) -> None:
        logging.getLogger("zeroconf").setLevel(logging.ERROR)  # it warns of each odd packet of anybody's
        addresses = [one.address for one in speaking]
        opened = AsyncZeroconf(interfaces=addresses, ip_version=zeroconf.IPVersion.V4Only)
        self._zeroconf = opened
        await opened.zeroconf.async_wait_for_start()
        confine(
            [reader.transport.get_extra_info("socket") for reader in opened.zeroconf.engine.readers], speaking
        )
        self._browser = AsyncServiceBrowser(opened.zeroconf, list(TYPES), handlers=[self._heard])
        bound = {
            kind: (addresses_for(host, speaking), number) for kind, (host, number) in self._bound.items()
        }
        self._announcer = Announcer(opened, describe(self._me, bound))

    async def _browse(self, opened: AsyncZeroconf) -> None:
        if self._browser is not None:
            await self._browser.async_cancel()
        self._browser = AsyncServiceBrowser(opened.zeroconf, list(TYPES), handlers=[self._heard])

    def _heard(self, **told: Any) -> None:
        """zeroconf's word about a name: in the loop, and for every packet, so only a note is taken."""
        name, type_ = told["name"], told["service_type"]
        if told["state_change"] is zeroconf.ServiceStateChange.Removed:
            self._names.pop(name, None)
            self._tries.pop(name, None)
            service = self._services.pop(name, None)
            if service is not None:
                self._left.add(service.id)
        elif name in self._names or self._room():
            self._names[name] = type_
            self._tries.pop(name, None)
        else:
            self._refuse(Refused("announcement", f"more than {MOST_SERVICES} services"))
        self._changed()

    def _room(self) -> bool:
        """Whether there is room for one more name; what isn't a node of ours makes way."""
        if len(self._names) >= MOST_SERVICES:
            other = next((name for name in self._names if name not in self._services), None)
            if other is None:
                return False
            self._forget(other)
        return True

    def _look_at(self, name: str, type_: str) -> None:
        info = AsyncServiceInfo(type_, name)
        if self._zeroconf is None:
            return
        if not info.load_from_cache(self._zeroconf.zeroconf):
            self._ask(name, info)
            return
        addresses = sorted(info.parsed_addresses(zeroconf.IPVersion.V4Only))
        near = reachable(addresses, self._speaking)
        service = believe(type_, info.port, info.text, info.properties, near)
        if service is None or service.id == self._me.id:
            self._services.pop(name, None)
            if service is not None and not {one.address for one in self._speaking} & set(addresses):
                self._warn_of_double(addresses)
        else:
            self._services[name] = service

    def _warn_of_double(self, addresses: list[str]) -> None:
        if not self._double:
            self._double = True
            log.error(
                "the machine at %s has this node's id, as a copied disk has: remove the file `id` in the "
                "state folder of one of the two and start it again", " ".join(addresses[:2]),
            )  # fmt: skip

    def _ask(self, name: str, info: AsyncServiceInfo) -> None:
        """Where is it? Asked in the background, a few at a time and not for ever."""
        if name in self._questions or len(self._questions) >= MOST_QUESTIONS or self._zeroconf is None:
            return
        self._tries[name] = self._tries.get(name, 0) + 1
        if self._tries[name] > TRIES:
            self._forget(name)
            return
        self._questions[name] = asyncio.create_task(self._question(self._zeroconf, name, info))

    async def _question(self, opened: AsyncZeroconf, name: str, info: AsyncServiceInfo) -> None:
        try:
            with contextlib.suppress(zeroconf.Error, OSError):
                await info.async_request(opened.zeroconf, ANSWER_WITHIN)
        finally:
            self._questions.pop(name, None)
        self._changed()

    def _forget(self, name: str) -> None:
        self._names.pop(name, None)
        self._tries.pop(name, None)
        self._services.pop(name, None)
