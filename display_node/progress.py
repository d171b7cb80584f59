"""Words to the tablet about where its drawing's tour is."""

from common.wire import Progress
from display_node.state import State

EVERY = 0.5
"""Seconds between two words; a new chapter is told at once."""


class ProgressTeller:
    """A companion that answers whoever submitted what is on tour."""

    def __init__(self) -> None:
        self._told: tuple[float, str] = (0.0, "")

    def after(self, before: State, state: State, now: float) -> None:
        tour, scene = state.tour, state.scene
        if tour is None or not tour.job.mine:
            return
        t = scene.clamp(state.time(now))
        chapter = scene.chapter(t)
        name = chapter.name if chapter else ""
        told, said = self._told
        if name == said and now - told < EVERY:
            return
        self._told = now, name
        message = Progress(tour.job.station, tour.job.drawing, name, t / scene.duration)
        tour.job.link.send(message.encode(), tour.job.sender)

    def close(self) -> None:
        pass
