"""What the station shows on each screen: drawn for real, into a surface that nobody sees."""

import numpy as np
import pygame
import pytest

from common import wire
from common.bitmap import BLANK
from common.counters import Counters
from common.link import MemoryNetwork
from input_node import panels, pictures, texts
from input_node.layout import Rect, layout
from input_node.peer import Peer
from input_node.saying import Said
from input_node.sender import Sender
from input_node.session import Session
from input_node.shapes import INK, ROOM, SAND
from input_node.station import AGAIN_AFTER, SOON_AFTER
from input_node.view import View
from tests.input_node.conftest import PROBABILITIES

WALL, STATION = ("10.0.0.1", 9000), ("10.0.0.2", 4000)
NOW = 50.0
CLOSE_CALL = (0.01, 0.01, 0.02, 0.02, 0.43, 0.01, 0.01, 0.01, 0.02, 0.46)
KINDS = (
    "drawing", "look", "everywhere", "filters", "conv2d1", "conv2d2", "max_pool2d1", "avg_pool2d1", "flatten",
    "linear1", "sums", "answer", "winner", "why", "what nobody knows",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.font.init()


class Screening:
    """A station in front of a wall in memory, and the screen it draws on."""

    def __init__(self, size: tuple[int, int] = (800, 480), language: str = "en", left: bool = False) -> None:
        network = MemoryNetwork()
        self.wall, self.now = network.link(*WALL), NOW
        self.layout = layout(*size, left)
        self.sender = Sender(network.link(*STATION), Peer(WALL), "tablet", Counters(), NOW)
        self.session = Session(self.sender, self.layout.canvas.width, NOW)
        self.surface = pygame.Surface(size)
        self.view = View(texts.load(language))
        self.view.resize(self.surface, self.layout)
        self.session.down(1, (300.0, 200.0), NOW)
        self.session.up(1, (700.0, 800.0), NOW)

    def answered(self, shares: tuple[float, ...] = PROBABILITIES, sure: bool = True) -> "Screening":
        self.session.predict(self.now)
        digit = int(np.argmax(shares))
        self.hear(wire.Answer("tablet", self.sender.drawing, digit, shares, sure))
        return self

    def toured(self, chapter: str, fraction: float) -> "Screening":
        self.hear(wire.Progress("tablet", self.sender.drawing, chapter, fraction))
        return self

    def hear(self, message: wire.ToStation) -> None:
        self.wall.send(message.encode(), STATION)
        self.session.tick(self.now)

    def draw(self, seconds: float = 0.0, reachable: bool = True) -> dict[str, object]:
        """Let it be seen for a while; returns what stands in each region."""
        for _ in range(4):
            self.now += seconds / 4
            for _ in range(2):
                self.view.draw(self.session, self.session.framed, self.now, reachable, None)
        return self.view._shown

    def said(self) -> Said:
        message = self.view._shown["message"]
        assert isinstance(message, tuple)
        assert isinstance(message[0], Said)
        return message[0]

    def count(self, place: Rect, colour: tuple[int, int, int]) -> int:
        """Pixels of a colour."""
        pixels = pygame.surfarray.array3d(self.surface.subsurface(pygame.Rect(place.tuple)))
        return int((pixels == np.array(colour)).all(axis=2).sum())


def revealed(shares: tuple[float, ...] = PROBABILITIES, sure: bool = True, language: str = "en") -> Screening:
    screening = Screening(language=language).answered(shares, sure).toured("winner", 0.9)
    screening.draw(AGAIN_AFTER)
    return screening


def test_an_answer_stands_large_with_its_per_cent() -> None:
    assert revealed().said() == Said(("This is 7!",), ("87% sure",), "7")


def test_one_that_may_as_well_be_another_stands_beside_it() -> None:
    said = revealed(CLOSE_CALL).said()
    assert said.large == "94"
    assert said.title == ("Not sure. 9,\u00a0or\u00a04?",)
    assert said.detail == ("9: 46%,\u00a0 4: 43%",)


@pytest.mark.parametrize(("language", "count"), [("en", 1), ("ko", 1), ("en+ko", 2)])
def test_what_may_be_no_digit_is_not_shown_as_an_answer(language: str, count: int) -> None:
    """A question mark and no per cent: only which digit is closest."""
    said = revealed(sure=False, language=language).said()
    assert said.large == "?"
    assert len(said.title) == len(said.detail) == count
    assert not any("7" in text or "%" in text for text in said.title)
    assert all("7" in text for text in said.detail)


def test_no_bar_has_won_then_and_the_ink_stays_white() -> None:
    for sure in (True, False):
        screening = revealed(sure=sure)
        assert (screening.count(screening.layout.bars, SAND) > 100) is sure
        assert (screening.count(screening.layout.canvas, SAND) > 100) is sure
        assert (screening.count(screening.layout.canvas, INK) > 100) is not sure


def test_nothing_gives_the_answer_away_before_the_wall_does() -> None:
    """Neither words, nor bars, nor the colour of the ink: the same pixels whatever was answered."""
    screens = []
    for shares, sure in ((PROBABILITIES, True), (CLOSE_CALL, True), (CLOSE_CALL, False)):
        screening = Screening().answered(shares, sure)
        seen = [pygame.image.tobytes(screening.surface, "RGB")]
        for chapter, fraction in (("conv2d1", 0.2), ("sums", 0.7), ("answer", 0.8)):
            screening.toured(chapter, fraction).draw(1.0)
            seen.append(pygame.image.tobytes(screening.surface, "RGB"))
        screens.append(seen)
    assert screens[0] == screens[1] == screens[2]
    assert len(set(screens[0])) == 4


def test_the_tour_has_its_words_its_picture_and_its_bar() -> None:
    screening = Screening().answered().toured("drawing", 0.0).toured("conv2d1", 0.5)
    regions = screening.draw(1.0)
    assert screening.said().title == ("Small looks",)
    assert "bars" not in regions
    assert "picture" in regions
    assert screening.count(screening.layout.panel, SAND) > 0  # the window's rim
    sign = screening.layout.sign
    assert 0.3 < screening.count(sign, SAND) / (0.5 * sign.width * (sign.height * 0.3)) < 1.2
    screening.toured("winner", 0.9).draw(1.0)
    assert "picture" not in regions
    assert "bars" in regions


@pytest.mark.parametrize(
    ("shares", "sure", "large"),
    [(PROBABILITIES, True, "7"), (CLOSE_CALL, True, "94"), (CLOSE_CALL, False, "?")],
)
def test_what_counted_is_told_beside_the_answer(shares: tuple[float, ...], sure: bool, large: str) -> None:
    """In the wall's last chapter; then the shares are back."""
    screening = revealed(shares, sure).toured("why", 0.95)
    regions = screening.draw(1.0)
    assert screening.said() == Said(("What counted most",), ("It flows back to your drawing",), large)
    assert "picture" in regions
    assert "bars" not in regions
    sand = screening.count(screening.layout.panel, SAND)
    screening.draw(1.0)
    assert screening.count(screening.layout.panel, SAND) != sand  # it begins when it is first seen
    screening.toured("why", 1.0).draw(1.0)
    assert screening.said().large == large
    assert "bars" in regions
    assert "picture" not in regions


def test_then_another_drawing_is_asked_for() -> None:
    screening = revealed().toured("winner", 1.0)
    regions = screening.draw()
    assert regions["predict"] == ("again", True, True, False)
    assert regions["sign"] == (("The wall is free for your next number",), None, None)
    screening.session.predict(screening.now)
    regions = screening.draw()
    assert regions["predict"] == ("predict", True, False, False)
    assert screening.said().title == ("Draw a number from\u00a00\u00a0to\u00a09",)


def test_a_wait_says_what_it_is_for() -> None:
    screening = Screening().answered()
    screening.draw(SOON_AFTER + 1.0)
    assert screening.said().title == ("Yours comes soon",)
    screening.hear(wire.Progress("tablet", 5, "sums", 0.5))
    screening.draw()
    assert screening.said().title == ("Yours is next",)
    assert screening.draw(reachable=False)["sign"] == (("Looking for the wall",), None, None)


@pytest.mark.parametrize(("language", "said"), [("en", "“left” will answer"), ("ko", "‘left’에서 답해요")])
def test_the_quiet_line_says_which_wall_will_answer_where_that_is_a_question(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screening = Screening(language=language)
    assert screening.draw()["sign"] == ((), None, None)
    monkeypatch.setattr(Peer, "name", "left")
    assert screening.draw()["sign"] == ((said,), None, None)
    assert screening.draw(reachable=False)["sign"] != ((said,), None, None)
    screening.answered().toured("conv2d1", 0.2)
    sign = screening.draw()["sign"]
    assert isinstance(sign, tuple)
    assert sign[0] == ()  # the tour's own bar stands there


@pytest.mark.parametrize(
    ("size", "left", "language"),
    [
        ((800, 480), False, "en+ko"),
        ((800, 480), True, "ko"),
        ((480, 800), False, "en"),
        ((1280, 800), True, "en+ko"),
        ((1080, 1920), False, "en+ko"),
    ],
)
def test_every_screen_is_drawn_on_every_tablet(size: tuple[int, int], left: bool, language: str) -> None:
    """Whatever is between the regions stays the room's colour: nothing is drawn outside its place."""
    screening = Screening(size, language, left)
    gap = Rect(0, 0, size[0], min(rect.top for rect in screening.layout.all.values()))
    for chapter, fraction in (
        ("conv2d1", 0.1),
        ("linear1", 0.6),
        ("winner", 0.9),
        ("why", 0.95),
        ("why", 1.0),
    ):
        if chapter == "conv2d1":
            screening.answered()
        screening.toured(chapter, fraction).draw(1.5)
        assert screening.count(gap, ROOM) == gap.width * gap.height
        inked = screening.layout.message
        assert screening.count(inked, ROOM) < inked.width * inked.height


@pytest.mark.parametrize("chapter", KINDS)
@pytest.mark.parametrize("size", [(140, 300), (300, 140), (1000, 480)])
def test_each_picture_stays_in_its_place_and_moves(chapter: str, size: tuple[int, int]) -> None:
    drawing = Screening().session.framed
    seen = set()
    for t, bitmap in ((0.0, drawing), (1.0, drawing), (17.0, drawing), (1.0, BLANK), (40_000.0, drawing)):
        surface = pygame.Surface((size[0] + 20, size[1] + 20))
        surface.fill(ROOM)
        pictures.draw(surface, pygame.Rect(10, 10, *size), chapter, t, bitmap)
        lit = (pygame.surfarray.array3d(surface) != np.array(ROOM)).any(axis=2)
        assert lit.sum() == lit[10:-10, 10:-10].sum() > 0
        seen.add(lit.tobytes() + pygame.image.tobytes(surface, "RGB"))
    assert len(seen) > 2


def test_where_there_is_no_room_for_words_none_are_veiled() -> None:
    """The smallest window's message has a negative height: the station died of it when the wall called."""
    made = layout(240, 240)
    area = pygame.Rect(made.message.left, made.message.top, made.message.width, made.message.height)
    assert min(area.size) <= 0
    panels.veil(pygame.Surface(made.size), area, 0.5)
