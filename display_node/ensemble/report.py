"""How a wall is in step with the others, for whoever asks."""

from collections.abc import Sequence
from typing import Any

from common.peer import Peer
from display_node.ensemble.sharing import Stamp

HALF_A_FRAME = 1 / 120
"""Seconds, at sixty frames a second: further apart, a moving box could be seen at two places."""


def report(group: str, others: Sequence[Peer], held: Stamp) -> dict[str, Any]:
    """`note` names the walls that we may be more than half a frame away from. Times in seconds."""
    walls, unsure = [], []
    for peer in others:
        offset = peer.offset
        if offset is None or offset.uncertainty > HALF_A_FRAME:
            unsure.append(peer.name)
        known = {
            "offset": offset and round(offset.seconds, 6),
            "uncertainty": offset and round(offset.uncertainty, 6),
        }
        walls.append({"name": peer.name, "id": peer.id, **known, "same": stamp_of(peer) == held})
    note = f"perhaps more than half a frame away from {', '.join(unsure)}" if unsure else None
    return {"group": group, "walls": walls, "stamp": list(held), "note": note}


def stamp_of(peer: Peer) -> Stamp:
    return peer.stamp, peer.conductor
