"""Which of several walls a station's drawings go to. Pure."""

import zlib
from collections.abc import Sequence

from common.peer import Peer

PATIENCE = 2.0
"""Seconds in which a wall that cannot show anything has to answer: it reads as soon as it is awake, and a
drawing that it has taken would be toured there as well."""


def choose(
    walls: Sequence[Peer],
    current: str | None,
    prefer: str,
    now: float,
    *,
    busy: bool = False,
    waited: float | None = None,
    answering: bool = False,
    me: str = "",
) -> str | None:
    """The id of the wall to send to: the preferred one, else the one we are at, else the least busy one.

    A wall can be sent to while it beats, presents frames, and has shown that it hears us. `busy`: a visitor
    is in the middle of a drawing or its tour, and must not see it jump to another wall. `waited`: seconds for
    which a submit has had no answer; then we leave a wall that is silent, and one that is not awake, or whose
    picture stands still, if it does not answer soon and another one can.
    `answering`: the current wall replied lately, though its beats may have been lost. `me`: the station's id.
    Where none can be sent to we stay where we are: it may come back.
    """
    usable = {wall.id: wall for wall in walls if wall.alive(now) and wall.fresh and wall.offset}
    here = next((wall for wall in walls if wall.id == current), None)
    if here and (here.alive(now) or answering):
        waiting = waited is not None and (here.fresh or waited < PATIENCE)
        if waiting or (here.fresh and busy):
            return here.id
        if here.fresh:
            usable[here.id] = here
    if wanted := [wall for wall in usable.values() if prefers(prefer, wall)]:
        return current if current in {wall.id for wall in wanted} else least(wanted, me)
    if current in usable or not usable:
        return current
    return least(list(usable.values()), me)


def prefers(prefer: str, wall: Peer) -> bool:
    """`prefer` is a wall's name or id, or empty."""
    return bool(prefer) and prefer in (wall.name, wall.id)


def least(walls: Sequence[Peer], me: str) -> str:
    """The one with the fewest drawings waiting. Ties by lot, the same each day: else all stations that are
    switched on together would go to the first wall by name, and stay there."""
    return min(walls, key=lambda wall: (wall.waiting, zlib.crc32(f"{me} {wall.id}".encode()), wall.id)).id
