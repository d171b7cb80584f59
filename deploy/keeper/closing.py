"""What opening hours and the daily restart ask of this machine, done again at every tick until it is so.

Closed means, as the gallery's file says:

- `blackout`: the walls draw black, their monitors are put out (DPMS), and the stations end: a station has no
  black of its own, and a touch would light its monitor. Walls and consoles go on, and are there at once.
- `stop`: the walls end as well. Colder, and a fresh start every morning.

Nothing is remembered but which walls were blacked out, so that they are lit again whatever came between.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence

from common.control import Control
from common.link import Link
from common.machine import Program
from deploy.hours.plan import Opening, overdue, restart_due
from deploy.hours.rules import Rules
from deploy.keeper.memory import Memory
from deploy.keeper.nodes import Node, in_use, look
from deploy.keeper.readings import process_age
from deploy.keeper.screens import Screens

log = logging.getLogger("sandglass")

AFRESH = ("display", "input")
"""Roles that the daily restart is for."""


class Closing:
    def __init__(
        self, rules: Rules, nodes: Mapping[str, Node], link: Link, memory: Memory, screens: Screens
    ) -> None:
        self._rules, self._nodes, self._link = rules, nodes, link
        self._memory, self._screens = memory, screens

    def resting(self, opening: Opening) -> set[str]:
        """The programs that are to be stopped for as long as it is like this."""
        if opening.open:
            return set()
        roles = ("display", "input") if self._rules.closed == "stop" else ("input",)
        return {name for name, node in self._nodes.items() if node.role in roles}

    def light(self, opening: Opening, running: Sequence[Program]) -> None:
        """Have walls and monitors lit or dark. A wall that is dark by an operator's wish stays so."""
        walls = [self._nodes[one.name] for one in running if self._is_wall(one)]
        dark = not opening.open
        if dark:
            self._remember(self._memory.dark.union(wall.name for wall in walls))
        for wall in walls:
            if wall.name not in self._memory.dark:
                continue
            shown = look(wall).get("blackout")
            if wall.control and shown is not dark:
                self._link.send(Control("blackout", float(dark)).encode(), wall.control)
            if not dark and (shown is False or wall.health is None):  # without a page it is told once
                self._remember(self._memory.dark - {wall.name})
        self._screens.want(not dark)

    def due(
        self, now: dt.datetime, running: Sequence[Program], age: Callable[[int], float | None] = process_age
    ) -> dict[str, dt.date]:
        """The programs to be started afresh now, each until it is `done`, and the day for which. One that is
        in use may wait a while."""
        found = {}
        for program in running:
            node = self._nodes.get(program.name)
            lived = age(program.pid) if node and node.role in AFRESH else None
            if node is None or lived is None:
                continue
            day = restart_due(self._rules, now, self._memory.restarts.get(program.name), lived)
            if day and (overdue(self._rules, now, day) or not in_use(look(node))):
                found[program.name] = day
        return found

    def done(self, name: str, day: dt.date) -> None:
        """supervisord has heard it: this program's restart of that day comes no more."""
        log.info("%s is started afresh, as every day", name)
        self._memory.restarts[name] = day
        self._memory.keep()

    def _remember(self, dark: frozenset[str]) -> None:
        if dark != self._memory.dark:
            self._memory.dark = dark
            self._memory.keep()

    def _is_wall(self, program: Program) -> bool:
        node = self._nodes.get(program.name)
        return node is not None and node.role == "display"
