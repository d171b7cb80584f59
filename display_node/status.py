"""What is told about a wall: to `/health`, to its OSCQuery tree, and to surfaces. Any thread may ask."""

from collections.abc import Callable, Mapping
from typing import Any

from common.counters import Counters
from common.health import Heartbeat
from display_node.form import AUTO
from display_node.state import State


class Status:
    """`state`, `exhibit`: how to find out about them. `now`: monotonic seconds."""

    def __init__(
        self,
        state: Callable[[], State],
        exhibit: Callable[[], str],
        heart: Heartbeat,
        counters: Counters,
        now: Callable[[], float],
    ) -> None:
        self._state, self._exhibit, self._heart, self._counters = state, exhibit, heart, counters
        self._now = now

    def health(self) -> dict[str, Any]:
        state = self._state()
        return {
            "role": "display",
            **self._told(state, self._now()),
            "part": state.invitation.number,
            "counters": self._counters.snapshot(),
            "dropped_by_source": self._counters.sources(),
        }

    def values(self) -> Mapping[str, Any]:
        """By the names of `state_wire.WALL`."""
        now = self._now()
        age = self._heart.age(now)
        frames = {"frame_rate": self._heart.rate(now), "frame_age": -1.0 if age is None else age}
        return {**self._told(self._state(), now), **frames}

    def _told(self, state: State, now: float) -> dict[str, Any]:
        scene, choices = state.scene, state.choices
        t = scene.clamp(state.time(now))
        chapter = scene.chapter(t)
        return {
            "phase": state.phase.value,
            "awake": state.awake,
            "scene": scene.name,
            "chapter": chapter.name if chapter else None,
            "time": round(t, 3),
            "duration": round(scene.duration, 3),
            "fraction": round(t / scene.duration, 3) if scene.duration else 0.0,
            "rate": state.clock.rate,
            "speed": state.clock.resume,
            "paused": state.clock.paused,
            "station": state.tour.job.station if state.tour else None,
            "tour": state.form.value if state.form else None,
            "waiting": len(state.waiting),
            "exhibit": self._exhibit(),
            "form": choices.form.value if choices.form else AUTO,
            "language": choices.language,
            "captions": choices.captions,
            "volume": choices.volume,
            "blackout": choices.blackout,
        }
