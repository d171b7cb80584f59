"""When a watch kills, and when it is patient; the rest of it runs in test_recovery.py."""

from dataclasses import replace

import pytest

from common.health import Heartbeat, HttpDoor, health_page
from deploy.watch import GRACE, Look, frozen, look
from tests.deploy import torn
from tests.processes import free_port

ABSENT, SILENT, WELL = Look(False), Look(True), Look(True, True, True, 100)


def page(frames: int) -> Look:
    """A page that says 503."""
    return Look(True, True, False, frames)


@pytest.mark.parametrize(
    ("first", "second", "age", "killed"),
    [
        (WELL, WELL, 1e6, False),
        (SILENT, SILENT, 10.0, True),  # stopped: it takes connections, and nobody answers
        (replace(SILENT, busy=True), SILENT, 10.0, False),  # it has no time to answer yet
        (replace(SILENT, busy=True), SILENT, GRACE + 1, True),
        (SILENT, WELL, 1e6, True),  # httpok had waited already
        (ABSENT, ABSENT, GRACE - 1, False),  # still importing
        (ABSENT, ABSENT, GRACE + 1, True),
        (page(0), page(0), GRACE - 1, False),  # its first frame takes long
        (page(0), page(0), GRACE + 1, True),
        (page(500), page(500), 10.0, True),  # frozen, though it was started just now
        (page(500), page(501), 1e6, False),  # slow, but alive
        (page(500), Look(True, True, True, 501), 1e6, False),
        (page(500), SILENT, 1e6, True),
        (WELL, SILENT, 1e6, False),  # well again by the time we look
    ],
)
def test_who_is_killed(first: Look, second: Look, age: float, killed: bool) -> None:
    assert frozen(first, lambda: second, age) is killed


def test_what_is_seen_of_a_real_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.watch.LOOK_WITHIN", 30.0)  # what it sees, not how soon
    heart, now = Heartbeat(), [10.0]
    door = HttpDoor("127.0.0.1", 0, {"/health": health_page(heart, lambda: now[0], dict)})
    url = f"http://127.0.0.1:{door.port}/health"
    try:
        assert look(url) == page(0)
        heart.beat(10.0)
        assert look(url) == Look(True, True, True, 1)
        now[0] = 13.0
        assert look(url) == page(1)
    finally:
        door.close()
    assert look(f"http://127.0.0.1:{free_port()}/health") == ABSENT


@pytest.mark.parametrize("where", torn.TORN)
def test_half_a_page_is_silence(where: str) -> None:
    with torn.page(torn.TORN[where]) as url:
        assert look(url) == SILENT
