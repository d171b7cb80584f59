"""The station: what the visitor is doing and sees. Pure: (state, event, now) → state.

DRAWING ──predict──▶ WAITING ──answer──▶ ANSWERED
   ▲                    │ draws on           │ touches, or has seen it
   └────────────────────┴────────────────────┘
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from common.wire import Answer, Progress

IDLE_CLEAR = 20.0
"""Seconds without a touch after which half a drawing is wiped: its visitor has left."""
SHOW_ANSWER = 8.0
"""Seconds that an answer stays after it came, or after the wall's tour of it has ended."""
TOUR_STALE = 5.0
"""Seconds without news after which the wall's tour counts as over."""
LONGEST_TOUR = 180.0
"""Seconds for which a tour may keep the answer on the canvas, whatever the wall says."""
HINT = 3.0
"""Seconds that a hint stays."""


class Phase(Enum):
    DRAWING = auto()
    WAITING = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Station:
    """Times are monotonic seconds."""

    phase: Phase = Phase.DRAWING
    since: float = 0.0
    """When this phase began."""
    touched: float = 0.0
    answer: Answer | None = None
    tour: Progress | None = None
    tour_heard: float = 0.0
    hint_until: float = 0.0

    def touring(self, now: float) -> bool:
        """Whether the wall is showing the last drawing."""
        return self.tour is not None and self.tour.fraction < 1.0 and now - self.tour_heard < TOUR_STALE

    def hinting(self, now: float) -> bool:
        return now < self.hint_until

    def abandoned(self, now: float) -> bool:
        """Whether nobody has touched the canvas for so long that its visitor has left."""
        return now - self.touched >= IDLE_CLEAR

    def expired(self, now: float) -> bool:
        """Whether it is time to wipe the canvas. A submit that waits for a wall never expires."""
        if self.phase is Phase.DRAWING:
            return self.abandoned(now)
        if self.phase is Phase.WAITING:
            return False
        seen = max(self.since, self.tour_heard if self.tour else 0.0)
        return now - seen >= SHOW_ANSWER or now - self.since >= LONGEST_TOUR


def touch(state: Station, now: float) -> Station:
    return replace(state, touched=now, hint_until=0.0)


def fresh(state: Station, now: float) -> Station:
    """An empty canvas. The wall's tour of the last drawing goes on beside it."""
    return Station(since=now, touched=now, tour=state.tour, tour_heard=state.tour_heard)


def hint(state: Station, now: float) -> Station:
    """Predict was pressed on an empty canvas."""
    return replace(touch(state, now), hint_until=now + HINT)


def submit(state: Station, now: float) -> Station:
    return Station(Phase.WAITING, since=now, touched=now)


def draw_on(state: Station, now: float) -> Station:
    """The visitor changed a drawing that was waiting: it is being drawn again."""
    return replace(touch(state, now), phase=Phase.DRAWING, since=now)


def answered(state: Station, answer: Answer, now: float) -> Station:
    return replace(state, phase=Phase.ANSWERED, since=now, answer=answer)


def progress(state: Station, tour: Progress, now: float) -> Station:
    return replace(state, tour=tour, tour_heard=now)
