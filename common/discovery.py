"""Who may be there: other nodes as mDNS, people and yesterday tell of them. It says nothing about liveness.

A thread of its own does all of it, so that a node starts, draws and answers as if there were none: multicast
may be blocked, the cable out, the name server asleep, the disk full. What it finds are addresses to try;
whether somebody is there is known by beats alone (`common.peers`), and nobody may do anything for being seen.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from common.counters import Counters
from common.errors import Refused
from common.identity import Identity
from common.known import Names, latest_first, read_peers, write_peers
from common.link import Address
from common.services import Ports
from common.sighting import Sighting

if TYPE_CHECKING:
    from common.mdns import Mdns

__all__ = ["Discovery", "Ports", "Sighting"]

log = logging.getLogger("sandglass")

POLL = 1.0
"""Seconds between two looks at the interfaces, each of which takes half a millisecond."""
PAUSE = 0.05
"""Seconds between two looks at what was heard, however much is: a flood costs little."""
LOOK_UP_MISSING, LOOK_UP_AGAIN = 3.0, 60.0
"""Seconds between look-ups of written names, while one is unanswered and when all are."""
MOST_TOLD = 256
"""Ids of which the last sighting is kept, to tell news from repetition."""
CLOSE_WITHIN = 5.0
"""Seconds that `close` waits at most; goodbyes take a third of one."""


class Discovery:
    """Tells `seen` of every node that may be there and `gone` of goodbyes, both in its own thread.

    `seen` comes again for an id when anything about it has changed, and once for each way of knowing it. With
    `enabled` False only `static` addresses are told, nothing is announced and nothing is remembered. `folder`
    holds the cache (None: no cache).
    """

    def __init__(
        self,
        me: Identity,
        ports: Ports,
        *,
        enabled: bool,
        static: Sequence[Address],
        folder: Path | None,
        seen: Callable[[Sighting], None],
        gone: Callable[[str], None],
        counters: Counters | None = None,
    ) -> None:
        self._me, self._ports, self._enabled, self._static = me, ports, enabled, tuple(static)
        self._folder = folder if enabled else None
        self._seen, self._gone = seen, gone
        self._counters = counters or Counters()
        self._lock = threading.Lock()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._mdns: Mdns | None = None
        self._told: dict[str, Sighting] = {}
        self._kept: tuple[Sighting, ...] = ()
        self._new: tuple[Sighting, ...] = ()
        self._troubles: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="discovery", daemon=True)
        if enabled or self._static:
            self._thread.start()

    @property
    def called(self) -> str:
        """The name under which this node is announced; another than its own if that was taken."""
        return self._mdns.called if self._mdns is not None else self._me.name

    def remember(self, sightings: Iterable[Sighting]) -> None:
        """Keep these, which have really been heard from, for a start without mDNS. Never waits."""
        with self._lock:
            self._new = tuple(sightings)
        self._later(self._wake.set)

    def close(self) -> None:
        """Say goodbye and end. Safe to call twice."""
        with self._lock:
            self._stopping = True
        self._later(self._wake.set)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(CLOSE_WITHIN)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except Exception:
            log.exception("discovery has ended; this node knows no more than it does now")

    async def _live(self) -> None:
        with self._lock:
            self._loop = asyncio.get_running_loop()
        names = Names(self._static, lambda sighting: self._later(self._tell, sighting))
        if self._folder is not None:
            self._kept = read_peers(self._folder)
            for peer in self._kept:
                self._tell(peer)
        looked_up = -LOOK_UP_AGAIN
        while not self._stopping:
            now = self._loop.time()
            if now >= looked_up + (LOOK_UP_MISSING if names.missing else LOOK_UP_AGAIN):
                looked_up = now
                names.refresh()
            if self._enabled:
                await self._carefully(self._listen)
            self._save()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL)
            self._wake.clear()
            await asyncio.sleep(0.0 if self._stopping else PAUSE)
        if self._mdns is not None:
            await self._carefully(self._mdns.close)
        self._save()

    async def _listen(self) -> None:
        if self._mdns is None:
            from common.mdns import Mdns  # zeroconf: here, where nobody waits for it

            self._mdns = Mdns(self._me, self._ports, self._wake.set, self._refuse)
        await self._mdns.follow()
        for sighting in self._mdns.look().values():
            if sighting != self._told.get(str(sighting.id)):
                self._told[str(sighting.id)] = sighting
                self._tell(sighting)
        for id_ in self._mdns.left():
            if self._told.pop(id_, None) is not None:
                self._call(self._gone, id_)
        while len(self._told) > MOST_TOLD:
            self._told.pop(next(iter(self._told)))

    async def _carefully(self, what: Callable[[], object]) -> None:
        """Await it; whatever goes wrong is said once, and tried again with the next look."""
        try:
            await what()  # type: ignore[misc]
        except Exception as error:
            self._once(f"mDNS: {type(error).__name__}: {error}")

    def _refuse(self, refused: Refused) -> None:
        self._counters.drop(refused.kind, refused.detail, "mDNS")

    def _tell(self, sighting: Sighting) -> None:
        if sighting.id != self._me.id:
            self._call(self._seen, sighting)

    def _call(self, told: Callable[..., None], what: object) -> None:
        try:
            told(what)
        except Exception as error:
            self._once(f"told of {what}: {type(error).__name__}: {error}")

    def _once(self, trouble: str) -> None:
        kind = trouble[:40]
        if kind not in self._troubles and len(self._troubles) < MOST_TOLD:
            self._troubles.add(kind)
            log.warning("discovery: %s; further ones are not told", trouble)

    def _later(self, what: Callable[..., object], *arguments: object) -> None:
        """In discovery's thread, soon; not at all before it runs (then it looks by itself) or after."""
        with self._lock, contextlib.suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(what, *arguments)

    def _save(self) -> None:
        with self._lock:
            new, self._new = self._new, ()
        if self._folder is None or not new:
            return
        kept = latest_first((peer for peer in new if peer.id != self._me.id), self._kept)
        if {peer.id: peer for peer in kept} == {peer.id: peer for peer in self._kept} or write_peers(
            self._folder, kept
        ):
            self._kept = kept
            return
        with self._lock:
            self._new = self._new or new  # the disk may be full; the next look tries again
