"""One other node: what its beats say of it, and since when."""

from dataclasses import dataclass

from common.link import Address
from common.nodes import Beat
from common.offset import LATE, ClockFilter, Offset

ALIVE = 3.0
"""Seconds after a beat for which a node counts as there: three beats, as one may well be lost."""
MOVED = 1.5
"""Seconds of silence at its address after which a node is taken for moved to where it speaks from now; and
after which a clock that reads less than before counts as started anew."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A node as it was at its last beat. `address` is where to send; `heard`: when, in our seconds.

    `offset` is None until one beat went to it and one came back that says so: an address that only claims to
    be there has none.
    """

    id: str
    role: str
    name: str
    group: str
    address: Address
    http_port: int
    control_port: int
    heard: float
    tide: int
    stamp: int
    conductor: str
    waiting: int
    fresh: bool
    offset: Offset | None

    def alive(self, now: float) -> bool:
        return now - self.heard <= ALIVE


class Node:
    """What is known of one. `arrived`: our microseconds of its last beat; `there`: of one from `address`."""

    def __init__(self, beat: Beat, address: Address, now: float) -> None:
        self.beat, self.address = beat, address
        self.heard = self.there = now
        self.arrived = micro(now)
        self.clock = ClockFilter()
        self.control_port = 0

    def alive(self, now: float) -> bool:
        return now - self.heard <= ALIVE

    def newer(self, beat: Beat, now: float) -> bool:
        """Not a duplicate, and not overtaken by a later one; or its clock was started anew."""
        return beat.sent > self.beat.sent or (self.beat.sent - beat.sent > LATE and now - self.heard > MOVED)

    def peer(self, now: float) -> Peer:
        b = self.beat
        return Peer(
            b.node, b.role, b.name, b.group, self.address, b.http_port, self.control_port, self.heard,
            b.tide, b.stamp, b.conductor, b.waiting, b.fresh, self.clock.read(micro(now)),
        )  # fmt: skip


def micro(seconds: float) -> int:
    """Whole microseconds."""
    return int(seconds * 1e6)
