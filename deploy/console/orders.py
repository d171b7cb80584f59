"""What an operator has done: which walls are told, and what became of it, as far as their pages show."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.control import VERBS, Control
from common.errors import Refused, SandglassError
from common.interfaces import is_loopback
from common.link import Address
from common.machine import Order
from common.wire import valid_name
from deploy.console.gathering import Gathering
from deploy.console.radio import Radio
from deploy.console.verdict import BAD
from deploy.console.watched import Page, Watched, number

WITHIN = 3.0
"""Seconds in which something must be seen to happen."""
LOOK = 0.15
TOGETHER = ("play", "pause", "seek", "speed", "next")
"""What one wall of a group passes on to the others by itself."""
NOT_TWICE = ("next", "reset", "restart")
"""What would do something else if it came twice."""
DONE, SENT, UNREACHABLE, CLOSED, REFUSED = "done", "sent", "unreachable", "closed", "refused"
"""It was seen to happen; it was sent, and nothing is to be seen; nobody is there; the wall hears its own
machine only; a keeper would not."""
USED = frozenset(VERBS) - {"subscribe"}


@dataclass(frozen=True)
class Outcome:
    """`result`: one of the above. `why`: in a keeper's words."""

    id: str
    name: str
    result: str
    why: str = ""


class Orders:
    def __init__(self, gathering: Gathering, radio: Radio, now: Callable[[], float]) -> None:
        self._all, self._radio, self._now = gathering, radio, now

    async def command(self, ids: Sequence[str] | None, command: Control) -> list[Outcome]:
        """Tell the walls with these ids, or all (None). `WireError` if it can't be said."""
        command.encode()
        walls = [node for node in self._all.of_role("display") if ids is None or node.id in ids]
        walls.sort(key=lambda wall: (wall.name, wall.id))
        alive = [wall for wall in walls if self._all.verdict(wall).colour != BAD]
        speakers = spokesmen(alive) if command.verb in TOGETHER else alive
        told = {wall.id: self._address(wall) for wall in speakers}
        return list(await asyncio.gather(*(self._one(wall, told, command) for wall in walls)))

    async def program(self, node: Watched, verb: str) -> Outcome:
        """Have a node's program started, stopped or started afresh by its machine's keeper."""
        keeper, program = self._all.keeper_of(node), self._all.program_of(node)
        if keeper and program:
            return await self.order(keeper, program.name, verb, node.name)
        if verb == "restart" and node.role == "display":
            return (await self.command([node.id], Control("restart")))[0]
        return Outcome(node.id, node.name, CLOSED)

    async def order(self, keeper: Watched, program: str, verb: str, name: str) -> Outcome:
        """The same for any program of a machine, `name` being what people call it."""
        done = await self._radio.order(keeper.peer.address, Order(verb, program)) if keeper.peer else None
        if done is None:
            return Outcome(keeper.id, name, UNREACHABLE)
        return Outcome(keeper.id, name, DONE if done.ok else REFUSED, done.why)

    async def _one(self, wall: Watched, told: dict[str, Address | None], command: Control) -> Outcome:
        if self._all.verdict(wall).colour == BAD:
            return Outcome(wall.id, wall.name, UNREACHABLE)
        to = told.get(wall.id)
        if wall.id in told and to is None:
            return Outcome(wall.id, wall.name, CLOSED if wall.control else UNREACHABLE)
        before, began, again = dict(wall.page), self._now(), self._now() + WITHIN / 3
        if to:
            self._radio.command(command.encode(), to)
        while (now := self._now()) - began < WITHIN:
            self._all.poller.kick(wall.id)
            await asyncio.sleep(LOOK)
            fresh = wall.page_at is not None and wall.page_at > began + LOOK / 3
            if (fresh or command.verb == "restart") and happened(command, before, wall, now - began):
                return Outcome(wall.id, wall.name, DONE)
            if to and now >= again and command.verb not in NOT_TWICE:
                again = math.inf
                self._radio.command(command.encode(), to)
        answered = wall.page_at is not None and wall.page_at > began
        return Outcome(wall.id, wall.name, SENT if answered else UNREACHABLE)

    def _address(self, wall: Watched) -> Address | None:
        """Where the wall hears us; None where it does not."""
        if wall.control is None:
            port = wall.peer.control_port if wall.peer else 0
            return (wall.host, port) if port else None
        host, port = wall.control
        if is_loopback(host):
            return wall.control if self._all.ours(wall.host) else None
        # Of our own machine, walls allow its loopback first.
        return ("127.0.0.1", port) if self._all.ours(wall.host) and host == wall.host else (wall.host, port)


def spokesmen(walls: Sequence[Watched]) -> list[Watched]:
    """One of each group, and all that are alone; the one first in the order of ids, as all would choose."""
    first: dict[str, Watched] = {}
    for wall in sorted(walls, key=lambda wall: wall.id):
        group = wall.peer.group if wall.peer else ""
        first.setdefault(f"group {group}" if group else f"wall {wall.id}", wall)
    return list(first.values())


def control(verb: object, value: object) -> Control:
    """What a browser asks for. Raises `Refused`, which says what is wrong."""
    row = VERBS.get(verb) if isinstance(verb, str) and verb in USED else None
    if row is None:
        raise Refused("verb", f"no verb {str(verb)[:32]!r}")
    if not row.kind:
        return Control(row.name)
    if row.kind == "s":
        made = Control(row.name, value if isinstance(value, str) else "")
    else:
        good = isinstance(value, int | float) and not isinstance(value, bool) and row.low <= value <= row.high
        if not good:
            raise Refused("value", f"{row.name} takes a number from {row.low:g} to {row.high:g}")
        made = Control(row.name, float(value))  # type: ignore[arg-type]  # looked at just above
    try:
        if row.kind == "s" and not valid_name(str(made.value)):
            raise Refused("value", f"{row.name} takes a short text")
        made.encode()
    except SandglassError as error:
        raise Refused("value", str(error)) from None
    return made


def happened(command: Control, before: Page, wall: Watched, since: float) -> bool:
    """Whether a wall's page shows what was asked for. `since`: seconds ago."""
    page, verb, value = wall.page, command.verb, command.value
    if verb in ("play", "pause"):
        return page.get("paused") is (verb == "pause")
    if verb in ("exhibit", "form", "language"):
        return page.get(verb) == value
    if verb in ("captions", "blackout"):
        return page.get(verb) is bool(value)
    if verb in ("volume", "speed"):
        told = number(page, verb)
        return told is not None and abs(told - float(value or 0.0)) < 1e-3
    if verb == "restart":
        frames, had = number(page, "frames"), number(before, "frames")
        return bool(wall.failure) or (frames is not None and had is not None and frames < had)
    return _moved(command, before, page, since)


def _moved(command: Control, before: Page, page: Page, since: float) -> bool:
    """Of what jumps in time: it is elsewhere than time by itself would have brought it."""
    if any(page.get(key) != before.get(key) for key in ("scene", "phase")):
        return True
    then, now, rate = number(before, "time"), number(page, "time"), number(before, "rate") or 0.0
    if then is None or now is None:
        return False
    if command.verb == "seek":
        length = number(page, "duration") or 0.0
        return abs(now - min(float(command.value or 0.0), length)) <= rate * since + 1.0
    return now < then or now - then > rate * (since + 2.0) + 0.2
