"""Which of several walls a station's drawings go to. Pure."""

from collections.abc import Sequence

from common.peer import Peer


def choose(
    walls: Sequence[Peer],
    current: str | None,
    prefer: str,
    now: float,
    *,
    busy: bool = False,
    waiting: bool = False,
    answering: bool = False,
) -> str | None:
    """The id of the wall to send to: the preferred one, else the one we are at, else the least busy one.

    A wall can be sent to while it beats, presents frames, and has shown that it hears us. `busy`: a visitor
    is in the middle of a drawing or its tour, and must not see it jump to another wall. `waiting`: a submit
    has no answer yet; then only silence makes us leave, as a wall whose picture stands still may answer.
    `answering`: the current wall replied lately, though its beats may have been lost.
    Where none can be sent to we stay where we are: it may come back.
    """
    usable = {wall.id: wall for wall in walls if wall.alive(now) and wall.fresh and wall.offset}
    here = next((wall for wall in walls if wall.id == current), None)
    if here and (here.alive(now) or answering):
        if waiting or (here.fresh and busy):
            return here.id
        if here.fresh:
            usable[here.id] = here
    if wanted := [wall for wall in usable.values() if prefers(prefer, wall)]:
        return current if current in {wall.id for wall in wanted} else least(wanted)
    if current in usable or not usable:
        return current
    return least(list(usable.values()))


def prefers(prefer: str, wall: Peer) -> bool:
    """`prefer` is a wall's name or id, or empty."""
    return bool(prefer) and prefer in (wall.name, wall.id)


def least(walls: Sequence[Peer]) -> str:
    """The one with the fewest drawings waiting; ties by name, then by id."""
    return min(walls, key=lambda wall: (wall.waiting, wall.name, wall.id)).id
