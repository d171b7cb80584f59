"""Messages between nodes: what goes out comes in, and what a peer invents is refused."""

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common import nodes, osc, wire
from common.bitmap import BLANK, SIDE
from common.errors import Refused, WireError
from common.nodes import Ask, Beat, Message, Picture, Stage

ONE, OTHER = (str(uuid.UUID(int=number, version=4)) for number in (1, 2))
BEAT = Beat(ONE, "display", "Wand links", "halle", 9002, 5, 4, 3, 9, 8, OTHER, 2, True)
STAGE = Stage(ONE, 8, OTHER, "tour", "벽", 7, "convolution", "full", 1, -500_000, 33, 0.0, 1.5, 8.0)
PICTURE = Picture("벽", 7, nodes.CANVAS, BLANK)


@pytest.mark.parametrize("message", [BEAT, STAGE, PICTURE, Ask(ONE)])
def test_what_goes_out_comes_in(message: Message) -> None:
    datagram = message.encode()
    assert nodes.decode(datagram) == message
    assert nodes.is_node(datagram)
    assert len(datagram) <= wire.MAX_DATAGRAM


def test_the_longest_of_each_fits_with_a_seal_around_it() -> None:
    name = "x" * wire.MAX_NAME
    longest = [
        replace(BEAT, name=name, group=name),
        replace(STAGE, station=name, exhibit=name, form=name),
        replace(PICTURE, station=name),
    ]
    assert max(len(message.encode()) for message in longest) <= wire.MAX_DATAGRAM - 64


@pytest.mark.parametrize(
    "wrong",
    [
        replace(BEAT, role="king"),
        replace(BEAT, name=""),
        replace(BEAT, name="x" * 33),
        replace(BEAT, node="me"),
        replace(BEAT, conductor="me"),
        replace(BEAT, http_port=65536),
        replace(BEAT, waiting=-1),
        replace(BEAT, tide=nodes.LATEST),
        replace(BEAT, sent=-1),
        replace(BEAT, fresh=2),  # type: ignore[arg-type]
        replace(STAGE, kind="film"),
        replace(STAGE, station=""),
        replace(STAGE, rate=float("nan")),
        replace(STAGE, rate=65.0),
        replace(STAGE, resume=0.0),
        replace(STAGE, rest=-1.0),
        replace(STAGE, rest=float("nan")),
        replace(STAGE, seed=-1),
        replace(STAGE, real_base=nodes.LATEST),
        replace(PICTURE, which=2),
        replace(PICTURE, station=""),
        Ask("X" + ONE[1:]),
    ],
)
def test_what_cannot_be_is_neither_sent_nor_heard(wrong: Message) -> None:
    with pytest.raises(WireError):
        wrong.encode()
    values = [getattr(wrong, name) for name in wrong.__slots__]
    values = [int(value) if isinstance(value, bool) else value for value in values]
    if isinstance(wrong, Picture):
        values[-1:] = [SIDE, wrong.bitmap.pixels]
    with pytest.raises(Refused):
        nodes.decode(osc.build(wrong.ADDRESS, wrong.TAGS, values))


def test_other_tags_another_size_and_more_than_one_message_are_refused() -> None:
    for datagram in (
        osc.build(Ask.ADDRESS, "i", [1]),
        osc.build(Picture.ADDRESS, Picture.TAGS, ["s", 1, 0, 28, bytes(784)]),
        osc.build(wire.Hello.ADDRESS, "sh", ["s", 1]),
        osc.BUNDLE + bytes(8) + 2 * (len(Ask(ONE).encode()).to_bytes(4, "big") + Ask(ONE).encode()),
        Ask(ONE).encode() + bytes(wire.MAX_DATAGRAM),
    ):
        with pytest.raises(Refused):
            nodes.decode(datagram)


@given(some.binary(max_size=200), some.sampled_from([BEAT, STAGE, PICTURE, Ask(ONE)]), some.integers(0, 1200))
def test_a_damaged_message_is_refused_or_another_message(junk: bytes, whole: Message, at: int) -> None:
    datagram = whole.encode()
    damaged = datagram[:at] + junk + datagram[at + len(junk) :]
    try:
        nodes.decode(damaged)
    except Refused:
        return
