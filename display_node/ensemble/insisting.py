"""An operator's word that another wall's decision ran over: it is said again.

The greatest stamp is on stage, pace and all. A wall that begins a tour within the milliseconds that a pause
takes to reach it would undo the pause unknowingly, and the operator would see that nothing happened. So would
one that begins it when somebody's drawing is over, during which nothing is told of the pace.

And one that comes too early: said while another wall's show is made ready here, it would bring what is on
this wall on all of them. It waits until that show is on.
"""

from common.clock import ShowClock
from common.control import Control
from display_node.ensemble.sharing import Stamp

UNHEARD = 150_000
"""Microseconds of tide between two decisions of which the second may not know of the first: an announcement,
one that was lost, a frame. Nobody presses two buttons that quickly and means the first."""
ABOUT_SHOW = frozenset({"play", "pause", "speed", "seek", "next"})
"""Verbs about what is on stage."""
WAIT, MOST = 2.0, 16
"""Seconds of making ready for which words wait, and how many."""


class Insisting:
    """The last word about the pace that was said here, and whether it still has to be heard."""

    def __init__(self) -> None:
        self._fresh: Control | None = None
        self._said: tuple[Control, Stamp] | None = None
        self._told = True
        self._early: list[Control] = []
        self._following: float | None = None
        self._waiting = False

    def hear(self, command: Control) -> bool:
        """Somebody says something to this wall; False if it has to wait, since a show is made ready."""
        if self._waiting and command.verb in ABOUT_SHOW and len(self._early) < MOST:
            self._early.append(command)
            return False
        if command.verb in ("play", "pause", "speed"):
            self._fresh = command
        return True

    def due(self, following: bool, now: float) -> list[Control]:
        """What has waited, in each frame: the show that is made ready here is on, or takes too long."""
        self._following = (now if self._following is None else self._following) if following else None
        self._waiting = self._following is not None and now < self._following + WAIT
        if self._waiting:
            return []
        due, self._early = self._early, []
        return due

    def decided(self, held: Stamp, told: bool) -> None:
        """All that was said until now was decided with this stamp. `told`: others hear of it."""
        self._said = (self._fresh, held) if self._fresh else None
        self._fresh, self._told = None, told

    def overrun(self, by: Stamp, clock: ShowClock) -> Control | None:
        """What to say again, once, now that another wall's decision is on stage here with its clock."""
        said, self._said = self._said, None
        if said is None or obeyed(said[0], clock):
            return None
        return said[0] if not self._told or by[0] - said[1][0] <= UNHEARD else None


def obeyed(command: Control, clock: ShowClock) -> bool:
    """Whether a clock runs as it was told to."""
    if command.verb == "speed":
        return clock.resume == command.value
    return clock.paused == (command.verb == "pause")
