"""Whose turn it is: the shows that wait for the stage. Pure."""

from display_node.events import Compiled, Part, Staged
from display_node.state import Phase, State

MAX_WAITING = 8
"""Shows that wait for the stage, one a station, some megabytes each."""
HARDLY = 3.0
"""Seconds of show: a tour that another wall's cut off sooner was hardly seen, and its turn comes again."""

Line = tuple[Compiled, ...]


def joined(line: Line, show: Compiled) -> Line:
    """With `show` in it: at the end, or in the place of its station's last."""
    stations = [other.job.station for other in line]
    if show.job.station in stations:
        place = stations.index(show.job.station)
        return (*line[:place], show, *line[place + 1 :])
    return (*line, show)[:MAX_WAITING]


def is_due(state: State, now: float) -> bool:
    """Whether the first in line may begin now: not before what other walls show, or should show first."""
    if state.following:
        return False
    if state.tour is None:
        return now >= state.since + state.patience
    due = state.scene.duration if state.cut is None else state.cut
    return state.time(now) >= due + state.patience * state.clock.rate


def unseen(state: State, event: Staged, now: float) -> Line:
    """The line once another wall's show is on stage: nobody's goes unseen for it, and none is seen twice."""
    line = tuple(show for show in state.waiting if not _same(show, event.show))
    displaced = state.coming.tour if state.coming is not None else None
    if displaced is None and state.phase is Phase.TOURING and state.time(now) < HARDLY:
        displaced = state.tour if isinstance(event.show, Compiled) else None  # else somebody ended it
    if displaced is None or not displaced.job.mine or _same(displaced, event.show):
        return line
    if displaced.job.station in [show.job.station for show in line]:
        return line
    return (displaced, *line)[:MAX_WAITING]


def _same(show: Compiled, other: Compiled | Part) -> bool:
    """Whether both are about one drawing."""
    if isinstance(other, Part):
        return False
    return (show.job.station, show.job.drawing) == (other.job.station, other.job.drawing)
