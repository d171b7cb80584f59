"""The short way says what the long way says, of whatever bytes; and of a burst, what counts is kept."""

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some

from common import wire
from common.bitmap import BLANK, SIDE, Bitmap
from common.canonical import decode_drawing, newest
from common.counters import Counters
from common.errors import Refused
from common.link import Address, MemoryNetwork
from common.wire import Clear, Hello, Preview, Submit
from display_node.desk import Desk
from display_node.events import Job
from display_node.ledger import Ledger
from display_node.mailbox import Mailbox
from tests.common.test_wire import bitmaps, integers, longs, names

HERE = ("10.0.0.9", 1)
FULL = Bitmap(bytes([255]) * SIDE * SIDE)


def outcome(decode: object, datagram: bytes) -> object:
    try:
        return list(decode(datagram))  # type: ignore[operator]
    except Refused as refused:
        return refused.kind, refused.detail


def agree(datagram: bytes) -> object:
    """Both ways, twice: the second time the short way knows the name."""
    expected = outcome(wire.decode_drawing, datagram)
    assert outcome(decode_drawing, datagram) == expected
    assert outcome(decode_drawing, datagram) == expected
    return expected


@given(names, longs, integers, bitmaps)
def test_a_preview_is_the_same_both_ways(station: str, drawing: int, sequence: int, bitmap: Bitmap) -> None:
    message = Preview(station, drawing, sequence, bitmap)
    assert agree(message.encode()) == [message]
    submit = Submit(station, drawing, sequence, bitmap)
    assert agree(submit.encode()) == (
        ("empty", f"{station} submitted an empty drawing") if bitmap.empty else [submit]
    )


@given(
    names,
    some.lists(
        some.tuples(some.integers(0, 1199), some.binary(min_size=1, max_size=9)), min_size=1, max_size=3
    ),
    some.integers(-9, 9),
)
def test_a_damaged_picture_is_the_same_both_ways(
    station: str, damage: list[tuple[int, bytes]], change: int
) -> None:
    for kind in (Preview, Submit):
        datagram = bytearray(kind(station, 7, 8, FULL).encode())
        for at, junk in damage:
            datagram[at : at + len(junk)] = junk
        agree(bytes(datagram[:change] if change < 0 else datagram + bytes(change)))


@given(some.integers(0, 67), some.integers(0, 255))
def test_every_byte_before_the_pixels_counts(at: int, value: int) -> None:
    for kind in (Preview, Submit):
        datagram = bytearray(kind("모래시계모래시계", 7, 8, FULL).encode())
        datagram[at] = value
        agree(bytes(datagram))


@given(some.binary(min_size=4, max_size=40).filter(lambda name: len(name) % 4 == 0))
def test_any_bytes_for_a_name(name: bytes) -> None:
    whole = Preview("abcd", 7, 8, BLANK).encode()
    agree(whole[:28] + name + whole[36:])


@pytest.mark.parametrize(
    "name", [b"abc\0\0\0\0\0", b"a\0b\0", b"\0\0\0\0", b"abcd", b"ab\0x", b"\xff\0\0\0", b"\n\0\0\0"]
)
def test_a_name_that_is_none_stays_refused(name: bytes) -> None:
    whole = Preview("abcd", 7, 8, BLANK).encode()
    assert isinstance(agree(whole[:28] + name + whole[36:]), tuple)


@pytest.mark.parametrize(("side", "size"), [(31, 1024), (32, 1020), (-32, 1024), (32, -1024), (1024, 32)])
def test_the_numbers_before_the_pixels_count(side: int, size: int) -> None:
    whole = Preview("abcd", 7, 8, BLANK).encode()
    assert isinstance(agree(whole[:-1032] + struct.pack(">ii", side, size) + whole[-1024:]), tuple)


def kept(*messages: Preview | Submit | Hello | Clear) -> tuple[list[int], int]:
    """Which of these messages, sent in one burst, remain; and how many were counted as superseded."""
    counters = Counters()
    burst = [(message.encode(), HERE) for message in messages]
    left = newest(burst, counters)
    assert [one for one in burst if one in left] == list(left)
    return [at for at, one in enumerate(burst) if one in left], counters.snapshot().get("superseded", 0)


def shade(station: str, drawing: int, sequence: int) -> Preview:
    return Preview(station, drawing, sequence, Bitmap(bytes([sequence % 256]) * SIDE * SIDE))


def test_of_a_burst_the_newest_of_each_drawing_stays() -> None:
    assert kept(*[shade("a", 1, n) for n in range(9)]) == ([8], 8)
    assert kept(shade("a", 1, 5), shade("b", 1, 1), shade("a", 1, 3), shade("a", 2, 1)) == ([0, 1, 3], 1)
    assert kept(shade("a", 1, 2**31 - 1), shade("a", 1, -(2**31))) == ([0], 1)


@pytest.mark.parametrize(("side", "size"), [(31, 1024), (32, 1023), (-1, -1)])
def test_a_preview_that_is_none_supersedes_none(side: int, size: int) -> None:
    good, wrong = shade("a", 1, 1).encode(), shade("a", 1, 9).encode()
    burst = [(good, HERE), (wrong[:-1032] + struct.pack(">ii", side, size) + wrong[-1024:], HERE)]
    assert newest(burst, Counters()) == burst
    assert newest(burst[::-1], Counters()) == burst[::-1]


def test_nothing_overtakes_what_is_no_preview() -> None:
    between = [Submit("a", 1, 2, FULL), Hello("a", 1), Clear("a", 1)]
    for other in between:
        assert kept(shade("a", 1, 1), other, shade("a", 1, 3)) == ([0, 1, 2], 0)


def test_a_drawing_that_was_left_does_not_come_back() -> None:
    """What overtook it on the way was of the next one."""
    assert kept(shade("a", 2, 0), shade("a", 1, 0), shade("a", 2, 1)) == ([0, 1, 2], 0)


@given(
    some.lists(
        some.one_of(
            some.builds(shade, some.sampled_from("ab"), some.integers(1, 2), some.integers(-3, 9)),
            some.builds(Clear, some.sampled_from("ab"), some.integers(1, 2)),
            some.builds(
                lambda s, d: Submit(s, d, 4, Bitmap(bytes([255]) * 1024)), some.just("a"), some.just(1)
            ),
        ),
        max_size=12,
    )
)
def test_a_wall_shows_the_same_as_if_it_had_read_them_all(messages: list[Preview | Clear | Submit]) -> None:
    burst = [(message.encode(), HERE) for message in messages]
    assert shown(newest(burst, Counters())) == shown(burst)


def shown(burst: Sequence[tuple[bytes, Address]]) -> tuple[object, object]:
    """What a desk makes of a burst: what is to be read, with its canvas, and what is drawn."""
    jobs: list[tuple[Bitmap, Bitmap]] = []
    mailbox = Mailbox()

    def submit(job: Job) -> bool:
        jobs.append((job.bitmap, job.canvas))
        return True

    desk, link = Desk(mailbox, Ledger(), Counters(), submit), MemoryNetwork().link("wall", 1)
    for datagram, sender in burst:
        desk.drawing(datagram, sender, link)
    return jobs, sorted(map(repr, mailbox.drain()))
