"""What a wall keeps of its visitors, where it is wanted: a count, and a recording."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from common.health import Page, Reply
from common.wire import Answer
from display_node.companion import Companion
from display_node.counting.counter import Counter
from display_node.flight.projector import machine
from display_node.flight.recorder import Recorder
from display_node.flight.ring import segments
from display_node.render.atlas import Atlas
from display_node.settings import Settings
from display_node.state import State
from display_node.surface import Surface

log = logging.getLogger("sandglass")

RECORDINGS = "flight"
"""Folder of recordings in the wall's own."""


class Counting(Companion, Protocol):
    def noted(self, what: str, station: str) -> None: ...

    def answered(self, answer: Answer) -> None: ...

    def page(self) -> Page: ...


class Uncounted:
    """Nobody is counted."""

    def noted(self, what: str, station: str) -> None:
        pass

    def answered(self, answer: Answer) -> None:
        pass

    def page(self) -> Page:
        return lambda: Reply(404, b'{"error": "visitors are not counted here: see the setting count"}')

    def after(self, before: State, state: State, now: float) -> None:
        pass

    def close(self) -> None:
        pass


def open_counting(settings: Settings, folder: Path, now: Callable[[], float]) -> Counting:
    return Counter(folder, now) if settings.count else Uncounted()


def open_recorders(
    settings: Settings, folder: Path, weights: Path, surface: Surface, atlas: Atlas, now: Callable[[], float]
) -> list[Recorder]:
    """One, or none."""
    if not settings.recorder:
        remind(folder / RECORDINGS)
        return []
    made = Recorder(
        folder / RECORDINGS,
        settings.recorder_mb << 20,
        weights,
        asdict(settings),
        machine(surface),
        now=now,
        size=lambda: surface.size,
        glyphs=atlas.order,
    )
    return [made]


def remind(folder: Path) -> None:
    """Name what a recorder that is off now has left: nothing overwrites it any more.

    It is not deleted: whoever wants to look at a recording switches the recorder off, so that it stays.
    """
    try:
        left = len(segments(folder))
    except OSError:  # a disk that cannot even be listed is no reason to show nothing
        return
    if left:
        log.warning(
            "the recorder is off, but %d of its files are left in %s, with what visitors drew: "
            "delete the folder once nobody needs it", left, folder,
        )  # fmt: skip
