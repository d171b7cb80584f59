"""The wall's window on a virtual screen: full screen again after displays have come and gone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import DEADLINE, screen

_STORY = """
import pygame
from display_node.window import _MOVED, Window

window = Window((320, 200), fullscreen=True, monitor=0, frame_rate=60)
assert window.size == (640, 480), window.size
for event in _MOVED:
    pygame.event.post(pygame.event.Event(event))
    assert window.poll()
    window.screen.use()
    window.context.clear(1.0, 0.5, 0.0)
    window.present()
    assert window.size == (640, 480), (event, window.size)
    assert window.context.error == "GL_NO_ERROR", window.context.error
pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, mod=0))
assert window.poll(), "Escape must not end the show"
pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_q, mod=pygame.KMOD_LCTRL))
assert not window.poll(), "Ctrl+Q must"
window.close()
print("told")
"""


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen("640x480") as number:
        yield number


def test_full_screen_is_asserted_again(display: str, tmp_path: Path) -> None:
    environment = {"DISPLAY": display, "PATH": "/usr/bin:/bin", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _STORY],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.stdout == "told\n", done.stderr
