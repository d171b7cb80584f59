"""What the station says of an answer: the message and the bars, drawn into nothing."""

import numpy as np
import pygame
import pytest

from common import wire
from common.counters import Counters
from common.link import MemoryNetwork
from input_node import texts
from input_node.layout import layout
from input_node.peer import Peer
from input_node.sender import Sender
from input_node.session import Session
from input_node.shapes import SAND
from input_node.view import View
from tests.input_node.conftest import PROBABILITIES

WALL, STATION = ("10.0.0.1", 9000), ("10.0.0.2", 4000)
NOW = 50.0


@pytest.fixture(autouse=True)
def _fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.font.init()


def answered(sure: bool) -> Session:
    network = MemoryNetwork()
    wall = network.link(*WALL)
    sender = Sender(network.link(*STATION), Peer(WALL), "tablet", Counters(), NOW)
    session = Session(sender, 200, NOW)
    session.down(1, (300.0, 200.0), NOW)
    session.up(1, (700.0, 800.0), NOW)
    session.predict(NOW)
    wall.send(wire.Answer("tablet", sender.drawing, 7, PROBABILITIES, sure).encode(), STATION)
    session.tick(NOW)
    return session


def shown(sure: bool, language: str = "en") -> tuple[pygame.Surface, dict[str, object]]:
    """The screen once the bars have risen, and what stands in each region."""
    surface = pygame.Surface((800, 480))
    view = View(texts.load(language))
    view.resize(surface, layout(800, 480))
    session = answered(sure)
    for _ in range(40):
        view.draw(session, session.framed, NOW + 3, True, None)
    return surface, view._shown


def test_an_answer_stands_large_with_its_per_cent() -> None:
    _, regions = shown(sure=True)
    assert regions["message"] == (("This is 7!",), ("87% sure",), 7)


@pytest.mark.parametrize(("language", "count"), [("en", 1), ("ko", 1), ("en+ko", 2)])
def test_what_may_be_no_digit_is_not_shown_as_an_answer(language: str, count: int) -> None:
    """Neither a large digit nor a per cent: only which digit is closest."""
    _, regions = shown(sure=False, language=language)
    message = regions["message"]
    assert isinstance(message, tuple)
    title, detail, digit = message
    assert digit is None
    assert len(title) == len(detail) == count
    assert not any("7" in text or "%" in text for text in title)
    assert all("7" in text for text in detail)


def test_no_bar_has_won_then() -> None:
    def golden(sure: bool) -> int:
        surface, _ = shown(sure)
        made = layout(800, 480).bars
        pixels = pygame.surfarray.array3d(surface.subsurface(pygame.Rect(made.tuple)))
        return int((pixels == np.array(SAND)).all(axis=2).sum())

    assert golden(sure=True) > 100
    assert golden(sure=False) == 0
