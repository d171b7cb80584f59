"""Which programs of this machine are to run, and supervisord brought to that. Nothing waits.

Desired state again: whatever stopped a program, the next tick starts it, unless an operator or the opening
hours want it stopped. So one that `memmon`, or a keeper that was killed, left halfway is not left for ever.

Listeners watch the programs, one of them the keeper; the keeper watches the listeners, which have no page.
"""

import logging
from collections.abc import Collection

from common.machine import Order, Program
from deploy.keeper.readings import stands_still
from deploy.keeper.supervisor import Refusal, Supervisor, Unreachable

log = logging.getLogger("sandglass")

UP = ("STARTING", "RUNNING", "BACKOFF")
PATIENCE = 5
"""Looks at which a listener stands still before it is killed: somebody may be looking at it for a moment."""


class Programs:
    """`known`: the fixed set that may be ordered about. `own`: the keeper's, which can only start afresh."""

    def __init__(self, supervisor: Supervisor, known: Collection[str], own: str = "keeper") -> None:
        self._supervisor = supervisor
        self.known = frozenset(known)
        self.own = own
        self.leave = False
        """The keeper is to end, so that supervisord starts it again."""
        self.now: tuple[Program, ...] = ()
        self.answered = False
        self._stopped: set[str] = set()
        self._still: dict[int, int] = {}

    @property
    def running(self) -> list[Program]:
        return [program for program in self.now if program.state == "RUNNING"]

    def order(self, order: Order) -> str | None:
        """Carry it out; None, or why not. An operator's stop lasts until a start, or the keeper's own end.

        A stop or a start that supervisord is late for is wanted all the same: the next tick sees to it.
        """
        name = order.program
        if name == self.own and order.verb == "restart":
            self.leave = True
            return None
        if name not in self.known:
            return f"no program {name!r} to {order.verb}; there are {', '.join(sorted(self.known))}"
        if order.verb == "stop":
            self._stopped.add(name)
        else:
            self._stopped.discard(name)
        try:
            if order.verb == "start":
                self._supervisor.start(name)
            else:
                self._supervisor.stop(name)
        except Refusal as refusal:  # it was so already: the next tick sees to the rest
            log.info("%s %s: %s", order.verb, name, refusal)
        except Unreachable as silence:
            if order.verb == "restart":
                return str(silence)
            log.info("%s %s: %s", order.verb, name, silence)
        log.info("ordered: %s %s", order.verb, name)
        return None

    def reconcile(self, resting: Collection[str]) -> bool:
        """One look, and one step towards what is wanted. False if supervisord doesn't answer."""
        try:
            found = self._supervisor.programs()
            self.now = tuple(p for p in found if p.name in self.known or p.name == self.own)
            self.answered = True
            self._rouse([p for p in found if p not in self.now])
            for program in self.now:
                if program.name in self.known:
                    self._step(program, program.name not in self._stopped and program.name not in resting)
        except (Unreachable, Refusal) as silence:  # a refusal: it is shutting down
            if self.answered:
                log.warning("%s", silence)
            self.answered = False
        return self.answered

    def _rouse(self, listeners: Collection[Program]) -> None:
        """Kill the listeners that have stood still for a while: nobody else would notice."""
        still = {p.pid: self._still.get(p.pid, 0) + 1 for p in listeners if p.pid and stands_still(p.pid)}
        for listener in listeners:
            if still.get(listener.pid, 0) >= PATIENCE:
                log.warning("%s stands still: killed, to be started again", listener.name)
                try:
                    self._supervisor.kill(listener.name)
                except Refusal as refusal:  # it has just ended by itself
                    log.info("%s: %s", listener.name, refusal)
        self._still = still

    def _step(self, program: Program, wanted: bool) -> None:
        try:
            if wanted and program.state == "STOPPED":
                self._supervisor.start(program.name)
                log.info("started %s", program.name)
            elif not wanted and program.state in UP:
                self._supervisor.stop(program.name)
                log.info("stopped %s", program.name)
        except Refusal as refusal:  # it has just changed by itself
            log.info("%s: %s", program.name, refusal)
