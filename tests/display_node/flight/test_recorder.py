"""The recorder: bounded, torn or not, never in anybody's way; and its reader believes nothing."""

import contextlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitmap import BLANK, Bitmap
from common.clock import ShowClock
from common.errors import DataError
from display_node.choices import Choices
from display_node.events import Part
from display_node.flight import blocks as blocks_module
from display_node.flight.blocks import MAGIC, MOST_BYTES, block, blocks, pack
from display_node.flight.coding import MOST_DATAGRAM
from display_node.flight.recorder import MOST_WAITING, Recorder, linked
from display_node.flight.records import (
    Act,
    Canvas,
    Decided,
    Glyphs,
    Header,
    Invitation,
    Listening,
    Lost,
    Received,
    Record,
    Tour,
)
from display_node.flight.ring import Ring, segments
from display_node.flight.tape import Tape, records, runs
from display_node.flight.timeline import lines
from display_node.form import Form
from display_node.network import SHIPPED, load
from display_node.probe import asleep
from display_node.scene import Scene
from display_node.state import State, begin
from tests.display_node.test_desk import ONE, OTHER
from tests.netns import small_disk
from tests.processes import DEADLINE, wait_for

TOUR = Tour("left", -7, "convolution", Form.SHORT, 3, ONE, OTHER)
HEADER = Header("run", "1.0", 1e9, 5.0, "ab" * 32, "llvmpipe", {"seed": 1, "weights": None})


def decided(number: int, at: float = 0.0, turn: int = 0, act: Act | None = TOUR, **others: object) -> Decided:
    made = Decided(
        at, number, turn, None, at, ShowClock(1.5, 0.1, 1.0, 1.0), "touring", act, BLANK,
        "en+ko", True, False, 0.5, (160, 90),
    )  # fmt: skip
    return replace(made, **others)  # type: ignore[arg-type]


SAID: list[Record] = [
    HEADER,
    Glyphs(5.0, "ab모래"),
    decided(0, 5.0),
    Received(5.1, "drawing", ("192.168.1.5", 9000), b"/drawing/preview\0\0\0\0"),
    Canvas(5.2, ONE),
    decided(1, 5.3, 1, Invitation(4, (None, ONE, BLANK)), left=5.25),
    decided(2, 5.4, 2, Listening(), since=0.1 + 0.2),
    decided(3, 5.5, 2, None),
    Lost(5.6, 12),
]


def write(path: Path, *packed: bytes) -> Path:
    path.write_bytes(MAGIC + b"".join(packed))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "1.flight", pack(SAID[:4]), pack(SAID[4:]))
    found = list(blocks(path))
    assert [record for _, part in found for record in part] == SAID
    assert block(path, found[1][0]) == SAID[4:]


def test_the_tape_finds_what_stood_at_any_time(tmp_path: Path) -> None:
    write(tmp_path / "1.flight", pack(SAID[:4]), pack(SAID[4:]))
    tape = Tape(runs(tmp_path)[0])
    assert (tape.begin, tape.end, tape.glyphs) == (5.0, 5.6, "ab모래")
    assert tape.decision(tape.index(5.29)) == SAID[2]
    assert tape.decision(tape.index(99.0)) == replace(SAID[7], act=Listening())  # type: ignore[type-var]
    assert [tape.canvas(at) for at in (5.0, 5.2, 5.29, 5.3)] == [BLANK, ONE, ONE, BLANK]
    assert tape.before(tape.index(5.5)) == tape.index(5.3)
    assert tape.before(0) is None


def test_a_torn_end_is_as_if_it_had_not_been_written(tmp_path: Path) -> None:
    whole = MAGIC + pack(SAID[:4]) + pack(SAID[4:])
    first = len(MAGIC) + len(pack(SAID[:4]))
    for cut in (len(whole) - 1, first + 5, first + 1):
        (tmp_path / "1.flight").write_bytes(whole[:cut])
        assert list(records(runs(tmp_path)[0])) == SAID[:4]
    (tmp_path / "1.flight").write_bytes(whole[: len(MAGIC) + 3])
    with pytest.raises(DataError, match="holds nothing"):
        runs(tmp_path)


def test_a_flipped_bit_is_noticed_and_the_next_file_is_played(tmp_path: Path) -> None:
    data = bytearray(MAGIC + pack(SAID[:4]) + pack(SAID[4:5]))
    data[-3] ^= 1
    (tmp_path / "1.flight").write_bytes(data)
    write(tmp_path / "2.flight", pack([HEADER, SAID[2]]), pack(SAID[5:]))
    assert list(records(runs(tmp_path)[0])) == [*SAID[:4], *SAID[5:]]


BOMB = zlib.compress(bytes(MOST_BYTES + 1), 9)


def raw(kind: int, body: bytes, at: float = 5.0, length: int | None = None) -> bytes:
    packed = zlib.compress(struct.pack("<BdI", kind, at, len(body) if length is None else length) + body)
    return framed(packed)


def framed(packed: bytes) -> bytes:
    return struct.pack("<4sII", b"SGfb", len(packed), zlib.crc32(packed)) + packed


def document(**said: object) -> bytes:
    _, _, body = blocks_module.encode(decided(1))
    return json.dumps({**json.loads(body), **said}).encode()


@pytest.mark.parametrize(
    "hostile",
    [
        framed(BOMB),
        framed(b"no zlib"),
        raw(9, b""),
        raw(2, b"[" * 100_000),
        raw(2, b"{}"),
        raw(2, b"[]"),
        raw(2, b"1"),
        raw(2, document(size=[1 << 20, 1 << 20])),
        raw(2, document(size=[0, 90])),
        raw(2, document(clock=[0, 0, 1e9, 1])),
        raw(2, document(clock=[0, 0])),
        raw(2, document(since=float("nan"))),
        raw(2, document(since="1" * 5000)),
        raw(2, document(language="x" * 100)),
        raw(2, document(act="Invitation", invitation={"number": 1, "cast": [""] * 99})),
        raw(2, document(tour={"form": "endless"})),
        raw(2, document(canvas="AAAA")),
        raw(3, b"short"),
        raw(3, ONE.pixels, float("inf")),
        raw(3, ONE.pixels, length=1 << 31),
        raw(1, b"\x09abc"),
        raw(1, struct.pack("<B4sH", 0, b"abcd", 1) + bytes(9999)),
        raw(4, "가".encode() * 9999),
        raw(4, b"\xff\xfe"),
        raw(5, b"-1"),
    ],
)
def test_a_hostile_file_is_one_clear_line_and_little_memory(tmp_path: Path, hostile: bytes) -> None:
    write(tmp_path / "1.flight", pack([HEADER, decided(0, 5.0)]), hostile)
    before = psutil.Process().memory_info().rss
    with pytest.raises(DataError, match=r"1\.flight is damaged") as caught:
        list(records(runs(tmp_path)[0]))
    assert len(str(caught.value).splitlines()) == 1
    assert psutil.Process().memory_info().rss - before < 64 << 20


@pytest.mark.parametrize("content", [b"", b"PNG", MAGIC + raw(3, ONE.pixels), MAGIC + raw(0, b"{}")])
def test_no_recording_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.flight").write_bytes(content)
    with pytest.raises(DataError):
        runs(tmp_path / "1.flight")


def test_time_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "1.flight", pack([HEADER, decided(0, 5.0), decided(1, 4.0)]))
    with pytest.raises(DataError, match="backwards"):
        Tape(runs(tmp_path)[0])


@given(st.binary(max_size=200), st.integers(0, 5))
def test_any_bytes_are_a_record_or_refused(body: bytes, kind: int) -> None:
    with contextlib.suppress(ValueError, KeyError, TypeError, IndexError, RecursionError, struct.error):
        blocks_module.decode(kind, 1.0, body)


def test_the_ring_never_grows_beyond_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    most = 64 << 10
    (tmp_path / "notes.txt").write_bytes(bytes(100))
    number = 0
    for _ in range(2):  # two lives of one wall
        ring = Ring(tmp_path, most)
        for _ in range(400):
            number += 1
            ring.write(pack([Canvas(float(number), Bitmap(os.urandom(1024)))]), lambda: pack([HEADER]))
            assert sum(path.stat().st_size for path in segments(tmp_path)) <= most
        ring.close()
    found = [record for path in segments(tmp_path) for _, part in blocks(path) for record in part]
    kept = [record.at for record in found if isinstance(record, Canvas)]
    assert kept == [float(n) for n in range(number - len(kept) + 1, number + 1)]
    assert len(kept) * 1024 > most / 2
    assert (tmp_path / "notes.txt").exists()


def test_the_chain_goes_back_as_far_as_the_camera_does() -> None:
    chain: list[Decided] = []
    for record in (
        decided(0, 0.0, 0),
        decided(1, 9.0, 1, left=8.9),
        decided(2, 9.5, 1, since=9.0),
        decided(3, 10.0, 2, left=9.9),
        decided(4, 10.5, 3, left=10.4),
    ):
        chain = linked(chain, record)
    assert [record.number for record in chain] == [0, 2, 3, 4]
    assert [record.number for record in linked(chain, decided(5, 30.0, 4, left=29.9))] == [4, 5]


def state(scene: Scene | None = None) -> State:
    network = load(SHIPPED)
    made = scene or Scene("invitation", 30.0, (), ())
    part = Part(made, 0, asleep(network))
    return begin(part, Scene("listening", 60.0, (), ()), rest=12.0, choices=Choices("en"), now=0.0)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Recorder]]:
    made: list[Recorder] = []

    def make(folder: Path = tmp_path, most: int = 1 << 20, weights: Path = SHIPPED) -> Recorder:
        recorder = Recorder(
            folder, most, weights, {"seed": 1, "weights": SHIPPED}, "here",
            now=lambda: 5.0, size=lambda: (160, 90), glyphs=lambda: "ab",
        )  # fmt: skip
        made.append(recorder)
        return recorder

    yield make
    for recorder in made:
        recorder.close()


def end(recorder: Recorder) -> None:
    """Close it, and wait for its thread for longer than a wall does: all that it can is on the disk then."""
    recorder.close()
    recorder._thread.join(DEADLINE)
    assert not recorder._thread.is_alive()


def test_only_what_changed_is_recorded(tmp_path: Path, opened: Callable[..., Recorder]) -> None:
    recorder, one = opened(), state()
    recorder.after(one, one, 10.0)
    recorder.after(one, one, 10.1)
    awake = replace(one, awake=True)  # nothing that can be seen
    recorder.after(one, awake, 10.2)
    drawn = replace(awake, canvas=ONE)
    recorder.after(awake, drawn, 10.3)
    paused = replace(drawn, clock=drawn.clock.pause(10.4))
    recorder.after(drawn, paused, 10.4)
    recorder.after(paused, paused, 10.45)
    other = replace(paused, scene=paused.listening)
    recorder.after(paused, other, 10.5)
    end(recorder)
    (run,) = runs(tmp_path)
    shown = (record for record in records(run) if isinstance(record, Decided | Canvas))
    found = [(type(record), record.at) for record in shown]
    assert found == [(Decided, 10.0), (Canvas, 10.3), (Decided, 10.4), (Decided, 10.5)]
    tape = Tape(run)
    assert run.header.weights
    assert tape.decision(2).left == 10.45
    assert tape.decision(1).canvas == ONE
    assert tape.decision(1).act == Invitation(0, ())
    assert tape.decision(2).act == Listening()
    assert any("jumps" not in what and "paused" in what for _, _, what in lines(records(run)))


def test_a_new_file_begins_with_what_was_on_the_wall(tmp_path: Path, opened: Callable[..., Recorder]) -> None:
    recorder, one = opened(most=256 << 10), state()
    recorder.after(one, one, 1.0)
    recorder.after(one, replace(one, canvas=ONE), 2.0)

    def third() -> bool:
        receive(recorder, 10)
        return len(segments(tmp_path)) >= 3

    wait_for(third, "a third file")
    end(recorder)
    tape = Tape(runs(segments(tmp_path)[-1])[0])
    assert (tape.decision(0).at, tape.decision(0).canvas) == (1.0, ONE)


def test_whatever_comes_to_a_port_can_be_read_back(tmp_path: Path, opened: Callable[..., Recorder]) -> None:
    """One that is longer than any port takes is cut; what does not compress goes into several blocks."""
    recorder, one = opened(most=16 << 20), state()
    recorder.after(one, one, 1.0)
    recorder.tap("drawing", os.urandom(8000), ("10.0.0.1", 9), 1.5)
    for number in range(1900):
        recorder.tap("drawing", os.urandom(1100), ("10.0.0.1", 9), 2.0 + number)
    end(recorder)
    (run,) = runs(tmp_path)
    came = [len(record.datagram) for record in records(run) if isinstance(record, Received)]
    assert came == [MOST_DATAGRAM, *[1100] * 1900]


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    with small_disk(tmp_path / "tiny", 1024) as folder:
        yield folder


def receive(recorder: Recorder, count: int) -> None:
    for number in range(count):
        recorder.tap("drawing", os.urandom(1100), ("10.0.0.1", 9), float(number))


def test_a_full_disk_is_counted_said_once_and_waited_for(
    tiny: Path, opened: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    recorder, one = opened(tiny / "flight", 64 << 20), state()
    recorder.after(one, one, 1.0)
    receive(recorder, 2000)  # twice what there is room for
    wait_for(lambda: recorder._lost, "the disk to be full")
    receive(recorder, 10)
    for path in segments(tiny / "flight"):
        path.unlink()

    def again() -> bool:
        receive(recorder, 1)
        return bool(segments(tiny / "flight"))

    wait_for(again, "the recording to go on")
    end(recorder)
    assert len([record for record in caplog.records if "unrecorded" in record.message]) == 1
    (run,) = runs(tiny / "flight")
    found = list(records(run))
    assert next(record.count for record in found if isinstance(record, Lost)) > 500
    assert Tape(run).decision(0).act == Invitation(0, ())  # what is on the wall is known all the same


def test_a_folder_that_cannot_be_written_stops_nobody(
    tmp_path: Path, opened: Callable[..., Recorder], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    recorder, one = opened(tmp_path / "file" / "flight", weights=tmp_path / "gone"), state()
    recorder.after(one, one, 1.0)
    wait_for(lambda: recorder._lost, "it to be noticed")
    end(recorder)
    assert len([record for record in caplog.records if "unrecorded" in record.message]) == 1


def test_a_flood_does_not_fill_memory_nor_wait(tmp_path: Path, opened: Callable[..., Recorder]) -> None:
    recorder, one = opened(), state()
    os.mkfifo(tmp_path / "weights")
    hanging = opened(tmp_path / "hangs", weights=tmp_path / "weights")  # its thread reads for ever
    receive(hanging, 3 * MOST_WAITING)
    hanging.after(one, one, 1.0)
    assert hanging._queue.qsize() == MOST_WAITING + 1  # decisions find room beside the flood
    assert hanging._lost == 2 * MOST_WAITING
    with (tmp_path / "weights").open("wb"):  # and now it ends
        pass
    end(hanging)
    assert Tape(runs(tmp_path / "hangs")[0]).decision(0).number == 0
    end(recorder)
