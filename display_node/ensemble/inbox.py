"""What the other walls said last: filled by the receiving thread, read once a frame by the one that draws."""

import threading
from collections import OrderedDict

from common.bitmap import Bitmap
from common.nodes import CANVAS, FRAMED, Ask, Picture, Stage
from display_node.ensemble.sharing import Stamp

DRAWINGS = 8
"""Drawings whose pictures are kept: each wall of a large group may have announced one."""
MOST_ASKERS = 16
"""Walls that are answered in one frame; the others ask again."""


class Inbox:
    """Bounded: the greatest stage, some pictures, some questions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stage: Stage | None = None
        self._pictures: OrderedDict[tuple[str, int], dict[int, Bitmap]] = OrderedDict()
        self._askers: set[str] = set()

    def put(self, message: Stage | Picture | Ask) -> None:
        with self._lock:
            if isinstance(message, Ask):
                if len(self._askers) < MOST_ASKERS:
                    self._askers.add(message.node)
            elif isinstance(message, Picture):
                self._pictures.setdefault((message.station, message.drawing), {})[message.which] = (
                    message.bitmap
                )
                self._pictures.move_to_end((message.station, message.drawing))
                if len(self._pictures) > DRAWINGS:
                    self._pictures.popitem(last=False)
            elif self._stage is None or stamp(message) >= stamp(self._stage):
                self._stage = message

    @property
    def stage(self) -> Stage | None:
        """The greatest that was told, in the words of who told it last."""
        with self._lock:
            return self._stage

    def drop(self, stage: Stage) -> None:
        """It was dealt with."""
        with self._lock:
            if self._stage is stage:
                self._stage = None

    def drawing(self, station: str, number: int) -> tuple[Bitmap, Bitmap] | None:
        """The framed one and the canvas, once both are here."""
        with self._lock:
            found = self._pictures.get((station, number), {})
            return (found[FRAMED], found[CANVAS]) if len(found) == 2 else None

    def askers(self) -> set[str]:
        """Who wants to know what is on our wall; each is named once."""
        with self._lock:
            found, self._askers = self._askers, set()
            return found


def stamp(stage: Stage) -> Stamp:
    return stage.stamp, stage.conductor
