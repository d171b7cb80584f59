"""What a console may ask of a machine, and what it is told. No shell, no path, no program but the known."""

import logging
from collections.abc import Callable

from common import machine
from common.counters import Counters
from common.errors import Refused
from common.identity import Identity
from common.link import Address
from common.machine import MAX_PROGRAMS, Done, Look, Order, Report, Tail
from deploy.hours.plan import Opening
from deploy.keeper import readings
from deploy.keeper.programs import Programs
from deploy.keeper.supervisor import Refusal, Supervisor, Unreachable

log = logging.getLogger("sandglass")


class Desk:
    """`trusted`: whether somebody may ask at all. `opening`: what the hours say now."""

    def __init__(
        self,
        me: Identity,
        programs: Programs,
        supervisor: Supervisor,
        counters: Counters,
        trusted: Callable[[Address], bool],
        opening: Callable[[], Opening],
        disk: Callable[[], tuple[int, int]],
    ) -> None:
        self._me, self._programs, self._supervisor, self._counters = me, programs, supervisor, counters
        self._trusted, self._opening, self._disk = trusted, opening, disk

    def take(self, datagram: bytes, sender: Address) -> list[bytes]:
        """The answers to one message about this machine, encoded; none to who may not ask."""
        if not self._trusted(sender):
            self._counters.drop("stranger", "without a key only this machine is heard", sender)
            return []
        try:
            message = machine.decode(datagram)
        except Refused as refused:
            self._counters.drop(refused.kind, refused.detail, sender)
            return []
        if isinstance(message, Order):
            why = self._programs.order(message)
            return [Done(message.verb, message.program, why is None, why or "").encode()]
        if isinstance(message, Tail):
            return self._tail(message)
        if isinstance(message, Look):
            return [self.report().encode()]
        self._counters.drop("address", "an answer where a question belongs", sender)
        return []

    def report(self) -> Report:
        opening, (free, size) = self._opening(), self._disk()
        return Report(
            self._me.id, self._me.name, int(readings.uptime()), readings.load(), readings.temperature(),
            free, size, opening.word, int(opening.until.timestamp()) if opening.until else 0,
            self._programs.answered, self._programs.now[:MAX_PROGRAMS],
        )  # fmt: skip

    def _tail(self, asked: Tail) -> list[bytes]:
        if asked.program not in self._programs.known | {self._programs.own}:
            self._counters.drop("value", f"the log of {asked.program[:32]!r}", "a console")
            return []
        try:
            text = self._supervisor.tail(asked.program, asked.size)
        except (Refusal, Unreachable) as error:
            text = f"({error})"
        return [part.encode() for part in machine.split_log(asked.program, text)]
