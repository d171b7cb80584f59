"""The companion that keeps a wall in step with the others of its group. Nobody is elected.

Whatever is decided on a wall (a tour begins; an operator pauses, seeks, goes on) is announced to the others
with a stamp, and the greatest stamp is on stage everywhere. Beats carry the stamp as well, so a wall that
missed an announcement, or has only just come, notices and asks. What follows by itself from what is on stage,
such as the answer after the tour and the invitation after the answer, is not announced: each wall comes to it
at the same instant. When a wall dies the others carry on.
"""

from collections.abc import Callable, Sequence
from typing import Any

from common.link import Address, Link
from common.nodes import Ask, Picture, Stage
from common.peer import Peer
from common.peers import Peers
from common.wire import Clear, Preview
from display_node.ensemble.inbox import Inbox, stamp
from display_node.ensemble.report import report, stamp_of
from display_node.ensemble.sharing import (
    INVITATION,
    TOUR,
    Item,
    Stamp,
    after_tour,
    described,
    item,
    ours,
    part_item,
    pictures,
    shown,
    tour_item,
)
from display_node.events import Compiled, Event, Job, Nudged, Part, Rehearsal, Rehearsed, Staged, Together
from display_node.form import Form
from display_node.state import State

LEAD = 0.5
"""Seconds from a tour's decision to its beginning where there are other walls: they have to compile it."""
REPEATS = (0.0, 0.06, 0.15, 0.3)
"""Seconds after a decision at which it is announced: each datagram may well be lost."""
ASK_EVERY, ANSWER_EVERY = 0.2, 0.1
"""Seconds between two questions of ours, and between two answers: these are forty times as long."""
SLEW = 0.0008
"""Seconds a frame by which our clock is nudged at most: less than the sound takes for a jump."""
SETTLED = 0.0015
"""Seconds of difference that are left alone: nobody sees a tenth of a frame."""
FUTURE = 5_000_000
"""Microseconds by which a stamp may be ahead of the tide before it is taken for nonsense."""


class Ensemble:
    """A companion. `hear` and `relay` in the receiving thread, everything else in the one that draws.

    `link` is the drawing port's; `post` makes an event happen here; `rehearse` and `cue` are the worker's.
    """

    def __init__(
        self,
        peers: Peers,
        link: Link,
        post: Callable[[Event], object],
        rehearse: Callable[[Rehearsal], None],
        cue: Callable[[int], None],
    ) -> None:
        self._peers, self._link, self._post = peers, link, post
        self._rehearse, self._cue = rehearse, cue
        self._inbox = Inbox()
        self._held: Stamp = (0, peers.me.id)
        self._others: list[Peer] = []
        self._announcements: list[float] = []
        self._ask_due = self._answer_due = 0.0
        self._rehearsing: Item | None = None
        self._ready: Compiled | Part | None = None
        self._anchor: tuple[str, float] | None = None
        self._lead = 0.0
        self._frame: dict[str, float] = {}

    @property
    def held(self) -> Stamp:
        """The stamp of what is on our wall: our beats tell it."""
        return self._held

    def hear(self, message: Stage | Picture | Ask, sender: Address, now: float) -> bool:
        """Another wall said something; False if it is none of our group, or what it says cannot be."""
        if not any(peer.address == sender for peer in self._others):
            return False
        if isinstance(message, Stage) and message.stamp > self._peers.tide(now) + FUTURE:
            return False
        self._inbox.put(message)
        return True

    def relay(self, message: Preview | Clear, sender: Address) -> bool:
        """Pass on what a pen does, so that all walls show it; False if it came from one of them."""
        others = self._others
        if any(peer.address == sender for peer in others):
            return False
        datagram = message.encode() if others else b""
        for peer in others:
            self._link.send(datagram, peer.address)
        return True

    def takes(self, event: Event) -> bool:
        """Whether an event is one for the show: not what was only rehearsed, or is no longer the latest."""
        if isinstance(event, Rehearsed):
            self._ready = event.show
            return False
        return not isinstance(event, Staged) or event.stamp > self._held

    def after(self, before: State, state: State, now: float) -> None:
        if state.adopted is not None and state.adopted is not before.adopted:
            self._held = state.adopted.stamp
            self._cue_next(state)
        if state.decision != before.decision:
            self._held = max(self._peers.tide(now), self._held[0] + 1), self._peers.me.id
            self._anchor = None
            self._announcements = [now + later for later in REPEATS]
            self._cue_next(state)
        group = self._peers.group
        self._others = [
            peer
            for peer in self._peers.alive(now, "display")
            if group and peer.group == group and peer.offset is not None  # else it may be anybody's address
        ]
        self._mind_the_lead()
        if self._announcements and now >= self._announcements[0]:
            self._announcements.pop(0)
            self._tell(state, self._others)
        if now >= self._answer_due:
            self._answer_due = now + ANSWER_EVERY
            askers = self._inbox.askers()
            self._tell(state, [peer for peer in self._others if peer.id in askers])
        self._follow(state, now)
        self._nudge(state, now)
        self._frame = {"show": round(state.time(now), 6), "at": round(now, 6), "rate": state.clock.rate}

    def close(self) -> None:
        pass

    def status(self) -> dict[str, Any]:
        """For the health page. `frame`: the time of the show in the last one, and by our clock."""
        return report(self._peers.group, self._others, self._held) | {"frame": self._frame}

    def _cue_next(self, state: State) -> None:
        found = shown(state)
        if found is not None and found[0].kind == TOUR:
            self._cue(after_tour(self._held))

    def _mind_the_lead(self) -> None:
        lead = LEAD if self._others else 0.0
        if lead != self._lead:
            self._lead = lead
            self._post(Together(lead))

    def _tell(self, state: State, to: Sequence[Peer]) -> None:
        """Not before the network is awake: the invitation begins anew then."""
        stage = described(state, self._peers.me.id, self._held) if state.awake else None
        if stage is None:
            return
        for peer in to:
            for datagram in (*(picture.encode() for picture in pictures(state)), stage.encode()):
                self._link.send(datagram, peer.address)

    def _follow(self, state: State, now: float) -> None:
        """Bring on stage what the others have there, once we know all of it."""
        stage = self._inbox.stage
        teller = self._other(stage.node) if stage is not None else None
        if stage is None or teller is None or stamp(stage) <= self._held:
            if stage is not None:
                self._inbox.drop(stage)
            self._catch_up(now)
        elif teller.offset is not None and state.awake:
            show = self._found(item(stage), state)
            if show is None:
                self._learn(stage, teller, now)
                return
            form = Form(stage.form) if isinstance(show, Compiled) else None
            self._post(Staged(show, form, ours(stage, teller.offset.seconds), stamp(stage)))
            self._anchor = teller.id, teller.offset.seconds
            self._rehearsing = self._ready = None
            self._inbox.drop(stage)

    def _catch_up(self, now: float) -> None:
        """Ask whoever is furthest ahead: we have just come, or have missed something."""
        if self._others:
            first = max(self._others, key=stamp_of)
            if stamp_of(first) > self._held:
                self._ask(first, now)

    def _ask(self, peer: Peer, now: float) -> None:
        if now >= self._ask_due:
            self._ask_due = now + ASK_EVERY
            self._link.send(Ask(self._peers.me.id).encode(), peer.address)

    def _other(self, id: str) -> Peer | None:
        return next((peer for peer in self._others if peer.id == id), None)

    def _found(self, what: Item, state: State) -> Compiled | Part | None:
        """The show, if it is at hand: on our wall already, coming, or rehearsed."""
        tours = [(state.tour, state.form)]
        if state.coming is not None:
            tours.append((state.coming.tour, state.coming.form))
        if isinstance(self._ready, Compiled):
            tours.append((self._ready, next(iter(self._ready.scenes))))
        for tour, form in tours:
            if tour is not None and form is not None and tour_item(tour, form) == what:
                return tour
        parts = (state.invitation, state.ahead, self._ready)
        return next((part for part in parts if isinstance(part, Part) and part_item(part) == what), None)

    def _learn(self, stage: Stage, teller: Peer, now: float) -> None:
        """Have it compiled, once; ask for its pictures if they are missing."""
        what = item(stage)
        if what == self._rehearsing:
            return
        if what.kind == INVITATION:
            self._rehearsing = what
            self._rehearse(Rehearsal(None, "", Form.FULL, 0, what.number))
            return
        found = self._inbox.drawing(what.station, what.number)
        if found is None:
            self._ask(teller, now)
        elif what.form not in {form.value for form in Form}:
            self._inbox.drop(stage)
        else:
            self._rehearsing = what
            job = Job(what.station, what.number, *found, self._link, teller.address, mine=False)
            self._rehearse(Rehearsal(job, what.exhibit, Form(what.form), what.seed, 0))

    def _nudge(self, state: State, now: float) -> None:
        """Go with the clock that we took the show from, as we come to know it better."""
        if self._anchor is None:
            return
        told_by, used = self._anchor
        teller = self._other(told_by)
        if teller is None or teller.offset is None:
            return
        behind = used - teller.offset.seconds
        if abs(behind) > SETTLED:
            most = SLEW / max(state.clock.rate, 1.0)
            step = min(max(behind, -most), most)
            self._anchor = told_by, used - step
            self._post(Nudged(step))
