"""What a wall shares of its state, and what another's words mean by our own clock. Pure.

A clock is three numbers, so a show is told in one datagram: what it is, and since when. Times go out on the
sender's clock; whoever hears them knows by how far that is from its own (`common.offset`).
"""

import zlib
from typing import NamedTuple

from common.clock import ShowClock
from common.nodes import CANVAS, FRAMED, Picture, Stage
from display_node.events import Compiled, Part
from display_node.form import Form
from display_node.state import Phase, State

MICRO = 1e6
TOUR, INVITATION = "tour", "invitation"
PARTS = 100_000
"""Parts of the invitation after which it begins again from the first: a month."""

Stamp = tuple[int, str]
"""Microseconds of tide, and who decided: the greater one is on stage."""


class Item(NamedTuple):
    """What can be on stage, whenever it began."""

    kind: str
    station: str
    number: int
    exhibit: str
    form: str
    seed: int


def item(stage: Stage) -> Item:
    return Item(stage.kind, stage.station, stage.number, stage.exhibit, stage.form, stage.seed)


def tour_item(tour: Compiled, form: Form) -> Item:
    return Item(TOUR, tour.job.station, tour.job.drawing, tour.exhibit, form.value, tour.seed)


def part_item(part: Part) -> Item:
    return Item(INVITATION, "", part.number, "", "", 0)


def shown(state: State) -> tuple[Item, ShowClock] | None:
    """What is on stage, or about to be; None where somebody draws: of that the previews tell."""
    if state.coming is not None:
        return tour_item(state.coming.tour, state.coming.form), state.coming.clock
    if state.tour is not None and state.form is not None:
        return tour_item(state.tour, state.form), state.clock
    if state.phase is Phase.IDLE:
        return part_item(state.invitation), state.clock
    return None


def described(state: State, me: str, stamp: Stamp) -> Stage | None:
    """The same as a message, by our clock."""
    found = shown(state)
    if found is None:
        return None
    what, clock = found
    times = round(clock.show_base * MICRO), round(clock.real_base * MICRO)
    return Stage(
        me, stamp[0], stamp[1], what.kind, what.station, what.number, what.exhibit, what.form, what.seed,
        *times, clock.rate, clock.resume, state.rest,
    )  # fmt: skip


def pictures(state: State) -> list[Picture]:
    """Of the tour that is on stage, or about to be."""
    tour = state.coming.tour if state.coming is not None else state.tour
    if tour is None:
        return []
    job = tour.job
    both = ((FRAMED, job.bitmap), (CANVAS, job.canvas))
    return [Picture(job.station, job.drawing, which, bitmap) for which, bitmap in both]


def ours(stage: Stage, offset: float) -> ShowClock:
    """A peer's clock of the show, in our time; `offset`: the peer's clock minus ours, in seconds."""
    return ShowClock(stage.show_base / MICRO, stage.real_base / MICRO - offset, stage.rate, stage.resume)


def after_tour(tour: Item) -> int:
    """Which part of the invitation follows on a tour: the same on all walls, paused or sought or not."""
    return zlib.crc32(f"{tour.station} {tour.number}".encode()) % PARTS
