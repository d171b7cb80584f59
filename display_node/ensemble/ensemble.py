"""The companion that keeps a wall in step with the others of its group. Nobody is elected.

Whatever is decided on a wall (a tour begins; an operator pauses, seeks, goes on) is announced to the others
with a stamp, and the greatest stamp is on stage everywhere. Beats carry the stamp as well, so a wall that
missed an announcement, or has only just come, notices and asks. What follows by itself from what is on stage,
such as the answer after the tour and the invitation after the answer, is not announced: each wall comes to it
at the same instant, and `pace` keeps their clocks together. When a wall dies the others carry on.
"""

from collections.abc import Callable, Sequence
from typing import Any

from common.clock import ShowClock
from common.control import Control
from common.link import Address, Link
from common.nodes import Ask, Picture, Stage
from common.peer import Peer
from common.peers import Peers
from common.wire import Clear, Preview
from display_node.ensemble.fairness import Turns
from display_node.ensemble.inbox import Inbox, stamp
from display_node.ensemble.insisting import Insisting
from display_node.ensemble.learning import Learning
from display_node.ensemble.pace import Pace, setter
from display_node.ensemble.report import report, stamp_of
from display_node.ensemble.sharing import Stamp, after_tour, described, item, ours, pictures, shown
from display_node.events import Compiled, Event, Nudged, Rehearsal, Rehearsed, Staged, Together
from display_node.form import Form
from display_node.state import State

LEAD = 0.5
"""Seconds from a tour's decision to its beginning where there are other walls: they have to compile it."""
REPEATS = (0.0, 0.06, 0.15, 0.3, 0.5, 0.8)
"""Seconds after a decision at which it is announced: each datagram may well be lost."""
ASK_EVERY, ANSWER_EVERY = 0.2, 0.1
"""Seconds between two questions of ours, and between two answers: these are forty times as long."""
ASK_IN_VAIN_EVERY = 1.0
"""The same while what is on stage cannot be shown here."""
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
        self._cue = cue
        self._inbox = Inbox()
        self._learning = Learning(rehearse, link, self._inbox)
        self._pace, self._turns, self._insisting = Pace(), Turns(peers.me.id), Insisting()
        self._held: Stamp = (0, peers.me.id)
        self._others: list[Peer] = []
        self._announcements: list[float] = []
        self._ask_due = self._answer_due = 0.0
        self._together = Together()
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

    def takes(self, event: Event, decided: bool = False) -> bool:
        """Whether an event is one for the show: not what was only rehearsed, or is no longer the latest.

        `decided`: something was, in this very frame, which is later than all that others have told us.
        """
        if isinstance(event, Rehearsed):
            self._learning.rehearsed(event.show)
            return False
        if isinstance(event, Control):
            return self._insisting.hear(event)
        if not isinstance(event, Staged):
            return True
        if decided and event.stamp > self._held:
            self._held = event.stamp  # what was decided goes beyond it
        return not decided and event.stamp >= self._held

    def after(self, before: State, state: State, now: float) -> None:
        self._hold(before, state, now)
        group = self._peers.group
        self._others = [
            peer
            for peer in self._peers.alive(now, "display")
            if group and peer.group == group and peer.offset is not None  # else it may be anybody's address
        ]
        if self._announcements and now >= self._announcements[0]:
            self._announcements.pop(0)
            self._tell(state, self._others)
        if now >= self._answer_due:
            self._answer_due = now + ANSWER_EVERY
            askers = self._inbox.askers()
            self._tell(state, [peer for peer in self._others if peer.id in askers])
        following = self._follow(state, now)
        self._keep_step(state, now)
        self._mind_the_others(following)
        for word in self._insisting.due(following, now):
            self._post(word)
        self._frame = {"show": round(state.time(now), 6), "at": round(now, 6), "rate": state.clock.rate}

    def close(self) -> None:
        pass

    def status(self) -> dict[str, Any]:
        """For the health page. `frame`: the time of the show in the last one, and by our clock."""
        return report(self._peers.group, self._others, self._held) | {"frame": self._frame}

    def _hold(self, before: State, state: State, now: float) -> None:
        """Take on the stamp of what was adopted, or give one to what was decided here."""
        if state.adopted is not None and state.adopted is not before.adopted:
            self._held = state.adopted.stamp
            self._pace.begin()
            if again := self._insisting.overrun(self._held, state.adopted.clock):
                self._post(again)
        if state.decision != before.decision:
            self._held = max(self._peers.tide(now), self._held[0] + 1), self._peers.me.id
            self._pace.begin()
            self._insisting.decided(self._held, told=shown(state) is not None)
            self._announcements = [now + later for later in REPEATS]
        found = shown(state)
        if found is not None and self._turns.note(found[0], self._held):
            self._cue(after_tour(found[0]))

    def _mind_the_others(self, following: bool) -> None:
        """The show knows of other walls by this alone."""
        crowded = any(peer.waiting and peer.fresh for peer in self._others)
        found = Together(LEAD, crowded, self._turns.patience(self._others), following)
        if not self._others:
            found = Together()
        if found != self._together:
            self._together = found
            self._post(found)

    def _tell(self, state: State, to: Sequence[Peer], *, pictured: bool = True) -> None:
        """Not before the network is awake: the invitation begins anew then."""
        stage = described(state, self._peers.me.id, self._held) if state.awake else None
        if stage is None:
            return
        drawn = pictures(state) if pictured else []
        datagrams = [*(picture.encode() for picture in drawn), stage.encode()]
        for peer in to:
            for datagram in datagrams:
                self._link.send(datagram, peer.address)

    def _follow(self, state: State, now: float) -> bool:
        """Bring on stage what the others have there; whether it has first to be made ready here."""
        stage = self._inbox.stage
        teller = next((peer for peer in self._others if stage and peer.id == stage.node), None)
        if stage is None or teller is None or not state.awake or not self._matters(stage, teller, state, now):
            if stage is not None:
                self._inbox.drop(stage)
            self._catch_up(now)
            return False
        what = item(stage)
        show = self._learning.found(what, state)
        if show is not None:
            form = Form(stage.form) if isinstance(show, Compiled) else None
            self._post(Staged(show, form, self._by_us(stage, teller), stamp(stage), stage.rest))
            self._learning.over()
            self._inbox.drop(stage)
        elif not self._learning.learn(what, teller.address):
            self._ask(teller, now, ASK_EVERY)
        return True

    def _matters(self, stage: Stage, teller: Peer, state: State, now: float) -> bool:
        """Whether it is later than what is on our wall; or the same, which we have lost."""
        if stamp(stage) != self._held or self._learning.impossible(item(stage)):
            return stamp(stage) > self._held and not self._learning.impossible(item(stage))
        me = self._peers.me.id
        if teller.id != me and teller.id == setter(me, self._others, self._held):
            self._pace.compare(state, item(stage), self._by_us(stage, teller), now)
        return self._pace.lost

    def _by_us(self, stage: Stage, teller: Peer) -> ShowClock:
        assert teller.offset is not None  # it is one of the others
        return ours(stage, teller.offset.seconds)

    def _catch_up(self, now: float) -> None:
        """Ask whoever is furthest ahead: we have just come, or have missed something."""
        if self._others:
            first = max(self._others, key=lambda peer: (stamp_of(peer), peer.fresh))
            if stamp_of(first) > self._held:
                self._ask(first, now, ASK_IN_VAIN_EVERY if self._learning.vain else ASK_EVERY)

    def _ask(self, peer: Peer, now: float, every: float) -> None:
        if now >= self._ask_due:
            self._ask_due = now + every
            self._link.send(Ask(self._peers.me.id).encode(), peer.address)

    def _keep_step(self, state: State, now: float) -> None:
        """Set the pace if it is ours to, else go with it."""
        if setter(self._peers.me.id, self._others, self._held) == self._peers.me.id:
            if self._pace.speaks(now):
                self._tell(state, self._others, pictured=False)
        elif step := self._pace.step(state):
            self._post(Nudged(step))
