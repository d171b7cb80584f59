"""A session, from touch to answer, with time turned by hand and a wall in memory."""

import pytest

from common import raster, wire
from common.counters import Counters
from common.link import MemoryNetwork
from common.strokes import Drawing
from input_node.layout import layout
from input_node.peer import Peer
from input_node.pointers import Pointers
from input_node.sender import Sender
from input_node.session import Session
from input_node.station import HINT, IDLE_CLEAR, PATIENCE, SHOW_ANSWER, TWICE, Phase, Screen
from input_node.tour import STALE
from tests.input_node.conftest import PROBABILITIES

WALL, STATION = ("10.0.0.1", 9000), ("10.0.0.2", 4000)


class Visit:
    def __init__(self) -> None:
        network = MemoryNetwork()
        self.wall = network.link(*WALL)
        self.now = 50.0
        self.recorded: list[Drawing] = []
        sender = Sender(network.link(*STATION), Peer(WALL), "tablet", Counters(), self.now)
        self.session = Session(sender, 200, self.now, self.recorded.append)

    def stroke(self, x: float = 300) -> None:
        self.session.down(1, (x, 200), self.now)
        self.session.move(1, (x, 500), self.now)
        self.session.up(1, (x + 100, 800), self.now)

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(self.now)

    def reply(self, message: wire.ToStation) -> None:
        self.wall.send(message.encode(), STATION)
        self.session.tick(self.now)

    def answer(self) -> None:
        self.reply(wire.Answer("tablet", self.session.sender.drawing, 7, PROBABILITIES))

    def tour(self, chapter: str, fraction: float) -> None:
        self.reply(wire.Progress("tablet", self.session.sender.drawing, chapter, fraction))

    @property
    def screen(self) -> Screen:
        return self.session.state.screen(self.now)

    def heard(self) -> list[wire.Decoded]:
        messages: list[wire.Decoded] = []
        while found := self.wall.receive():
            messages += wire.decode_drawing(found[0])
        return [message for message in messages if not isinstance(message, wire.Hello)]

    @property
    def phase(self) -> Phase:
        return self.session.state.phase


@pytest.fixture
def visit() -> Visit:
    return Visit()


def test_draw_predict_answer_clear(visit: Visit) -> None:
    visit.stroke()
    visit.after(0.02)
    visit.session.predict(visit.now)
    preview, submit = visit.heard()
    assert isinstance(preview, wire.Preview)
    assert isinstance(submit, wire.Submit)
    assert submit.bitmap == raster.framed(visit.recorded[0]) == visit.session.framed
    assert submit.drawing == preview.drawing
    assert visit.phase is Phase.WAITING
    visit.answer()
    assert visit.phase is Phase.ANSWERED
    visit.heard()
    visit.tour("winner", 1.0)
    visit.after(SHOW_ANSWER - 0.1)
    assert not visit.session.empty
    visit.after(0.2)
    assert visit.session.empty
    assert visit.phase is Phase.DRAWING
    assert visit.heard() == []  # an answered drawing is not taken from the wall


def test_predict_on_an_empty_canvas_only_hints(visit: Visit) -> None:
    visit.session.predict(visit.now)
    assert visit.session.state.hinting(visit.now)
    assert not visit.session.state.hinting(visit.now + HINT)
    assert visit.heard() == []
    assert visit.phase is Phase.DRAWING


def test_half_a_drawing_is_wiped_when_its_visitor_has_left(visit: Visit) -> None:
    visit.stroke()
    visit.after(IDLE_CLEAR - 0.1)
    assert not visit.session.empty
    visit.after(0.2)
    assert visit.session.empty
    assert isinstance(visit.heard()[-1], wire.Clear)


def test_a_submit_waits_for_a_wall_as_long_as_it_takes(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    for _ in range(3600):
        visit.after(1.0)
    assert visit.phase is Phase.WAITING
    visit.answer()
    assert visit.phase is Phase.ANSWERED


def test_drawing_on_while_it_waits_is_a_new_drawing_with_the_same_ink(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    first = visit.session.sender.drawing
    visit.after(1.0)
    visit.stroke(600)
    assert visit.phase is Phase.DRAWING
    assert len(visit.session.pen.strokes) == 2
    visit.heard()
    visit.session.predict(visit.now)
    submit = visit.heard()[-1]
    assert isinstance(submit, wire.Submit)
    assert submit.drawing != first
    visit.reply(wire.Answer("tablet", first, 1, PROBABILITIES))
    assert visit.phase is Phase.WAITING


def test_the_next_visitor_does_not_draw_on_what_the_last_one_left_waiting(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    visit.after(IDLE_CLEAR)
    visit.stroke(600)
    assert len(visit.session.pen.strokes) == 1


def test_touching_the_answer_begins_the_next_drawing(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    visit.answer()
    visit.session.undo(visit.now)  # there is nothing to take back any more
    assert visit.phase is Phase.ANSWERED
    visit.stroke(600)
    assert visit.phase is Phase.DRAWING
    assert len(visit.session.pen.strokes) == 1


def test_the_answer_is_kept_back_while_the_wall_tours_it(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    visit.answer()
    for step in range(40):
        visit.after(1.0)
        visit.tour("conv2d1", step / 40)
    assert visit.phase is Phase.ANSWERED
    assert visit.screen is Screen.TOUR
    visit.tour("winner", 0.98)
    assert visit.screen is Screen.ANSWER
    visit.after(STALE)
    assert visit.screen is Screen.AGAIN
    visit.after(SHOW_ANSWER)
    assert visit.session.empty


def test_a_wall_that_is_there_and_tells_no_tours_is_waited_for_a_while(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    visit.answer()
    drawing = visit.session.sender.drawing
    for _ in range(round(PATIENCE)):
        assert visit.session.state.revealed is None
        visit.after(1.0)
        visit.reply(wire.Ack("tablet", drawing))
    assert visit.screen is Screen.ANSWER


def test_a_wall_that_is_gone_is_not_waited_for(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    visit.answer()
    for _ in range(4):
        visit.after(1.0)
    assert visit.screen is Screen.ANSWER


@pytest.mark.parametrize("how", ["touches", "clears", "presses"])
def test_another_drawing_can_be_begun_in_mid_tour(visit: Visit, how: str) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    first = visit.session.sender.drawing
    visit.answer()
    visit.session.predict(visit.now)  # a finger that taps twice takes nothing away
    visit.after(TWICE)
    visit.tour("conv2d1", 0.1)
    assert visit.screen is Screen.TOUR
    visit.heard()
    if how == "touches":
        visit.stroke(600)
    elif how == "clears":
        visit.session.clear(visit.now)
    else:
        visit.session.predict(visit.now)
    assert visit.screen is Screen.DRAW
    assert len(visit.session.pen.strokes) == (1 if how == "touches" else 0)
    assert not [word for word in visit.heard() if isinstance(word, wire.Clear)]  # the tour goes on
    visit.reply(wire.Progress("tablet", first, "winner", 0.9))
    assert visit.screen is Screen.DRAW
    assert visit.session.state.touring(visit.now)


def test_the_tour_of_the_drawing_before_is_not_taken_for_this_one(visit: Visit) -> None:
    visit.stroke()
    visit.session.predict(visit.now)
    first = visit.session.sender.drawing
    visit.answer()
    visit.stroke()
    visit.session.predict(visit.now)
    visit.answer()
    visit.reply(wire.Progress("tablet", first, "winner", 0.9))
    assert visit.session.state.revealed is None
    visit.tour("winner", 0.9)
    assert visit.session.state.revealed == visit.now


def test_undo_takes_back_what_is_waiting(visit: Visit) -> None:
    visit.stroke()
    visit.stroke(600)
    visit.session.predict(visit.now)
    visit.session.undo(visit.now)
    assert visit.phase is Phase.DRAWING
    assert len(visit.session.pen.strokes) == 1
    assert not visit.session.sender.waiting


def test_a_palm_on_a_button_does_nothing_while_the_pen_draws(visit: Visit) -> None:
    made = layout(1280, 800)
    pointers = Pointers(visit.session)
    x, y = made.canvas.left + 200, made.canvas.top + 200
    pointers.down(made, "stylus", x, y, visit.now)
    pointers.down(made, "palm", made.clear.left + 5, made.clear.top + 5, visit.now)
    pointers.up(made, "palm", made.clear.left + 5, made.clear.top + 5, visit.now)
    pointers.move(made, "stylus", x + 50, y + 300, visit.now)
    assert len(visit.session.pen.strokes[0]) == 2


def test_a_button_acts_when_it_is_let_go_of_inside(visit: Visit) -> None:
    made = layout(1280, 800)
    pointers = Pointers(visit.session)
    visit.stroke()
    inside = (made.clear.left + 5, made.clear.top + 5)
    pointers.down(made, 3, *inside, visit.now)
    assert pointers.pressed == "clear"
    pointers.up(made, 3, 5, 5, visit.now)
    assert not visit.session.empty
    pointers.down(made, 3, *inside, visit.now)
    pointers.up(made, 3, *inside, visit.now)
    assert visit.session.empty
    assert pointers.pressed is None
