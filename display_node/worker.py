"""Off the render thread: reads drawings, answers at once, then compiles the show.

Torch is imported here, in its own thread, so that the invitation is on the wall before it is there.
Every drawing taken is answered; of several waiting to be shown, each station's newest is compiled.
"""

import importlib
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from common.bitmap import Bitmap
from common.wire import Answer
from display_node.events import Awake, Compiled, Event, Failed, Job
from display_node.exhibit import find
from display_node.exhibits.invitation import exhibit as invitation
from display_node.ledger import Ledger
from display_node.network import Network
from display_node.probe import Probe

log = logging.getLogger("sandglass")

MAX_QUEUE = 64
"""Drawings taken and not yet read. A reading takes under a millisecond, so only a flood fills this."""
REMEMBERED = 3
"""Drawings that drift through the invitation."""


class Reader(Protocol):
    def read(self, bitmap: Bitmap, canvas: Bitmap = ...) -> Probe: ...


class Worker:
    """`post` receives what comes of the work. `samples` drift by until there are visitors' drawings."""

    def __init__(
        self,
        network: Network,
        samples: Sequence[Bitmap],
        ledger: Ledger,
        post: Callable[[Event], object],
        *,
        exhibit: str,
        seed: int,
    ) -> None:
        self.exhibit = find(exhibit)
        self._network, self._samples, self._seed = network, samples, seed
        self._ledger, self._post = ledger, post
        self._queue: deque[Job] = deque()
        self._to_show: OrderedDict[str, tuple[Job, Probe]] = OrderedDict()
        self._last: deque[Probe] = deque(maxlen=REMEMBERED)
        self._latest: tuple[Job, Probe] | None = None
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> bool:
        """Queue a drawing; False if there is no room. From any thread."""
        with self._change:
            if len(self._queue) >= MAX_QUEUE:
                return False
            self._queue.append(job)
            self._change.notify()
            return True

    def perform(self, name: str) -> None:
        """Compile the last drawing, and all that come, for this exhibit. Raises `ConfigError`."""
        exhibit = find(name)
        with self._change:
            self.exhibit = exhibit
            if self._latest is not None:
                self._to_show[self._latest[0].station] = self._latest
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
            reader: Reader = importlib.import_module("display_node.infer").Engine(self._network)
            self._last.extend(reader.read(sample) for sample in self._samples[:REMEMBERED])
            self._post(Awake(invitation.drift(self._network, list(self._last), self._seed)))
        except Exception as error:
            log.exception("the network cannot be run")
            self._post(Failed(f"the network cannot be run: {error}"))
            return
        while self._wait():
            try:
                self._work(reader)
            except Exception:  # one drawing must not end the reading of all
                log.exception("a drawing could not be read")

    def _wait(self) -> bool:
        with self._change:
            self._change.wait_for(lambda: self._queue or self._to_show or self._closing)
            return not self._closing

    def _work(self, reader: Reader) -> None:
        """Answer the next drawing; compile a show only while nobody waits for an answer."""
        if self._queue:
            with self._change:
                job = self._queue.popleft()
            probe = reader.read(job.bitmap, job.canvas)
            shares = tuple(float(share) for share in probe.probabilities)
            answer = Answer(job.station, job.drawing, probe.digit, shares)
            self._ledger.record(answer)
            job.link.send(answer.encode(), job.sender)
            with self._change:
                self._to_show[job.station] = job, probe
            return
        with self._change:
            _, (job, probe) = self._to_show.popitem(last=False)
            self._latest = job, probe
        if probe not in self._last:
            self._last.append(probe)
        scene = self.exhibit.build(self._network, probe, self._seed)
        drift = invitation.drift(self._network, list(self._last), self._seed)
        self._post(Compiled(job, probe, scene, drift))
