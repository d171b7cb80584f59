"""Every message there and back; ours is what the contract says; wrong is told apart by who was wrong."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from common import control, osc, wire
from common.bitmap import BLANK, SIDE, Bitmap
from common.errors import Refused, WireError

KOREAN = "모래시계모래시계모래"
"""Ten syllables, thirty bytes: the longest name that Hangul makes."""
INK = Bitmap(bytes(range(256)) * 4)

names = st.text(min_size=1, max_size=wire.MAX_NAME).filter(
    lambda name: name.isprintable() and len(name.encode()) <= wire.MAX_NAME
)
longs = st.integers(-(2**63), 2**63 - 1)
integers = st.integers(-(2**31), 2**31 - 1)
shares = st.floats(0.0, 1.0, width=32)
bitmaps = st.binary(min_size=SIDE * SIDE, max_size=SIDE * SIDE).map(Bitmap)
inked = bitmaps.filter(lambda bitmap: not bitmap.empty)
CONTROLS = [
    control.Control(verb.name, value)
    for verb in control.VERBS.values()
    for value in {"": [None], "s": ["en+ko", KOREAN], "f": [verb.low, 1.0, verb.high]}[verb.kind]
    if value != 1.0 or verb.low <= 1.0 <= verb.high
]


@given(names, longs, integers, inked)
def test_pictures_come_back(station: str, drawing: int, sequence: int, bitmap: Bitmap) -> None:
    for kind in (wire.Preview, wire.Submit):
        message = kind(station, drawing, sequence, bitmap)
        assert wire.decode_drawing(message.encode()) == [message]
        assert len(message.encode()) <= wire.MAX_DATAGRAM


@given(names, longs)
def test_words_come_back(station: str, drawing: int) -> None:
    for kind in (wire.Clear, wire.Hello):
        assert wire.decode_drawing(kind(station, drawing).encode()) == [kind(station, drawing)]
    assert wire.decode_reply(wire.Ack(station, drawing).encode()) == [wire.Ack(station, drawing)]


@given(names, longs, st.integers(0, 9), st.lists(shares, min_size=10, max_size=10), st.booleans())
def test_answers_come_back(
    station: str, drawing: int, digit: int, probabilities: list[float], sure: bool
) -> None:
    answer = wire.Answer(station, drawing, digit, tuple(probabilities), sure)
    assert wire.decode_reply(answer.encode()) == [answer]


@given(names, longs, names, shares)
def test_progress_comes_back(station: str, drawing: int, chapter: str, fraction: float) -> None:
    progress = wire.Progress(station, drawing, chapter, fraction)
    assert wire.decode_reply(progress.encode()) == [progress]


def test_an_answer_of_a_wall_that_had_no_doubts_is_believed() -> None:
    old = osc.build("/drawing/answer", "shi" + "f" * 10, ["a", 7, 3, *[0.0] * 3, 1.0, *[0.0] * 6])
    (answer,) = wire.decode_reply(old)
    assert answer == wire.Answer("a", 7, 3, (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), True)


def test_whether_it_is_sure_stands_at_the_end_of_an_answer() -> None:
    shares = (0.0,) * 3 + (1.0,) + (0.0,) * 6
    for sure in (True, False):
        read = OscMessage(wire.Answer("a", 7, 3, shares, sure).encode())
        assert read.params == ["a", 7, 3, *shares, int(sure)]


@given(bitmaps)
def test_the_originals_message_comes_back(bitmap: Bitmap) -> None:
    assert wire.decode_legacy(wire.Legacy(bitmap).encode()) == [wire.Legacy(bitmap)]


@pytest.mark.parametrize("command", CONTROLS, ids=str)
def test_commands_come_back(command: control.Control) -> None:
    (heard,) = control.decode(command.encode())
    assert isinstance(heard, control.Control)
    assert heard.verb == command.verb
    assert heard.value == (
        pytest.approx(command.value) if isinstance(command.value, float) else command.value
    )


def test_the_longest_messages_fit_into_one_unfragmented_datagram() -> None:
    most, least = 2**63 - 1, -(2**31)
    longest = [
        wire.Preview(KOREAN, most, least, INK),
        wire.Submit(KOREAN, most, least, INK),
        wire.Clear(KOREAN, most),
        wire.Hello(KOREAN, most),
        wire.Ack(KOREAN, most),
        wire.Answer(KOREAN, most, 9, (0.1,) * 10),
        wire.Progress(KOREAN, most, KOREAN, 1.0),
        *CONTROLS,
    ]
    assert max(len(message.encode()) for message in longest) <= 1200


@pytest.mark.parametrize(
    ("message", "address", "tags"),
    [
        (wire.Preview(KOREAN, 7, 8, INK), "/drawing/preview", "shiib"),
        (wire.Submit("a", 7, 8, INK), "/drawing/submit", "shiib"),
        (wire.Clear("a", 7), "/drawing/clear", "sh"),
        (wire.Hello("a", 7), "/drawing/hello", "sh"),
        (wire.Ack("a", 7), "/drawing/ack", "sh"),
        (wire.Answer("a", 7, 3, (0.1,) * 10), "/drawing/answer", "shiffffffffffi"),
        (wire.Progress("a", 7, "conv1", 0.5), "/drawing/progress", "shsf"),
        (wire.Legacy(INK), "/test", "i" * 1024),
    ],
)
def test_python_osc_reads_ours_as_the_contract_has_it(
    message: wire.ToWall | wire.ToStation | wire.Legacy, address: str, tags: str
) -> None:
    read = OscMessage(message.encode())
    kinds = {"s": str, "h": int, "i": int, "f": float, "b": bytes}
    assert read.address == address
    assert [type(value) for value in read.params] == [kinds[tag] for tag in tags]
    assert f",{tags}".encode() in message.encode()


def test_a_picture_is_four_facts_and_its_bytes() -> None:
    assert OscMessage(wire.Submit("a", 7, 8, INK).encode()).params == ["a", 7, 8, 32, INK.pixels]


def test_the_originals_message_is_its_very_bytes() -> None:
    datagram = wire.Legacy(INK).encode()
    assert len(datagram) == 5132
    assert datagram.startswith(b"/test\0\0\0,iii")
    assert struct.unpack(">1024I", datagram[1036:]) == tuple(0xFF000000 | v * 0x010101 for v in INK.pixels)


MISUSES: list[Callable[[], bytes]] = [
    wire.Hello("", 1).encode,
    wire.Hello("a" * 33, 1).encode,
    wire.Hello(KOREAN + "모", 1).encode,
    wire.Hello("a\nb", 1).encode,
    wire.Hello("\ud800", 1).encode,
    wire.Hello("a", 1 << 63).encode,
    wire.Clear("a", "b").encode,  # type: ignore[arg-type]
    wire.Preview("a", 1, 1 << 31, INK).encode,
    wire.Answer("a", 1, 3, (0.1,) * 9).encode,
    wire.Answer("a", 1, 3, (0.1,) * 11).encode,
    wire.Answer("a", 1, 10, (0.1,) * 10).encode,
    wire.Answer("a", 1, 3, (float("nan"),) * 10).encode,
    wire.Progress("a", 1, "conv1", 1.5).encode,
    wire.Progress("a", 1, "c" * 33, 0.5).encode,
    control.Control("nosuch").encode,
    control.Control("seek").encode,
    control.Control("seek", "five").encode,
    control.Control("next", 1.0).encode,
]


@pytest.mark.parametrize("encode", MISUSES)
def test_what_we_get_wrong_raises(encode: Callable[[], bytes]) -> None:
    with pytest.raises(WireError) as caught:
        encode()
    assert not isinstance(caught.value, Refused)


def sent(address: str, tags: str, *arguments: osc.Argument) -> bytes:
    return osc.build(address, tags, arguments)


@pytest.mark.parametrize(
    ("datagram", "kind"),
    [
        (sent("/drawing/hello", "sh", "", 1), "value"),
        (sent("/drawing/hello", "sh", "a" * 33, 1), "value"),
        (sent("/drawing/hello", "sh", "a\x1b[2J", 1), "value"),
        (sent("/drawing/hello", "si", "a", 1), "tags"),
        (sent("/drawing/hello", "s", "a"), "tags"),
        (sent("/drawing/hello", "shh", "a", 1, 1), "tags"),
        (sent("/drawing/ack", "sh", "a", 1), "address"),
        (sent("/drawing", "sh", "a", 1), "address"),
        (sent("/control/next", ""), "address"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, 28, bytes([255]) * 784), "bitmap"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, 32, bytes([255]) * 1000), "bitmap"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, 33, bytes([255]) * 1024), "bitmap"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, -32, bytes([255]) * 1024), "bitmap"),
        (sent("/drawing/submit", "shiis", "a", 1, 1, 32, "a" * 1024), "tags"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, 32, BLANK.pixels), "empty"),
        (sent("/drawing/submit", "shiib", "a", 1, 1, 32, bytes(1500)), "size"),
    ],
)
def test_what_a_station_gets_wrong_is_refused(datagram: bytes, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        wire.decode_drawing(datagram)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("tags", "arguments"),
    [
        ("shi" + "f" * 10, ["a", 1, 10, *[0.1] * 10]),
        ("shi" + "f" * 10, ["a", 1, -1, *[0.1] * 10]),
        ("shi" + "f" * 10, ["a", 1, 1, *[0.1] * 9, 1.5]),
        ("shi" + "f" * 10, ["a", 1, 1, *[0.1] * 9, float("nan")]),
        ("shi" + "f" * 9, ["a", 1, 1, *[0.1] * 9]),
        ("shi" + "f" * 11, ["a", 1, 1, *[0.1] * 11]),
        ("shi" + "f" * 9 + "i", ["a", 1, 1, *[0.1] * 9, 1]),
        ("shi" + "f" * 10 + "i", ["a", 1, 1, *[0.1] * 10, 2]),
        ("shi" + "f" * 10 + "i", ["a", 1, 1, *[0.1] * 10, -1]),
        ("shi" + "f" * 10 + "T", ["a", 1, 1, *[0.1] * 10, True]),
        ("shi" + "f" * 10 + "ii", ["a", 1, 1, *[0.1] * 10, 1, 1]),
    ],
)
def test_an_answer_that_cannot_be_is_refused(tags: str, arguments: list[osc.Argument]) -> None:
    with pytest.raises(Refused):
        wire.decode_reply(osc.build("/drawing/answer", tags, arguments))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan"), float("inf")])
def test_progress_stays_within_the_tour(fraction: float) -> None:
    with pytest.raises(Refused):
        wire.decode_reply(osc.build("/drawing/progress", "shsf", ["a", 1, "conv1", fraction]))


@pytest.mark.parametrize(
    ("tags", "arguments"),
    [("", []), ("N", [None]), ("i", [1]), ("f", [1.0]), ("f", [0.01]), ("T", [True])],
)
def test_a_press_of_any_kind_is_a_command(tags: str, arguments: list[osc.Argument]) -> None:
    assert control.decode(osc.build("/control/next", tags, arguments)) == [control.Control("next")]


@pytest.mark.parametrize(("tags", "arguments"), [("i", [0]), ("f", [0.0]), ("F", [False]), ("i", [-1])])
def test_a_release_is_none(tags: str, arguments: list[osc.Argument]) -> None:
    assert control.decode(osc.build("/control/next", tags, arguments)) == []


@pytest.mark.parametrize(
    ("verb", "tags", "arguments", "kind"),
    [
        ("next", "s", ["now"], "tags"),
        ("next", "ff", [1.0, 1.0], "tags"),
        ("seek", "N", [None], "tags"),
        ("language", "N", [None], "tags"),
        ("next", "f", [float("nan")], "value"),
        ("seek", "", [], "tags"),
        ("seek", "d", [1.0], "tags"),
        ("seek", "f", [-1.0], "value"),
        ("seek", "f", [float("inf")], "value"),
        ("speed", "f", [0.0], "value"),
        ("speed", "f", [float("nan")], "value"),
        ("speed", "i", [9], "value"),
        ("volume", "f", [1.1], "value"),
        ("blackout", "i", [2], "value"),
        ("language", "i", [1], "value"),
        ("language", "s", [""], "value"),
        ("language", "s", ["x" * 33], "value"),
        ("exhibit", "s", ["a\nforged line"], "value"),
        ("nosuch", "", [], "address"),
    ],
)
def test_commands_out_of_range_are_refused(
    verb: str, tags: str, arguments: list[osc.Argument], kind: str
) -> None:
    with pytest.raises(Refused) as caught:
        control.decode(osc.build(f"/control/{verb}", tags, arguments))
    assert caught.value.kind == kind


def test_numbers_come_as_integers_and_switches_too() -> None:
    for tags, argument in (("i", 1), ("f", 1.0), ("T", True)):
        assert control.decode(sent("/control/blackout", tags, argument)) == [control.Control("blackout", 1.0)]


def test_each_port_has_its_own_limit() -> None:
    padded = wire.Legacy(INK).encode()
    for decode in (wire.decode_drawing, wire.decode_reply, control.decode):
        with pytest.raises(Refused, match="1200 at most"):
            decode(padded)
    with pytest.raises(Refused, match="5132 at most"):
        wire.decode_legacy(padded + bytes(4))
