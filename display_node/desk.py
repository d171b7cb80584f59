"""Datagram in, events and replies out: what a wall does with each message. No thread and no socket.

Everything a peer can get wrong ends here as a counted drop.
"""

import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from common import control
from common.bitmap import BLANK, Bitmap, frame
from common.canonical import decode_drawing
from common.counters import Counters
from common.errors import Refused
from common.link import Address, Link
from common.nodes import Message as NodeMessage
from common.nodes import decode as decode_node
from common.nodes import is_node
from common.wire import (
    Ack,
    Clear,
    Hello,
    Legacy,
    Preview,
    Submit,
    decode_legacy,
)
from display_node.events import Drawn, Job, Wiped
from display_node.ledger import Ledger
from display_node.mailbox import MAX_STATIONS, Mailbox

Message = TypeVar("Message")
Tap = Callable[[str, bytes, Address, float], None]
"""Told the port's name, what came to it, from whom, and when (monotonic seconds), before it is looked at."""

LEGACY_STATION = "legacy"
RETIRED = 8
"""Finished drawings of a station that are remembered, so that their late previews stay unseen."""


def _decode_node(datagram: bytes) -> Sequence[NodeMessage]:
    return (decode_node(datagram),)


class _Station:
    """What is known of one station: which drawing it is at, and how far."""

    def __init__(self) -> None:
        self.drawing: int | None = None
        self.sequence = -1
        self.canvas = BLANK
        self.retired: deque[int] = deque(maxlen=RETIRED)

    def advance(self, drawing: int, sequence: int, canvas: Bitmap) -> bool:
        """Take a preview unless a newer one, or the end of its drawing, was here before it."""
        if drawing in self.retired or (drawing == self.drawing and sequence <= self.sequence):
            return False
        if self.drawing is not None and drawing != self.drawing:
            self.retire(self.drawing)
        self.drawing, self.sequence, self.canvas = drawing, sequence, canvas
        return True

    def wipe(self, drawing: int) -> bool:
        """End a drawing; False if that was over before, and something newer may be on the wall."""
        if drawing in self.retired:
            return False
        self.retire(drawing)
        return True

    def retire(self, drawing: int) -> None:
        if drawing not in self.retired:
            self.retired.append(drawing)
        if drawing == self.drawing:
            self.drawing, self.sequence, self.canvas = None, -1, BLANK


class Desk:
    """`submit` takes a job and says whether there was room for it; `nodes` takes what other nodes say.

    `taps` are told all that comes, `noted` what counted: "pen" or "submit", and of which station; `subscribe`
    which host wants to be told the state, and at what port. `relay` passes on what a pen does, and says
    whether it comes from the pen itself, not from another wall. None of them may wait or raise.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        ledger: Ledger,
        counters: Counters,
        submit: Callable[[Job], bool],
        control_allow: Collection[str] | None = (),
        nodes: Callable[[NodeMessage, Address, Link], None] | None = None,
        *,
        taps: Sequence[Tap] = (),
        noted: Callable[[str, str], None] = lambda what, station: None,
        subscribe: Callable[[str, int], None] = lambda host, port: None,
        relay: Callable[[Preview | Clear, Address], bool] = lambda message, sender: True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nodes, self._taps, self._noted, self._now = nodes, taps, noted, now
        self._subscribe, self._relay = subscribe, relay
        self._mailbox, self._ledger, self._counters, self._submit = mailbox, ledger, counters, submit
        self._allowed = None if control_allow is None else frozenset(control_allow)
        self._stations: OrderedDict[str, _Station] = OrderedDict()
        # Legacy drawings have no number of their own; ours must not repeat after a restart.
        self._legacy_numbers = itertools.count(time.time_ns() >> 10)

    def drawing(self, datagram: bytes, sender: Address, link: Link) -> None:
        """Something came to the drawing port."""
        self._tap("drawing", datagram, sender)
        if self._nodes and is_node(datagram):
            for found in self._decode(_decode_node, datagram, sender):
                self._nodes(found, sender, link)
            return
        for message in self._decode(decode_drawing, datagram, sender):
            if isinstance(message, Preview):
                self._preview(message, sender)
            elif isinstance(message, Submit):
                self._submitted(message, sender, link)
            elif isinstance(message, Clear):
                if self._station(message.station).wipe(message.drawing):
                    self._relay(message, sender)
                    self._mailbox.put(Wiped(message.station))
            elif isinstance(message, Hello):
                self._counters.add("hellos")
                link.send(Ack(message.station, message.drawing).encode(), sender)

    def legacy(self, datagram: bytes, sender: Address, link: Link) -> None:
        """Something came to the original's port; its drawings are framed here, and all are new."""
        self._tap("legacy", datagram, sender)
        for message in self._decode(decode_legacy, datagram, sender):
            assert isinstance(message, Legacy)
            framed = frame(message.bitmap)
            if framed.empty:
                self._counters.drop("empty", "an empty legacy drawing", sender[0])
                continue
            number = next(self._legacy_numbers)
            self._ledger.enter(LEGACY_STATION, number)
            if not self._submit(Job(LEGACY_STATION, number, framed, message.bitmap, link, sender)):
                self._counters.drop("busy", "too many drawings at once", sender[0])
                continue
            self._counters.add("submits")
            self._noted("submit", LEGACY_STATION)

    def control(self, datagram: bytes, sender: Address, link: Link) -> None:
        """Something came to the operator's port; heard from allowed addresses only."""
        self._tap("control", datagram, sender)
        if self._allowed is not None and sender[0] not in self._allowed:
            self._counters.drop("stranger", f"{sender[0]} may not command", sender[0])
            return
        for command in self._decode(control.decode, datagram, sender):
            self._counters.add("controls")
            if command.verb == "subscribe":  # about its sender, not about the show
                self._subscribe(sender[0], int(command.value or 0))
            elif not self._mailbox.put(command):
                self._counters.drop("busy", "too many commands at once", sender[0])

    def _tap(self, port: str, datagram: bytes, sender: Address) -> None:
        for tap in self._taps:
            tap(port, datagram, sender, self._now())

    def _decode(
        self, decode: Callable[[bytes], Sequence[Message]], datagram: bytes, sender: Address
    ) -> Sequence[Message]:
        try:
            return decode(datagram)
        except Refused as refused:
            self._counters.drop(refused.kind, str(refused), sender[0])
            return []

    def _preview(self, message: Preview, sender: Address) -> None:
        if not self._station(message.station).advance(message.drawing, message.sequence, message.bitmap):
            self._counters.add("late_previews")
            return
        self._counters.add("previews")
        if self._relay(message, sender) and not message.bitmap.empty:
            self._noted("pen", message.station)
        self._mailbox.put(Drawn(message.station, message.bitmap))

    def _submitted(self, message: Submit, sender: Address, link: Link) -> None:
        station, drawing = message.station, message.drawing
        if self._ledger.enter(station, drawing):
            seen = self._station(station)
            canvas = seen.canvas if seen.drawing == drawing else BLANK
            seen.retire(drawing)
            try:
                taken = self._submit(Job(station, drawing, message.bitmap, canvas, link, sender))
            except Exception:
                self._ledger.forget(station, drawing)
                raise
            if not taken:
                # Not acked: the station sends it again when there is room.
                self._ledger.forget(station, drawing)
                self._counters.drop("busy", "too many drawings at once", sender[0])
                return
            self._counters.add("submits")
            self._noted("submit", station)
            link.send(Ack(station, drawing).encode(), sender)
            return
        # Known already: its ack or its answer was lost on the way.
        link.send(Ack(station, drawing).encode(), sender)
        answer = self._ledger.answer(station, drawing)
        if answer is not None:
            link.send(answer.encode(), sender)

    def _station(self, name: str) -> _Station:
        if name not in self._stations:
            self._stations[name] = _Station()
            if len(self._stations) > MAX_STATIONS:
                self._stations.popitem(last=False)
        self._stations.move_to_end(name)
        return self._stations[name]
