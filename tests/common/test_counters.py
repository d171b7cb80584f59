"""What comes from outside is counted for ever and logged once; what we got wrong ends in one line."""

import logging
import threading

import pytest

from common.counters import Counters
from common.errors import ConfigError, DataError, GraphicsError, LinkError, Refused, WireError, explain


def test_each_kind_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    counters = Counters()
    with caplog.at_level(logging.WARNING, "sandglass"):
        for _ in range(100):
            counters.drop("size", "3 bytes", "10.0.0.9")
        counters.drop("tags", "MIDI", "10.0.0.9")
    assert counters.snapshot() == {"dropped_size": 100, "dropped_tags": 1}
    assert [record.getMessage().split(";")[0] for record in caplog.records] == [
        "dropped a datagram from 10.0.0.9 (3 bytes)",
        "dropped a datagram from 10.0.0.9 (MIDI)",
    ]


def test_counts_from_many_threads_add_up() -> None:
    counters = Counters()
    workers = [threading.Thread(target=lambda: [counters.add("x") for _ in range(2000)]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert counters.snapshot() == {"x": 8000}


def test_a_snapshot_is_no_window() -> None:
    counters = Counters()
    counters.snapshot()["x"] = 5
    assert counters.snapshot() == {}


@pytest.mark.parametrize("kind", [ConfigError, DataError, GraphicsError, LinkError, WireError, Refused])
def test_an_error_of_ours_is_one_line(kind: type[Exception], capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise kind("what is wrong")

    assert explain(main) == 2
    assert capsys.readouterr().err == "sandglass: what is wrong\n"


def test_an_interrupt_is_quiet_and_a_bug_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    def bug() -> int:
        raise ZeroDivisionError

    assert explain(interrupted) == 130
    assert capsys.readouterr().err == ""
    assert explain(lambda: 0) == 0
    with pytest.raises(ZeroDivisionError):
        explain(bug)
