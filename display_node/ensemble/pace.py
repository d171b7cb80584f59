"""Clocks drift, and are known better later: how walls that show the same stay together.

Once a second one of them says again what is on stage: of those that hold the same stamp, the first by id.
That is no office: whoever is first by what he hears, speaks. The others go with its clock, too slowly to be
seen; who shows something else, because a worker was slow or the wall hung, takes it over.
"""

from collections.abc import Sequence

from common.clock import ShowClock
from common.peer import Peer
from display_node.ensemble.report import stamp_of
from display_node.ensemble.sharing import Item, Stamp, shown
from display_node.state import State

EVERY = 1.0
"""Seconds between two words of who sets the pace."""
SLEW = 0.0008
"""Seconds a frame by which our clock is nudged at most: less than the sound takes for a jump."""
SETTLED = 0.0015
"""Seconds of difference that are left alone: nobody sees a tenth of a frame."""
LOST = 0.25
"""Seconds of difference that no clock drifts, nor any network is wrong by."""
TWICE = 2
"""Words in a row that must differ from what we show: at a switch, one may."""


def setter(me: str, others: Sequence[Peer], held: Stamp) -> str:
    """Who sets the pace, by what we hear: nobody whose picture stands still."""
    return min([me, *(peer.id for peer in others if peer.fresh and stamp_of(peer) == held)])


class Pace:
    """Our clock against the group's. Times are monotonic seconds of ours."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._differed = 0
        self._due = 0.0

    def begin(self) -> None:
        """Something else is on stage: nothing is known of how we keep step with it."""
        self._ahead, self._differed = 0.0, 0

    def speaks(self, now: float) -> bool:
        """Whether it is time for a word, where it is ours to set the pace."""
        if now < self._due:
            return False
        self._due = now + EVERY
        return True

    def compare(self, state: State, what: Item, clock: ShowClock, now: float) -> None:
        """The word of who sets the pace, by our own time."""
        ours = shown(state)
        if ours is None:
            return  # here somebody draws
        show, mine = ours
        apart = mine.show(now) - clock.show(now)
        if show != what or mine.rate != clock.rate or abs(apart) > LOST * max(mine.rate, 1.0):
            self._differed += 1
            return
        self._differed = 0
        self._ahead = 0.0 if mine.paused else apart / mine.rate

    @property
    def lost(self) -> bool:
        """Whether we show something else than we should."""
        return self._differed >= TWICE

    def step(self, state: State) -> float:
        """Seconds by which our clock is to be put back in this frame."""
        if abs(self._ahead) <= SETTLED:
            return 0.0
        most = SLEW / max(state.clock.rate, 1.0)
        step = min(max(self._ahead, -most), most)
        self._ahead -= step
        return step
