"""What consoles and keepers say to each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import osc
from common.errors import Refused, WireError
from common.machine import (
    MAX_PROGRAMS,
    MAX_TAIL,
    PART,
    Done,
    LogPart,
    Look,
    Message,
    Order,
    Program,
    Report,
    Tail,
    decode,
    is_machine,
    split_log,
)
from common.wire import MAX_DATAGRAM

NODE = "6f1c1a52-6a5e-4b53-9d61-111111111111"
REPORT = Report(
    NODE, "wall", 86_400, 0.5, 61.5, 7_000_000_000, 32_000_000_000, "open", 1_800_000_000, True,
    (Program("display", "RUNNING", 4711, 3600), Program("input", "BACKOFF", 0, 0)),
)  # fmt: skip
EVERY: list[Message] = [
    Order("restart", "display"),
    Order("start", "display-left"),
    Look(),
    Tail("display", MAX_TAIL),
    Done("stop", "input", False, "no program 'x' here"),
    REPORT,
    LogPart("display", 0, 2, "a line\nand another – with a dash\n"),
]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_every_message_comes_back_as_it_went(message: Message) -> None:
    datagram = message.encode()
    assert is_machine(datagram)
    assert decode(datagram) == message


def test_a_temperature_that_cannot_be_read_stays_unknown() -> None:
    blind = Report(NODE, "wall", 1, 0.0, None, 0, 0, "unknown", 0, False)
    assert decode(blind.encode()) == blind
    assert b"\x7f\xc0\x00\x00" in blind.encode()


def test_the_largest_report_fits_one_datagram() -> None:
    programs = tuple(
        Program(f"display-{'x' * 22}{at:02}", "STOPPING", 4_000_000, 2**31 - 1) for at in range(MAX_PROGRAMS)
    )
    assert (
        len(
            Report(
                NODE, "w" * 32, 2**31 - 1, 9.5, 99.5, 2**50, 2**50, "unknown", 2**40, True, programs
            ).encode()
        )
        < MAX_DATAGRAM
    )


@pytest.mark.parametrize(
    "wrong",
    [
        Order("format", "display"),
        Order("stop", ""),
        Tail("display", MAX_TAIL + 1),
        Tail("display", 0),
        Report(NODE, "wall", -1, 0.0, None, 0, 0, "open", 0, True),
        Report(NODE, "wall", 1, math.inf, None, 0, 0, "open", 0, True),
        Report(NODE, "wall", 1, 0.0, None, 0, 0, "ajar", 0, True),
        Report(NODE, "wall", 1, 0.0, None, 0, 0, "open", 0, True, (Program("x", "ASLEEP", 0, 0),)),
        LogPart("display", 2, 2, ""),
    ],
)
def test_what_cannot_be_said_is_not_sent(wrong: Message) -> None:
    with pytest.raises(WireError):
        wrong.encode()


@pytest.mark.parametrize(
    ("address", "tags", "values"),
    [
        ("/machine/format", "s", ["display"]),
        ("/machine/restart", "", []),
        ("/machine/restart", "ss", ["display", "now"]),
        ("/machine/restart", "s", ["x" * 33]),
        ("/machine/restart", "s", ["a\nb"]),
        ("/machine/tail", "si", ["display", 2**31 - 1]),
        ("/machine/tail", "si", ["display", -1]),
        (
            "/machine/report",
            "ssiffhhshi" + "ss",
            [NODE, "w", 1, 0.0, 0.0, 0, 0, "open", 0, 1, "a", "EXITED"],
        ),
        ("/machine/log", "siis", ["display", 0, 10**6, ""]),
        ("/drawing/clear", "sh", ["tablet", 1]),
    ],
)
def test_what_a_peer_gets_wrong_is_refused(address: str, tags: str, values: list[osc.Argument]) -> None:
    with pytest.raises(Refused):
        decode(osc.build(address, tags, values))


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(Refused):
        decode(b"/machine/restart\0\0\0\0" + garbage)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3 * PART))
def test_a_log_comes_in_parts_that_make_the_whole(text: str) -> None:
    parts = [decode(part.encode()) for part in split_log("display", text)]
    assert "".join(part.text for part in parts if isinstance(part, LogPart)) == text.replace("\0", "?")
    assert [part.part for part in parts if isinstance(part, LogPart)] == list(range(len(parts)))
