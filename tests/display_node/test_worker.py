"""The worker's thread: what it compiles, in which order, and that a night of invitations takes no memory."""

import gc
import itertools
import tracemalloc
from collections.abc import Iterator
from functools import partial
from queue import Queue

import numpy as np
import pytest

from common.bitmap import Bitmap
from common.link import MemoryNetwork
from display_node import show
from display_node import state as states
from display_node.attract.cast import DIGITS, ENCORE
from display_node.choices import Choices
from display_node.engines.eager import Eager
from display_node.events import Awake, Compiled, Event, Job, Part, Rehearsal, Rehearsed
from display_node.exhibits.listening import exhibit as listening
from display_node.form import Form
from display_node.ledger import Ledger
from display_node.probe import Probe, asleep
from display_node.samples import samples
from display_node.scene import Scene
from display_node.worker import Worker
from tests.display_node.conftest import PATIENCE
from tests.display_node.drawn import shipped

NIGHT = 100
"""Parts of the invitation: fifty minutes of it."""
GROWTH = 2e6
"""Bytes that may have gathered by their end: less than one part holds."""
NETWORK = MemoryNetwork()
WALL, TABLET = NETWORK.link("wall", 9000), NETWORK.link("tablet", 1)
numbers = itertools.count(1)


class Room:
    """A worker at work, and what it posts."""

    def __init__(self, *ours: Bitmap) -> None:
        self.posted: Queue[Event] = Queue()
        engine = partial(Eager, shipped())
        self.worker = Worker(
            shipped(), engine, ours, Ledger(), self.posted.put, exhibit="convolution", seed=1
        )
        self.worker.start()

    def next(self) -> Event:
        return self.posted.get(timeout=PATIENCE)

    def part(self) -> Part:
        event = self.next()
        assert isinstance(event, Part)
        return event

    def submit(self, bitmap: Bitmap, station: str = "tablet") -> None:
        job = Job(station, next(numbers), bitmap, bitmap, WALL, TABLET.address)
        assert self.worker.submit(job)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(*samples([1, 4, 8]))
    yield made
    made.worker.close()


def picture(probe: Probe) -> np.ndarray:
    return probe.activations["input"].ravel()


def drawings(part: Part) -> np.ndarray:
    """(1 + DIGITS, 1024): what stands in the input when the part begins, and each that comes."""
    boxes = part.scene.batches[0].boxes
    ordered = boxes[np.lexsort((boxes["birth"], boxes["cell"]))]
    found: np.ndarray = ordered["value_end"].reshape(-1, 1 + DIGITS).T
    return found


def woken(room: Room) -> Part:
    event = room.next()
    assert isinstance(event, Awake)
    return event.invitation


def test_one_part_follows_another_for_as_long_as_it_is_asked(room: Room) -> None:
    part = woken(room)
    for number in range(1, 6):
        room.worker.follow(part)
        following = room.part()
        assert (part.number, following.number) == (number - 1, number)
        np.testing.assert_array_equal(drawings(part)[-1], picture(part.last))
        np.testing.assert_array_equal(drawings(following)[0], picture(part.last))
        part = following


def test_a_drawing_is_compiled_in_every_form_and_then_drifts_by(room: Room) -> None:
    part = woken(room)
    room.worker.follow(part)
    (two,) = samples([2])
    following = room.part()
    room.submit(two)
    compiled, again = room.next(), room.part()
    assert isinstance(compiled, Compiled)
    assert set(compiled.scenes) == set(Form)
    assert compiled.scenes[Form.SHORT].duration <= compiled.scenes[Form.FULL].duration
    assert again.number == following.number, "instead of the part that doesn't know it"
    np.testing.assert_array_equal(drawings(again)[1], picture(compiled.probe))


def test_a_visitors_digit_does_not_come_again_at_once(room: Room) -> None:
    part = woken(room)
    room.submit(samples([2])[0])
    compiled, part = room.next(), room.part()
    assert isinstance(compiled, Compiled)
    led = []
    for _ in range(ENCORE + 1):
        led.append(np.array_equal(drawings(part)[1], picture(compiled.probe)))
        room.worker.follow(part)
        part = room.part()
    assert led == [True, *[False] * (ENCORE - 1), True]


def test_without_drawings_of_its_own_it_invites_all_the_same() -> None:
    bare = Room()
    part = woken(bare)
    bare.worker.follow(part)
    assert bare.part().number == 1
    bare.worker.close()


def test_a_night_of_it_gathers_nothing(room: Room) -> None:
    part = woken(room)
    for bitmap in samples(range(10)):  # so that all who are remembered are there
        room.submit(bitmap)
        assert isinstance(room.next(), Compiled)
        part = room.part()

    def go_on(parts: int) -> None:
        nonlocal part
        for _ in range(parts):
            room.worker.follow(part)
            part = room.part()

    tracemalloc.start()
    try:
        go_on(3)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        go_on(NIGHT)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < GROWTH
    finally:
        tracemalloc.stop()


def test_a_submit_in_the_middle_of_a_part_goes_on_stage_at_once(room: Room) -> None:
    """The wall's loop without its pictures: what is posted is stepped in, as the mailbox hands it over."""
    begun = Part(Scene("invitation", 30.0, (), ()), 0, asleep(shipped()))
    still = listening.build(shipped(), asleep(shipped()), 1)
    state = states.begin(begun, still, rest=12.0, choices=Choices("en"), now=0.0)
    state = show.step(state, room.next(), 1.0)
    room.worker.follow(state.invitation)
    state = show.step(state, room.next(), 2.0)
    room.submit(samples([2])[0])
    while state.phase is not states.Phase.TOURING:
        state = show.tick(show.step(state, room.next(), 12.0), 12.0)
    assert (state.form, state.time(12.0)) == (Form.FULL, 0.0)
    assert state.tour is not None
    assert state.scene is state.tour.scenes[Form.FULL]


def test_what_another_wall_shows_and_this_one_cannot_is_said_so(room: Room) -> None:
    """Unknown here, or broken: whoever waits for it goes on, and so does the worker."""
    room.next()
    job = Job("tablet", 1, samples()[0], samples()[0], WALL, TABLET.address, mine=False)
    for exhibit, known in (("of tomorrow", False), ("convolution", True)):
        room.worker.rehearse(Rehearsal(job, exhibit, Form.SHORT, 1, 0))
        event = room.next()
        assert isinstance(event, Rehearsed)
        assert (event.show is not None) is known
