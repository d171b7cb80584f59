"""Several walls in one process, each with a clock of its own, and an air between that delays and loses."""

import heapq
import random
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from common.canonical import decode_drawing as decode_pen
from common.control import Control
from common.identity import Identity
from common.link import Address
from common.nodes import Beat, is_node
from common.nodes import decode as decode_node
from common.peers import Mine, Peers
from common.sighting import Sighting
from common.wire import Clear, Preview
from display_node.ensemble.ensemble import Ensemble
from display_node.ensemble.sharing import shown
from display_node.events import Awake, Compiled, Drawn, Event, Part, Rehearsal, Rehearsed, Wiped
from display_node.probe import Probe
from display_node.scene import Scene
from display_node.show import step, tick
from display_node.state import Phase
from tests.display_node.test_show import INK, begin, compiled

FRAME = 1 / 60
STRANGE = "strange"
"""An exhibit that the others' version does not know."""


class Air:
    """Carries datagrams. `delay`: seconds that each is under way, None for never arriving."""

    def __init__(self, delay: Callable[[], float | None], twice: Callable[[], bool] = lambda: False) -> None:
        self.delay, self.twice, self.now = delay, twice, 0.0
        self.walls: dict[Address, Wall] = {}
        self.apart: set[Address] = set()
        """Walls that only hear each other; the others do, too."""
        self._flying: list[tuple[float, int, bytes, Address, Address]] = []
        self.sent = 0

    def carry(self, datagram: bytes, sender: Address, to: Address) -> None:
        for _ in range(2 if self.twice() else 1):
            delay = self.delay()
            if delay is not None and (sender in self.apart) == (to in self.apart):
                self.sent += 1
                heapq.heappush(self._flying, (self.now + delay, self.sent, datagram, sender, to))

    def run(self, seconds: float) -> None:
        """Each wall's frames when they are due; what arrives in between is heard when it arrives."""
        end = self.now + seconds
        while True:
            wall = min(self.walls.values(), key=lambda one: one.due)
            until = min(wall.due, end)
            while self._flying and self._flying[0][0] <= until:
                self.now, _, datagram, sender, to = heapq.heappop(self._flying)
                if to in self.walls and self.now >= self.walls[to].asleep:
                    self.walls[to].hear(datagram, sender)
            self.now = until
            if wall.due > end + 1e-9:  # else a run of one frame may come to none
                return
            wall.due = max(wall.due + wall.period, wall.asleep)
            if self.now >= wall.asleep:
                wall.frame()


class Wall:
    """A wall without pixels. It is its ensemble's link, too.

    `ahead`: seconds by which its clock is before the air's; `drift`: seconds a second by which it runs fast;
    `compiling`: how long its worker takes for a show.
    """

    def __init__(
        self,
        air: Air,
        number: int,
        ahead: float,
        group: str = "hall",
        *,
        drift: float = 0.0,
        period: float = FRAME,
        compiling: Callable[[], float] = lambda: 0.0,
        rest: float | None = None,
    ) -> None:
        self.air, self.ahead, self.address = air, ahead, (f"10.0.0.{number}", 9000)
        self.drift, self.period, self.due, self.asleep = drift, period, air.now + period, 0.0
        self.id = str(uuid.UUID(int=number, version=4))
        self.peers = Peers(Identity(self.id, "display", f"wall {number}"), group=group)
        self.posted: list[Event] = []
        self.worker = Worker(self.posted.append, compiling)
        self.rehearsed = self.worker.rehearsed
        self.ensemble = Ensemble(self.peers, self, self.posted.append, self.worker.rehearse, self.worker.cue)
        self.state = step(begin(self.now), Awake(part(0)), self.now)
        self.worker.cue(1)
        if rest is not None:
            self.state = replace(self.state, rest=rest)
        self.toured: list[tuple[float, str, int]] = []
        """Tours that began: when, by the air's clock, the station and the drawing."""
        for other in air.walls.values():
            self.sight(other)
            other.sight(self)
        air.walls[self.address] = self

    @property
    def now(self) -> float:
        return self.air.now * (1.0 + self.drift) + self.ahead

    def sight(self, other: "Wall") -> None:
        self.peers.sight(Sighting(None, "display", "", (other.address[0],), 9000, 0, 0, "static"))

    def hear(self, datagram: bytes, sender: Address) -> None:
        if not is_node(datagram):
            for message in decode_pen(datagram):
                if isinstance(message, Preview | Clear):
                    self.pen(message, sender)
            return
        found = decode_node(datagram)
        if isinstance(found, Beat):
            self.peers.hear(found, sender, self.now)
        else:
            self.ensemble.hear(found, sender, self.now)

    def pen(self, message: Preview | Clear, sender: Address = ("10.0.1.1", 40000)) -> None:
        """A station's, or passed on by another wall."""
        self.ensemble.relay(message, sender)
        drawn = isinstance(message, Preview)
        self.posted.append(
            Drawn(message.station, message.bitmap) if drawn else Wiped(message.station)  # type: ignore[union-attr]
        )

    def frame(self) -> None:
        stamp, conductor = self.ensemble.held
        for datagram, to in self.peers.due(self.now, Mine(stamp, conductor, len(self.state.waiting))):
            self.send(datagram, to)
        self.worker.work(self.air.now)
        before, events = self.state, list(self.posted)
        self.posted.clear()
        for event in events:
            if self.ensemble.takes(event, decided=self.state.decision != before.decision):
                self.state = step(self.state, event, self.now)
        self.state = tick(self.state, self.now)
        if self.state.wants_part(before):
            self.worker.cue(self.state.invitation.number + 1)
        self.ensemble.after(before, self.state, self.now)
        tour = self.state.tour
        if tour is not None and tour is not before.tour:
            self.toured.append((self.air.now, tour.job.station, tour.job.drawing))

    def send(self, datagram: bytes, to: Address) -> bool:
        self.air.carry(datagram, self.address, to)
        return True

    def receive(self, timeout: float | None = 0.0) -> None:
        return None

    def close(self) -> None:
        del self.air.walls[self.address]

    def submit(self, station: str, drawing: int = 1, exhibit: str = "e") -> None:
        self.worker.submit(replace(compiled(station, drawing), exhibit=exhibit, seed=1))
        if self.worker.at_once:
            self.worker.work(self.air.now)

    def command(self, verb: str, value: float | None = None) -> None:
        self.posted.append(Control(verb, value))

    @property
    def time(self) -> float:
        """Seconds into what is on this wall."""
        return self.state.time(self.now)


class Worker:
    """Compiles one after another, each for as long as it takes; what others show comes first."""

    def __init__(self, post: Callable[[Event], object], compiling: Callable[[], float]) -> None:
        self._post, self._compiling = post, compiling
        self._shows: OrderedDict[str, Compiled] = OrderedDict()
        self._rehearsal: Rehearsal | None = None
        self._part: int | None = None
        self._doing: tuple[float, Event] | None = None
        self.rehearsed: list[Rehearsal] = []
        self.at_once = compiling() == 0.0

    def rehearse(self, rehearsal: Rehearsal) -> None:
        self.rehearsed.append(rehearsal)
        self._rehearsal = rehearsal

    def submit(self, show: Compiled) -> None:
        self._shows[show.job.station] = show

    def cue(self, number: int) -> None:
        self._part = number

    def work(self, now: float) -> None:
        while True:
            if self._doing is not None:
                if now < self._doing[0]:
                    return
                self._post(self._doing[1])
                self._doing = None
            if self._rehearsal is not None:
                unknown = self._rehearsal.exhibit == STRANGE
                made: Event = Rehearsed(None if unknown else _rehearsed(self._rehearsal))
                self._rehearsal = None
            elif self._shows:
                made = self._shows.popitem(last=False)[1]
            elif self._part is not None:
                made, self._part = part(self._part), None
            else:
                return
            self._doing = now + self._compiling(), made


def _rehearsed(rehearsal: Rehearsal) -> Compiled | Part:
    job = rehearsal.job
    if job is None:
        return part(rehearsal.number)
    show = compiled(job.station, job.drawing)
    scenes = {rehearsal.form: show.scenes[rehearsal.form]}
    return replace(
        show, job=job, probe=Probe(job.bitmap, {}), scenes=scenes, exhibit=rehearsal.exhibit, seed=1
    )


def part(number: int) -> Part:
    return Part(Scene("invitation", 24.0, (), ()), number, Probe(INK, {}))


def steady() -> float:
    return 0.001


def jittery(loss: float = 0.0, spikes: float = 0.0, seed: int = 7) -> Callable[[], float | None]:
    """0 to 10 ms each way, and so many lost; `spikes`: the part of them that takes up to 200 ms."""
    dice = random.Random(seed)

    def delay() -> float | None:
        if dice.random() < loss:
            return None
        return dice.uniform(0.0, 0.2 if dice.random() < spikes else 0.01)

    return delay


def pair(air: Air) -> tuple[Wall, Wall]:
    walls = Wall(air, 1, ahead=5000.0), Wall(air, 2, ahead=12.0)
    air.run(2.0)
    return walls


def apart(one: Wall, other: Wall) -> float:
    """Seconds between what two walls show, which must be the same."""
    assert what(one) == what(other)
    return abs(one.time - other.time)


def differences(air: Air, one: Wall, other: Wall, seconds: float, switches: int = 1) -> list[float]:
    """How far apart two walls are, every quarter of a second; but for a switch they show the same."""
    found, switching = [], 0
    for _ in range(round(seconds * 4)):
        air.run(0.25)
        if what(one) == what(other):
            found.append(apart(one, other))
        else:
            switching += 1
    assert switching <= 2 * switches
    return found


def what(wall: Wall) -> tuple[Phase, object]:
    found = shown(wall.state)
    return wall.state.phase, found and found[0]


def together(walls: Sequence[Wall], within: float = 0.008) -> bool:
    """Whether all show the same, at the same time of it."""
    first, *others = walls
    return all(what(wall) == what(first) and abs(wall.time - first.time) <= within for wall in others)
