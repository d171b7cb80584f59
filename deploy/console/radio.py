"""The console's one UDP socket: beats, keepers' reports and answers in; beats, commands and questions out."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from common import machine, nodes
from common.company import Company
from common.counters import Counters
from common.errors import Refused
from common.limits import Limits
from common.link import Address, UdpLink
from common.machine import MAX_TAIL, Done, LogPart, Look, Order, Report, Tail
from common.peers import Mine
from common.sealed import SealedLink

BURST = 256
"""Datagrams that are taken before anything else gets its turn."""
AGAIN = 0.6
"""Seconds after which a keeper is asked again. An order that comes twice does what it does once."""
WITHIN = 4.0
"""Seconds that a keeper may take, which may itself wait for supervisord."""
SEAL_AGAIN, SEAL_WITHIN = 0.15, 1.5
"""Seconds between two attempts at a wall whose session isn't known yet, and in all."""

Found = TypeVar("Found")
Told = Callable[[machine.FromKeeper, Address], None]


class Radio:
    """`now`: monotonic seconds. `told`: is given what keepers report."""

    def __init__(
        self,
        link: UdpLink | SealedLink,
        company: Company,
        counters: Counters,
        told: Told,
        now: Callable[[], float],
    ) -> None:
        self.link, self.company = link, company
        self._counters, self._told, self._now = counters, told, now
        self._limits = Limits(counters)
        self._waiting: set[Told] = set()
        self._sending: set[asyncio.Task[None]] = set()

    def read(self) -> None:
        """Whatever has come; for the loop's `add_reader`."""
        for datagram, sender in self.link.burst(BURST, lambda host: self._limits.allow(host, self._now())):
            if nodes.is_node(datagram):
                self.company.take(datagram, sender, self._now())
            elif machine.is_machine(datagram):
                self._answer(datagram, sender)
            else:
                self._counters.drop("address", "neither of a node nor of a keeper", sender)

    def tick(self) -> None:
        self.company.tick(self._now(), Mine)

    def look(self, keeper: Address) -> None:
        """Ask a keeper how its machine is; `told` gets the answer, if there is one."""
        self.link.send(Look().encode(), keeper)

    def command(self, datagram: bytes, wall: Address) -> None:
        """Send a wall one command; with a key, until the wall can open it, which takes it only once."""
        self.link.send(datagram, wall)
        if isinstance(self.link, SealedLink) and not self.link.knows(wall):
            task = asyncio.create_task(self._introduce(self.link, wall))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def order(self, keeper: Address, order: Order) -> Done | None:
        """What the keeper says to it; None if nothing."""
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()

        def hear(message: machine.FromKeeper, sender: Address) -> None:
            mine = isinstance(message, Done) and (message.verb, message.program) == (
                order.verb,
                order.program,
            )
            if sender == keeper and mine and not future.done():
                assert isinstance(message, Done)
                future.set_result(message)

        with self._hearing(hear):
            return await self._ask(future, order.encode(), keeper)

    async def tail(self, keeper: Address, program: str, size: int = MAX_TAIL) -> str | None:
        """The end of a program's log; None if it did not come, whole, in time."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        parts: dict[int, LogPart] = {}

        def hear(message: machine.FromKeeper, sender: Address) -> None:
            if sender != keeper or not isinstance(message, LogPart) or message.program != program:
                return
            if parts and next(iter(parts.values())).parts != message.parts:
                parts.clear()  # the log has grown since we asked first
            parts[message.part] = message
            if len(parts) == message.parts and not future.done():
                future.set_result("".join(parts[at].text for at in sorted(parts)))

        with self._hearing(hear):
            return await self._ask(future, Tail(program, size).encode(), keeper)

    async def _ask(self, future: "asyncio.Future[Found]", question: bytes, keeper: Address) -> Found | None:
        end = self._now() + WITHIN
        while (left := end - self._now()) > 0:
            self.link.send(question, keeper)
            done, _ = await asyncio.wait([future], timeout=min(AGAIN, left))
            if done:
                return future.result()
        return None

    @contextlib.contextmanager
    def _hearing(self, hear: Told) -> Iterator[None]:
        self._waiting.add(hear)
        try:
            yield
        finally:
            self._waiting.discard(hear)

    def _answer(self, datagram: bytes, sender: Address) -> None:
        try:
            message = machine.decode(datagram)
        except Refused as refused:
            self._counters.drop(refused.kind, refused.detail, sender)
            return
        if isinstance(message, Report | Done | LogPart):
            for hear in (self._told, *self._waiting):
                hear(message, sender)
        else:
            self._counters.drop("address", "a question to a keeper, which this is not", sender)

    async def _introduce(self, link: SealedLink, wall: Address) -> None:
        end = self._now() + SEAL_WITHIN
        while self._now() < end and not link.knows(wall):
            await asyncio.sleep(SEAL_AGAIN)
            link.repeat(wall)
