"""A session: pen, canvases, station and sender put together. No screen and no clock in here.

The window and the replay both drive this, so a replayed drawing takes the way of a drawn one.
"""

from collections.abc import Callable

from common import raster
from common.bitmap import BLANK, SIDE, Bitmap
from common.strokes import Drawing
from common.wire import Answer, Progress
from input_node import station
from input_node.canvas import Area, Canvas
from input_node.pen import Contact, Pen, Position
from input_node.sender import Sender
from input_node.station import Phase, Station


class Session:
    """`on_submit` is told every drawing that is submitted."""

    def __init__(
        self, sender: Sender, side: int, now: float, on_submit: Callable[[Drawing], None] | None = None
    ) -> None:
        self.pen = Pen()
        self.canvas = Canvas(side)
        self.sender = sender
        self.state = Station(since=now, touched=now)
        self._small = Canvas(SIDE)
        self._on_submit = on_submit
        self._framed = (self.pen.revision, BLANK)
        self._previewed = self.pen.revision

    def down(self, contact: Contact, position: Position, now: float) -> None:
        """A pen touches the canvas; what that means depends on what it finds there."""
        if self.pen.busy(contact, now):
            return
        phase = self.state.phase
        if phase is Phase.ANSWERED or (phase is Phase.WAITING and self.state.abandoned(now)):
            self._fresh(now)
        elif phase is Phase.WAITING:
            self.state = station.draw_on(self.state, now)
            self.sender.begin()
        self.pen.down(contact, position, now)
        self._touched(now)

    def move(self, contact: Contact, position: Position, now: float) -> None:
        if contact == self.pen.owner:
            self.pen.move(contact, position, now)
            self._touched(now)

    def up(self, contact: Contact, position: Position, now: float) -> None:
        if contact == self.pen.owner:
            self.pen.up(contact, position, now)
            self._touched(now)

    def predict(self, now: float, began: float | None = None) -> None:
        """Submit, or hint at what to do first; after the answer came, begin another drawing.

        What waits for its answer stays as it is.
        `began`: the time that the answer's latency counts from, if not `now`.
        """
        if self.state.leaving(now):
            self._fresh(now)
            return
        if self.state.phase is not Phase.DRAWING:
            return
        self.pen.lift()
        bitmap = self.framed
        if bitmap.empty:
            self.state = station.hint(self.state, now)
            return
        self.state = station.submit(self.state, self.sender.drawing, now)
        self.sender.submit(bitmap, now, began)
        if self._on_submit:
            self._on_submit(self.pen.drawing)

    def clear(self, now: float) -> None:
        if self.pen.strokes and self.state.phase is not Phase.ANSWERED:
            self.sender.clear()  # an answered drawing is the wall's: its tour goes on
        self._fresh(now)

    def undo(self, now: float) -> None:
        if self.state.phase is Phase.ANSWERED:
            return
        if self.state.phase is Phase.WAITING:
            self.state = station.draw_on(self.state, now)
            self.sender.clear()
            self.sender.begin()
        self.pen.undo()
        self._touched(now)

    def tick(self, now: float) -> None:
        """Let time pass: replies, timers, previews, resends."""
        for news in self.sender.receive(now):
            self.hear(news, now)
        self.state = station.tick(self.state, now, self.sender.reachable(now))
        if self.pen.strokes and self.state.expired(now):
            self.clear(now)
        self._preview()
        self.sender.busy = bool(self.pen.strokes) or self.state.touring(now)
        self.sender.tick(now)

    def hear(self, news: Answer | Progress, now: float) -> None:
        if isinstance(news, Answer):
            self.state = station.answered(self.state, news, now)
        else:
            self.state = station.progress(self.state, news, now)

    def draw(self, limit: int | None = None) -> Area | None:
        """Bring the visible canvas up to date; returns the pixels that changed."""
        return self.canvas.update(self.pen, limit)

    @property
    def framed(self) -> Bitmap:
        """What Predict would send; made once for every state of the ink."""
        if self._framed[0] != self.pen.revision:
            self._framed = (self.pen.revision, raster.framed(self.pen.drawing))
        return self._framed[1]

    @property
    def empty(self) -> bool:
        return not self.pen.strokes

    def _preview(self) -> None:
        if self._previewed == self.pen.revision or self.state.phase is not Phase.DRAWING:
            return
        self._previewed = self.pen.revision
        self._small.update(self.pen)
        self.sender.preview(Bitmap.of(self._small.ink))

    def _touched(self, now: float) -> None:
        self.state = station.touch(self.state, now)

    def _fresh(self, now: float) -> None:
        self.pen.clear()
        self.state = station.fresh(self.state, now)
        self.sender.begin()
        self._previewed = self.pen.revision
