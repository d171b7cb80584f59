"""The sender: what leaves the station and what comes back. Sequence, rate, resend, reachability.

Nothing here waits: `tick` sends what is due at the time that it is handed, `due` says when to come
again, `take` reads one reply.
"""

import secrets
import time
from dataclasses import dataclass

from common import nodes, wire
from common.bitmap import Bitmap
from common.counters import Counters
from common.errors import Refused
from common.limits import Limits
from common.link import Address, Link
from input_node.peer import Target

PREVIEW_EVERY = 1 / 60
"""Seconds between two previews at least: a wall draws no more pictures than that."""
HELLO_EVERY = 1.0
REACHABLE_FOR = 3.0
"""Seconds after a reply for which the wall counts as there: three hellos, as one may well be lost."""
RESEND_FIRST, RESEND_GROWTH, RESEND_MOST = 0.1, 1.5, 2.0
"""Seconds to the first resend of an unanswered submit, and how the pause grows, for ever.

It begins anew with the ack. A wall that is awake answers even before it acks, so an ack alone mostly means
that the answer was lost, and the wall repeats it whenever it is asked.
"""
MOST_REPLIES = 1024
"""Datagrams read at one go: what the kernel holds, so that a flood neither holds up the ink nor, as long as
only what a source may send is looked into, pushes out a wall's answer."""


@dataclass(slots=True)
class _Waiting:
    """A submit that has no answer yet."""

    datagram: bytes
    began: float
    asked: float
    due: float
    pause: float = RESEND_FIRST
    acked: bool = False


class Sender:
    """One drawing at a time. `begin` starts the next; its id is new, also after a restart."""

    def __init__(
        self, link: Link, peer: Target, station: str, counters: Counters, now: float, first: int | None = None
    ) -> None:
        self._link, self._peer, self._station = link, peer, station
        self.busy = False
        """Whether a visitor is in the middle of something, so that the wall should stay the same."""
        self.counters = counters
        self._limits = Limits(counters)
        self.drawing = new_id() if first is None else first
        self.latency: float | None = None
        """Seconds from the last pen event of the last answered drawing to its decoded answer."""
        self._sequence = 0
        self._preview: Bitmap | None = None
        self._shown: Bitmap | None = None
        self._waiting: _Waiting | None = None
        self._preview_due = self._hello_due = now
        self._heard = now  # the benefit of the doubt, so that no sign flashes up at the start

    def begin(self) -> None:
        """The next drawing: forget what the last one still had to send."""
        self.drawing += 1
        self._sequence = 0
        self._preview = self._shown = self._waiting = None

    def preview(self, bitmap: Bitmap) -> None:
        """Show this as soon as the rate allows; a newer one takes its place."""
        self._preview = bitmap if bitmap != self._shown else None

    def submit(self, bitmap: Bitmap, now: float, began: float | None = None) -> None:
        """Send the framed drawing until it is answered. `began`: the time of its last pen event."""
        message = wire.Submit(self._station, self.drawing, self._next(), bitmap)
        self._preview = None
        self._waiting = _Waiting(message.encode(), now if began is None else began, now, now)
        self.tick(now)

    def clear(self) -> None:
        """Tell the wall that the drawing was wiped; `begin` follows."""
        self._send(wire.Clear(self._station, self.drawing).encode())

    @property
    def waiting(self) -> bool:
        return self._waiting is not None

    @property
    def wall(self) -> str | None:
        """The name of the wall that will answer, if there is more than one, or not the preferred one."""
        return self._peer.name

    def reachable(self, now: float) -> bool:
        return now - self._heard < REACHABLE_FOR

    def tick(self, now: float) -> None:
        """Send what is due."""
        answering = self.reachable(now)
        waited = now - self._waiting.asked if self._waiting else None
        if self._peer.tick(now, busy=self.busy, waited=waited, answering=answering):
            self._go_on(now)
        waiting = self._waiting
        if waiting and now >= waiting.due:
            self._send(waiting.datagram)
            waiting.due = now + waiting.pause
            waiting.pause = min(waiting.pause * RESEND_GROWTH, RESEND_MOST)
        if self._preview and now >= self._preview_due:
            self._send(wire.Preview(self._station, self.drawing, self._next(), self._preview).encode())
            self._shown, self._preview = self._preview, None
            self._preview_due = now + PREVIEW_EVERY
        if now >= self._hello_due:
            if not self.reachable(now):
                self._peer.refresh()
            self._send(wire.Hello(self._station, self.drawing).encode())
            self._hello_due = now + HELLO_EVERY

    def due(self, now: float) -> float:
        """Seconds until `tick` has something to do."""
        times = [self._hello_due, self._peer.due]
        if self._preview:
            times.append(self._preview_due)
        if self._waiting:
            times.append(self._waiting.due)
        return max(min(times) - now, 0.0)

    def receive(self, now: float) -> list[wire.Answer | wire.Progress]:
        """Everything that has arrived, of interest to the visitor."""
        news: list[wire.Answer | wire.Progress] = []
        for datagram, sender in self._link.burst(MOST_REPLIES, lambda host: self._limits.allow(host, now)):
            news += self.take(datagram, sender, now)
        return news

    def take(self, datagram: bytes, sender: Address, now: float) -> list[wire.Answer | wire.Progress]:
        """Read one datagram; what nobody waits for is counted and left out."""
        if nodes.is_node(datagram) and self._peer.hear(datagram, sender, now):
            return []
        try:
            messages = wire.decode_reply(datagram)
        except Refused as refused:
            self.counters.drop(refused.kind, refused.detail, sender)
            return []
        news: list[wire.Answer | wire.Progress] = []
        for message in messages:
            # By name, not by address: a wall with two network cards may answer from the other one.
            if not isinstance(message, wire.ToStation) or message.station != self._station:
                self.counters.drop("stranger", "meant for another station", sender)
                continue
            if self._peer.elsewhere(sender) and not isinstance(message, wire.Answer):
                self.counters.add("elsewhere")  # a wall that we left goes on with what it has of ours
                continue
            if not self.reachable(now) and self._waiting:
                self._waiting.due = now  # the wall is back: do not make the visitor wait for the pause
            self._heard = now
            if isinstance(message, wire.Progress):
                news.append(message)
            elif self._waiting is None or message.drawing != self.drawing:
                self.counters.add("late_replies")
            elif isinstance(message, wire.Answer):
                self.latency = now - self._waiting.began
                self._waiting = None
                news.append(message)
            elif not self._waiting.acked:
                self._waiting.acked = True
                self._waiting.due, self._waiting.pause = now + RESEND_FIRST, RESEND_FIRST * RESEND_GROWTH
        return news

    def _go_on(self, now: float) -> None:
        """At another wall, with the drawing as it is. Its id stays, so whoever has it already knows it."""
        if self._waiting:
            self._waiting.acked, self._waiting.due, self._waiting.pause = False, now, RESEND_FIRST
            self._waiting.asked = now
        self._preview, self._shown = self._preview or self._shown, None
        self._hello_due = self._heard = now

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _send(self, datagram: bytes) -> None:
        if self._peer.address is not None and not self._link.send(datagram, self._peer.address):
            self.counters.add("unsent")


def new_id() -> int:
    """Where a station's drawing ids start after a restart: 63 bits, counted up from there.

    Seconds of wall time (33 bits), chance (16 bits), count (14 bits). The chance is there because a
    tablet without a battery-backed clock boots at the same second every morning.
    """
    return (int(time.time()) & 0x1FFFFFFFF) << 30 | secrets.randbits(16) << 14
