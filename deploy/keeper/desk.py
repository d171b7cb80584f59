"""What a console may ask of a machine, and what it is told. No shell, no path, no program but the known."""

import logging
from collections.abc import Callable
from pathlib import Path

from common import machine
from common.counters import Counters
from common.errors import Refused
from common.identity import Identity
from common.link import Address
from common.machine import MAX_PROGRAMS, Done, Look, Order, Report, Tail
from deploy.hours.plan import Opening
from deploy.keeper import logs, readings
from deploy.keeper.programs import Programs

log = logging.getLogger("sandglass")

SAME = 5.0
"""Seconds for which an order that comes again from where it came from is the same one: orders have no number,
and whoever hears nothing asks again, so that several wait here while supervisord is late."""


class Desk:
    """`state`: where the logs are. `trusted`: who may ask at all. `opening`: what the hours say now. `now`:
    monotonic seconds."""

    def __init__(
        self,
        me: Identity,
        programs: Programs,
        state: Path,
        counters: Counters,
        trusted: Callable[[Address], bool],
        opening: Callable[[], Opening],
        disk: Callable[[], tuple[int, int]],
        now: Callable[[], float],
    ) -> None:
        self._me, self._programs, self._state, self._counters = me, programs, state, counters
        self._trusted, self._opening, self._disk, self._now = trusted, opening, disk, now
        self._done: dict[tuple[Address, Order], tuple[float, Done]] = {}

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
            return [self._order(message, sender).encode()]
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

    def _order(self, order: Order, sender: Address) -> Done:
        """Carry it out once, however often it comes: by the second time it may have been started already."""
        now = self._now()
        kept = {key: said for key, said in self._done.items() if now - said[0] < SAME}
        if (sender, order) not in kept:
            why = self._programs.order(order)
            # What was asked before is wanted anew if it comes after this.
            kept = {
                (who, what): said
                for (who, what), said in kept.items()
                if what.program != order.program or what.verb == order.verb
            }
            kept[sender, order] = self._now(), Done(order.verb, order.program, why is None, why or "")
        self._done = kept
        return kept[sender, order][1]

    def _tail(self, asked: Tail) -> list[bytes]:
        known = self._programs.known | {self._programs.own}
        if asked.program not in known:
            # Said rather than dropped: silence would be taken for a dead keeper.
            text = f"(no program {asked.program!r} here; there are {', '.join(sorted(known))})\n"
            return [part.encode() for part in machine.split_log(asked.program, text)]
        try:
            text = logs.tail(self._state / f"{asked.program}.log", asked.size)
        except OSError as error:  # it was never started
            text = f"({error.strerror})\n"
        return [part.encode() for part in machine.split_log(asked.program, text)]
