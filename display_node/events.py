"""What can happen to a wall. The receiver and the worker make events; the show is stepped by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.bitmap import Bitmap
from common.clock import ShowClock
from common.control import Control
from common.link import Address, Link
from display_node.form import Form
from display_node.probe import Probe
from display_node.scene import Scene


@dataclass(frozen=True, eq=False)
class Job:
    """A drawing to be read, and where its answer goes. Not `mine`: another wall took it, and answers it."""

    station: str
    drawing: int
    bitmap: Bitmap
    canvas: Bitmap
    link: Link = field(repr=False)
    sender: Address
    mine: bool = True


@dataclass(frozen=True)
class Drawn:
    """The visitor's canvas as it is now."""

    station: str
    bitmap: Bitmap


@dataclass(frozen=True)
class Wiped:
    """The visitor cleared the canvas."""

    station: str


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the invitation is ready, the next one to that which the worker was last asked to follow.

    At its end the numbers of `last` stand. `cast`: what it was made of, the numbers that stand when it begins
    first; nothing for the part that is shown before the network can run.
    """

    scene: Scene
    number: int
    last: Probe
    cast: tuple[Probe, ...] = ()


@dataclass(frozen=True, eq=False)
class Awake:
    """The worker can answer from now on; `invitation` knows the network's real numbers."""

    invitation: Part


@dataclass(frozen=True, eq=False)
class Compiled:
    """A drawing was read and its show is ready in every form: which one is told when its turn comes."""

    job: Job
    probe: Probe
    scenes: Mapping[Form, Scene]
    exhibit: str = ""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """What another wall has on stage: a tour of `job`, or, without one, part `number` of the invitation."""

    job: Job | None
    exhibit: str
    form: Form
    seed: int
    number: int


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """What another wall has on stage, to be shown here too: a tour, or a part of the invitation.

    None: this wall cannot show it.
    """

    show: Compiled | Part | None


@dataclass(frozen=True, eq=False)
class Staged:
    """The walls of the group have this on stage, by our own clock. `form`: of a tour. `rest`: see `State`.

    `stamp` orders what walls decide (see `common.nodes.Stage`).
    """

    show: Compiled | Part
    form: Form | None
    clock: ShowClock
    stamp: tuple[int, str]
    rest: float


@dataclass(frozen=True)
class Nudged:
    """Our clock was found to be this many seconds ahead of the group's."""

    seconds: float


@dataclass(frozen=True)
class Together:
    """There are other walls; without any, all of this is nothing.

    Tours are begun `lead` seconds after they were decided, so that the others can too. `crowded`: drawings
    wait at other walls. When a turn comes, it is left for `patience` seconds to walls that had theirs longer
    ago. While `following`, another wall's show is made ready here, and nothing of our own begins before it.
    """

    lead: float = 0.0
    crowded: bool = False
    patience: float = 0.0
    following: bool = False


@dataclass(frozen=True)
class Failed:
    """The worker cannot work at all, for this reason."""

    reason: str


Event = Drawn | Wiped | Awake | Compiled | Part | Rehearsed | Staged | Nudged | Together | Failed | Control
