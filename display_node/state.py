"""What a wall's show is in, whole: one frozen value that `show` makes out of the last one and an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from common.bitmap import BLANK, Bitmap
from common.clock import ShowClock
from display_node.choices import Choices
from display_node.events import Compiled, Part, Staged
from display_node.form import Form
from display_node.scene import Scene


class Phase(Enum):
    IDLE = "idle"
    DRAWING = "drawing"
    TOURING = "touring"
    ANSWERED = "answered"


@dataclass(frozen=True, eq=False)
class Coming:
    """A tour that is decided but not begun: at 0 of its clock, on all walls of the group."""

    tour: Compiled
    form: Form
    clock: ShowClock


@dataclass(frozen=True, eq=False)
class State:
    """`since`: when `scene` came on the wall. `until`: when a drawing is forgotten. `rest`: seconds of show
    for which an answer stays.

    `invitation`: the part of it that is on the wall, or was; `ahead`: the one to follow. `canvas`: the live
    picture. `tour`: the show on the wall, if it is one, in its form `form`; `cut`: seconds into it at which
    it makes way for the next. `waiting`: those to come. `seen`: when a station last saw the end of a whole
    tour. `configured`: the choices to go back to.

    Of the group: `lead` seconds lie between a tour's decision and its beginning, and `coming` is in between;
    `crowded`, `patience`, `following`: see `events.Together`; `decision` counts what was decided here and
    others should do too; `adopted` is what others decided last.
    """

    invitation: Part
    listening: Scene
    rest: float
    scene: Scene
    clock: ShowClock
    since: float
    choices: Choices
    configured: Choices
    ahead: Part | None = None
    phase: Phase = Phase.IDLE
    until: float | None = None
    canvas: Bitmap = BLANK
    pen: str | None = None
    tour: Compiled | None = None
    form: Form | None = None
    cut: float | None = None
    waiting: tuple[Compiled, ...] = ()
    seen: Mapping[str, float] = field(default_factory=dict)
    awake: bool = False
    leave: bool = False
    failure: str | None = None
    lead: float = 0.0
    crowded: bool = False
    patience: float = 0.0
    following: bool = False
    coming: Coming | None = None
    decision: int = 0
    adopted: Staged | None = None

    def time(self, now: float) -> float:
        """Seconds into the scene."""
        return self.clock.show(now)

    def wants_part(self, before: "State") -> bool:
        """Whether the invitation's next part is to be made: it went on, or what was ready is no more."""
        return self.invitation is not before.invitation or (self.ahead is None and before.ahead is not None)


def begin(invitation: Part, listening: Scene, *, rest: float, choices: Choices, now: float) -> State:
    """A wall that has just been switched on."""
    clock = ShowClock.starting(now)
    return State(invitation, listening, rest, invitation.scene, clock, now, choices, choices)
