"""The keeper's loop: hear, beat, and once a second bring the machine to what is wanted of it now."""

import datetime as dt
import logging
import math
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common.company import Company
from common.counters import Counters
from common.health import Heartbeat
from common.identity import Identity
from common.limits import Limits
from common.link import Address, UdpLink
from common.machine import Order, is_machine
from common.nodes import is_node
from common.peers import Mine, Peers
from common.sealed import SealedLink
from deploy.gallery.settings import Gallery, Machine
from deploy.hours.plan import Opening, opening
from deploy.keeper import readings, watchdog
from deploy.keeper.clock import clock_lost
from deploy.keeper.closing import Closing
from deploy.keeper.desk import Desk
from deploy.keeper.memory import Memory
from deploy.keeper.nodes import nodes_of
from deploy.keeper.programs import Programs
from deploy.keeper.screens import Screens
from deploy.keeper.supervisor import Supervisor

log = logging.getLogger("sandglass")

TICK = 1.0
"""Seconds between two looks at the clock and at supervisord."""
LISTEN = 0.1
"""Seconds to wait for a message: beats go out about on time."""
BURST = 64
"""Datagrams taken at one go."""
SILENT = 10.0
"""Seconds after which a supervisord that has answered before hangs."""


def wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Keeper:
    """`clock`: what time it is, with its zone; `lost`: whether that is a guess; `now`: monotonic seconds."""

    def __init__(
        self, gallery: Gallery, machine: Machine, me: Identity, link: UdpLink | SealedLink, socket: Path,
        folder: Path, counters: Counters, clock: Callable[[], dt.datetime] = wall_clock,
        now: Callable[[], float] = time.monotonic, screens: Screens | None = None,
        lost: Callable[[dt.datetime], bool] = clock_lost,
    ) -> None:  # fmt: skip
        self._rules, self._link, self._clock, self._now = gallery.rules, link, clock, now
        self._lost = lost
        self._counters, self._limits = counters, Limits(counters)
        self.company = Company(Peers(me), link, counters)
        self.heart = Heartbeat()
        known = nodes_of(gallery, machine)
        supervisor = Supervisor(socket)
        self.programs = Programs(supervisor, known)
        self._opening = self._asked(clock())
        self._told = ""
        walls = [node.name for node in known.values() if node.role == "display"]
        memory = Memory.recall(folder, walls)
        self._closing = Closing(self._rules, known, link, memory, screens or Screens())
        self.desk = Desk(
            me, self.programs, Path(machine.state), counters, self._trusted,
            lambda: self._opening, lambda: readings.disk(folder), now,
        )  # fmt: skip
        self._next = 0.0
        self._answered = math.inf
        """When supervisord did last; not yet."""
        self._well = False
        """The last tick came to its end."""

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, or a console has the keeper itself started afresh."""
        while not stop.is_set() and not self.programs.leave:
            self.step(LISTEN)

    def step(self, wait: float = 0.0) -> None:
        """What came within `wait` seconds, the beats that are due and, when its time has come, a tick."""
        select.select([self._link], [], [], wait)
        for datagram, sender in self._link.burst(BURST, lambda host: self._limits.allow(host, self._now())):
            with self._confessing():
                self._hear(datagram, sender)
        with self._confessing():
            self.company.tick(self._now(), lambda: Mine(fresh=self.programs.answered))
        if self._now() >= self._next:
            self._next, self._well = self._now() + TICK, False
            with self._confessing():
                self.tick()
                self._well = True
        if self._well:
            self.heart.beat(self._now())

    def tick(self) -> None:
        """Bring the machine one step nearer to what the clock asks for now.

        systemd, which would start everything anew, is content as long as supervisord answers: a fault further
        down is seen by the keeper's own watch, which starts it alone.
        """
        now = self._clock()
        self._opening = self._asked(now)
        if self._opening.word != self._told:
            self._told = self._opening.word
            log.info("the gallery is %s", self._sentence())
        if self.programs.reconcile(self._closing.resting(self._opening)):
            self._answered = self._now()
            watchdog.feed()
        elif self._now() - self._answered > SILENT and watchdog.trip():
            self._answered = math.inf  # said once: it has begun
            log.error("supervisord has not answered for %g s: systemd starts everything anew", SILENT)
        running = self.programs.running
        self._closing.light(self._opening, running)
        owed = self._closing.due(now, running) if self.programs.answered and self._opening.known else {}
        for name, day in owed.items():
            if self.programs.order(Order("restart", name)) is not None:
                break  # supervisord is late: it stays owed, and waiting for the others would hold us up
            self._closing.done(name, day)

    def _asked(self, now: dt.datetime) -> Opening:
        return opening(self._rules, now, self._lost(now))

    @contextmanager
    def _confessing(self) -> Iterator[None]:
        """A fault of ours in one message, or in one tick, must not end the keeper.

        The first of each kind is logged: it may come again every second, and logs fill disks.
        """
        try:
            yield
        except Exception as fault:
            kind = type(fault).__name__
            if self._counters.add(f"fault_{kind}") == 1:
                log.exception("a fault of the keeper's own; further ones (%s) are only counted", kind)

    def _sentence(self) -> str:
        if not self._opening.known:
            return "taken for open: this machine's clock was never set, or its battery is flat"
        until = self._opening.until
        return f"{self._told}, until {until:%A %d %B %H:%M}" if until else f"{self._told}, for good"

    def _trusted(self, sender: Address) -> bool:
        """With a key, whoever gets this far has it; without one, only this machine is believed."""
        return isinstance(self._link, SealedLink) or sender[0].startswith("127.")

    def _hear(self, datagram: bytes, sender: Address) -> None:
        if is_machine(datagram):
            for answer in self.desk.take(datagram, sender):
                self._link.send(answer, sender)
            self._next = min(self._next, self._now() + TICK / 4)
            return
        if is_node(datagram):
            self.company.take(datagram, sender, self._now())
        else:
            self._counters.drop("address", "neither of a node nor of a machine", sender)
