"""`sandglass send` while machines are slow: a command is taken once, or it is said that nobody answers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import control, sealed
from common.counters import Counters
from common.errors import LinkError
from common.key import new_key, read_key
from common.link import UdpLink
from common.seal import Seal
from common.sealed import SealedLink
from deploy import send
from tests.processes import DEADLINE, wait_for


class Wall:
    """Hears what is sealed with the key; `answered`: it has asked to have a command sealed anew."""

    def __init__(self, key: Path) -> None:
        self.counters, self.heard = Counters(), list[str]()
        self.answered, self._stop = threading.Event(), threading.Event()
        self._link = SealedLink(UdpLink(), Seal(read_key(key)), self.counters)
        self.door = f"127.0.0.1:{self._link.address[1]}"
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if (received := self._link.receive(0.05)) is not None:
                self.heard += [command.verb for command in control.decode(received[0])]
            if "reseals" in self.counters.snapshot():
                self.answered.set()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._link.close()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    new_key(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def wall(key: Path) -> Iterator[Wall]:
    made = Wall(key)
    yield made
    made.close()


class Held:
    """The time as a process sees it that was held up, for very long, as soon as it had sent its command."""

    def __init__(self, until: threading.Event) -> None:
        self._until, self._looks = until, 0

    def monotonic(self) -> float:
        self._looks += 1
        if self._looks == 1:
            return 0.0
        assert self._until.wait(DEADLINE)
        return 2 * send.ANSWER_WITHIN


@pytest.mark.parametrize("remembered", [sealed.SENT_FOR, -1.0], ids=["soon", "late"])
def test_a_command_that_was_held_up_is_taken_once(
    wall: Wall, key: Path, monkeypatch: pytest.MonkeyPatch, remembered: float
) -> None:
    """The answer is there when it looks, and its link may not remember any more what it had sent."""
    monkeypatch.setattr(send, "time", Held(wall.answered))
    monkeypatch.setattr(sealed, "SENT_FOR", remembered)
    assert send.send(["--key", str(key), wall.door, "pause"]) == 0
    wait_for(lambda: wall.heard, "the command")
    assert wall.heard == ["pause"]
    assert not [name for name in wall.counters.snapshot() if name.startswith("dropped")]


def test_where_nobody_has_the_key_it_is_said(wall: Wall, tmp_path: Path) -> None:
    other = tmp_path / "other"
    new_key(other)
    with pytest.raises(LinkError, match="answers who has this key"):
        send.send(["--key", str(other), wall.door, "pause"])
    assert wall.heard == []
