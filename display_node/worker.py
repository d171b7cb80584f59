"""Off the render thread: drawings are answered as they come, and their shows are compiled behind.

The engine is opened here: the invitation is on the wall before torch, which takes seconds to import. From
then on whoever submits reads, since waking a thread can take longer than a reading. This one only compiles:
each station's newest drawing; and what follows upon the part of the invitation that is on the wall.
"""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from common.bitmap import Bitmap
from common.errors import ConfigError, DataError, SandglassError
from common.heap import give_back
from common.wire import Answer
from display_node.attract.cast import cast, ring
from display_node.attract.waves import gains
from display_node.engine import Engine
from display_node.events import Awake, Compiled, Event, Failed, Job, Part, Rehearsal, Rehearsed
from display_node.exhibit import find
from display_node.exhibits.invitation import exhibit as invitation
from display_node.form import Form
from display_node.ledger import Ledger
from display_node.mailbox import MAX_STATIONS
from display_node.network import Network
from display_node.probe import Probe, asleep
from display_node.stages import stages

log = logging.getLogger("sandglass")

MAX_QUEUE = 64
"""Drawings taken before the network can run; the stations send the others again."""
BREATH = 0.05
"""Seconds without a new drawing before anything is compiled, which takes twice as long."""
MOST_BREATHS = 64
"""New drawings after which a show is compiled all the same."""
REMEMBERED = 8
"""Visitors' drawings that drift through the invitation."""


class Worker:
    """`post` receives what comes of the work. `samples` drift by between visitors' drawings.

    `engine` opens what reads; whatever `SandglassError` it raises ends the wall in one line. `together`: it
    is one of several walls, so the invitation's parts are what they are on all of them.
    """

    def __init__(
        self,
        network: Network,
        engine: Callable[[], Engine],
        samples: Sequence[Bitmap],
        ledger: Ledger,
        post: Callable[[Event], object],
        *,
        exhibit: str,
        seed: int,
        together: bool = False,
    ) -> None:
        self._exhibit = find(exhibit)
        self._network, self._samples, self._seed = network, samples, seed
        self._open, self._ledger, self._post = engine, ledger, post
        self._reader: Engine | None = None
        self._queue: deque[Job] = deque()
        self._to_show: OrderedDict[str, tuple[Job, Probe]] = OrderedDict()
        self._shipped: list[Probe] = []
        self._visitors: deque[Probe] = deque(maxlen=REMEMBERED)
        self._brightness: Mapping[str, float] = {}
        self._number, self._standing = -1, asleep(network)
        self._newest, self._answers = 0, 0
        self._follow, self._together = False, together
        self._rehearsal: Rehearsal | None = None
        self._latest: tuple[Job, Probe] | None = None
        self._change, self._closing = threading.Condition(), False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> bool:
        """Read and answer a drawing, at once if the network can run; False if there is no room."""
        with self._change:
            if self._reader is None:
                if len(self._queue) >= MAX_QUEUE:
                    return False
                self._queue.append(job)
                return True
        self._answer(self._reader, job)
        return True

    def perform(self, name: str) -> None:
        """Compile the last drawing, and all that come, for this exhibit. Raises `ConfigError`."""
        exhibit = find(name)
        with self._change:
            self._exhibit = exhibit
            if self._latest is not None:
                self._to_show.setdefault(self._latest[0].station, self._latest)
            self._change.notify()

    @property
    def exhibit(self) -> str:
        """What a submitted drawing starts, by name."""
        return self._exhibit.name

    def follow(self, part: Part) -> None:
        """Post what comes after this part of the invitation, before it ends."""
        with self._change:
            self._number, self._standing, self._follow = part.number, part.last, True
            self._change.notify()

    def cue(self, number: int) -> None:
        """Post this part of the invitation, to follow upon whatever is on the wall."""
        with self._change:
            self._number, self._follow = number - 1, True
            self._change.notify()

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Post `Rehearsed` with what another wall has on stage; a later one takes its place."""
        with self._change:
            self._rehearsal = rehearsal
            self._change.notify()

    def close(self) -> None:
        """Finish what is being done, drop the rest."""
        with self._change:
            self._closing = True
            self._change.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._wake()
        except Exception as error:
            if not isinstance(error, SandglassError):
                log.exception("the network cannot be run")
            self._post(Failed(f"the network cannot be run: {error}"))
            return
        while self._wait():
            try:
                if self._rehearsal is not None:
                    self._rehearse(self._rehearsal)
                elif self._to_show:
                    self._compile()
                else:
                    self._drift()
            except ConfigError as error:
                log.warning("another wall shows what this one cannot: %s", error)
            except Exception:  # one drawing must not end the shows of all
                log.exception("a show could not be compiled")
            give_back()  # also what the frames of the last show took

    def _wake(self) -> None:
        """Open the engine, answer what has come meanwhile, and let whoever submits read from now on."""
        reader = self._open()
        self._shipped = [reader.read(sample) for sample in self._samples]
        if not all(np.isfinite(probe.probabilities).all() for probe in self._shipped):
            raise DataError("its weights are so large that its answers are not numbers")
        self._brightness = gains(stages(self._network), self._shipped) if self._shipped else {}
        self._post(Awake(self._next()))
        while True:
            with self._change:
                if not self._queue:
                    self._reader = reader
                    return
                job = self._queue.popleft()
            self._answer(reader, job)

    def _answer(self, reader: Engine, job: Job) -> None:
        probe = reader.read(job.bitmap, job.canvas)
        shares = tuple(float(share) for share in probe.probabilities)
        answer = Answer(job.station, job.drawing, probe.digit, shares, probe.sure)
        self._ledger.record(answer)
        job.link.send(answer.encode(), job.sender)
        with self._change:
            self._answers += 1
            self._to_show[job.station] = job, probe
            if len(self._to_show) > MAX_STATIONS:
                self._to_show.popitem(last=False)
            self._change.notify()

    def _wait(self) -> bool:
        """Until there is something to compile and nobody has asked for a while; False at the end."""
        with self._change:
            self._change.wait_for(lambda: self._to_show or self._follow or self._closing or self._rehearsal)
            for _ in range(0 if self._rehearsal else MOST_BREATHS):
                asked = self._answers
                if not self._change.wait_for(partial(self._disturbed, asked), BREATH):
                    break
            return not self._closing

    def _disturbed(self, asked: int) -> bool:
        return self._answers != asked or self._closing or self._rehearsal is not None

    def _compile(self) -> None:
        with self._change:
            _, (job, probe) = self._to_show.popitem(last=False)
            self._latest, exhibit = (job, probe), self._exhibit
        scenes = {form: exhibit.build(self._network, probe, self._seed, form) for form in Form}
        self._post(Compiled(job, probe, scenes, exhibit.name, self._seed))
        if probe not in self._visitors:
            self._visitors.appendleft(probe)
            self._newest = self._number + 1
        with self._change:  # after a breath, in which the wall takes the show over undisturbed
            self._follow = self._follow or not self._together

    def _rehearse(self, rehearsal: Rehearsal) -> None:
        """Post what another wall shows, or that this one cannot: else ours would wait for it for ever."""
        with self._change:
            self._rehearsal = None if self._rehearsal is rehearsal else self._rehearsal
        show = None
        try:
            show = self._rehearsed(rehearsal)
        finally:
            self._post(Rehearsed(show))

    def _rehearsed(self, rehearsal: Rehearsal) -> Compiled | Part:
        """In the one form in which the other wall shows it."""
        job, form = rehearsal.job, rehearsal.form
        if job is None:
            return self._part(rehearsal.number)
        assert self._reader is not None
        probe = self._reader.read(job.bitmap, job.canvas)
        scene = find(rehearsal.exhibit).build(self._network, probe, rehearsal.seed, form)
        return Compiled(job, probe, {form: scene}, rehearsal.exhibit, rehearsal.seed)

    def _drift(self) -> None:
        """Post what comes after the part that is on the wall."""
        with self._change:
            self._follow = False
        self._post(self._next())

    def _part(self, number: int) -> Part:
        """The same on every wall of a group."""
        probes = ring(self._shipped, self._seed, number)
        scene = invitation.part(self._network, probes, self._seed, number, self._brightness)
        return Part(scene, number, probes[-1], tuple(probes))

    def _next(self) -> Part:
        with self._change:
            before, number = self._standing, self._number + 1
        if self._together:
            return self._part(number)
        digits = cast(self._shipped, self._visitors, before, self._seed, number, number - self._newest)
        scene = invitation.part(self._network, [before, *digits], self._seed, number, self._brightness)
        return Part(scene, number, digits[-1], (before, *digits))
