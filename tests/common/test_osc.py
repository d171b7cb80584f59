"""The validator: nothing but `Refused` escapes from it, and python-osc only sees what it can read."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import control, osc, wire
from common.bitmap import BLANK, Bitmap
from common.errors import Refused, WireError

INK = Bitmap(bytes(range(256)) * 4)
VALID = (
    wire.Preview("sand", 1, 2, INK).encode(),
    wire.Submit("모래", 3, 4, INK).encode(),
    wire.Hello("sand", 5).encode(),
    wire.Progress("sand", 6, "conv1", 0.5).encode(),
    wire.Legacy(INK).encode(),
    control.Control("seek", 2.5).encode(),
    osc.build("/x", "isbTFNdhf", [1, "abc", b"abcde", True, False, None, 1.0, 5, 0.5]),
)
DECODERS = (wire.decode_drawing, wire.decode_reply, wire.decode_legacy, control.decode)


def bundle(*elements: bytes, tag: int = 1) -> bytes:
    """A bundle with a length of its own for each element."""
    body = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return osc.BUNDLE + struct.pack(">Q", tag) + body


def nested(depth: int) -> bytes:
    packet = wire.Hello("sand", 1).encode()
    for _ in range(depth):
        packet = bundle(packet)
    return packet


def refused_as(datagram: bytes) -> str:
    with pytest.raises(Refused) as caught:
        list(osc.messages(datagram))
    return caught.value.kind


def outcome(decode: Callable[[bytes], object], datagram: bytes) -> str | None:
    try:
        decode(datagram)
    except Refused as refused:
        return refused.kind
    return None


def try_all(datagram: bytes) -> None:
    for decode in (*DECODERS, lambda packet: list(osc.messages(packet))):
        kind = outcome(decode, datagram)
        assert kind is None or kind in KINDS


KINDS = {"size", "bundle", "address", "tags", "padding", "text", "bitmap", "empty", "value"}

REFUSED = {
    "nothing": (b"", "size"),
    "three bytes": (b"abc", "size"),
    "no multiple of four": (VALID[2] + b"\0", "size"),
    "no slash": (b"abc\0,\0\0\0", "address"),
    "twelve stars": (b"/" + b"*" * 12 + b"\0\0\0" + b",\0\0\0", "address"),
    "a pattern in braces": (b"/{a,b}\0\0,\0\0\0", "address"),
    "an address without end": (b"/abc" * 4, "padding"),
    "an address of 68 letters": (b"/" + b"a" * 66 + b"\0" + b",\0\0\0", "address"),
    "a line break in the address": (b"/a\nb\0\0\0\0,\0\0\0", "address"),
    "an escape in the address": (b"/\x1b[m\0\0\0\0,\0\0\0", "address"),
    "padding that is not zero": (b"/a\0x,\0\0\0", "padding"),
    "no tags": (b"/abc\0\0\0\0", "tags"),
    "tags without a comma": (b"/abc\0\0\0\0abc\0", "tags"),
    "1,025 tags": (b"/abc\0\0\0\0," + b"N" * 1025 + b"\0\0", "tags"),
    "MIDI": (b"/abc\0\0\0\0,m\0\0\0\0\0\0", "tags"),
    "an array": (b"/abc\0\0\0\0,[i]\0\0\0\0\0\0\0\1", "tags"),
    "a time tag as argument": (b"/abc\0\0\0\0,t\0\0" + bytes(8), "tags"),
    "an unknown tag": (b"/abc\0\0\0\0,ii\x7f\0\0\0\0" + bytes(8), "tags"),
    "an integer too few": (b"/abc\0\0\0\0,ii\0\0\0\0\1", "size"),
    "an integer too many": (b"/abc\0\0\0\0,i\0\0" + bytes(8), "size"),
    "bad UTF-8": (b"/abc\0\0\0\0,s\0\0\xff\xfe\xfd\0", "text"),
    "a surrogate in UTF-8": (b"/abc\0\0\0\0,s\0\0\xed\xa0\x80\0", "text"),
    "a blob without length": (b"/abc\0\0\0\0,b\0\0", "size"),
    "a blob of −4 bytes": (b"/abc\0\0\0\0,b\0\0\xff\xff\xff\xfc", "size"),
    "a blob of 2 GB": (b"/abc\0\0\0\0,b\0\0\x7f\xff\xff\xff", "size"),
    "a bundle without time": (b"#bundle\0" + bytes(4), "bundle"),
    "an element of −4 bytes": (b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xfc", "bundle"),
    "an element of 0 bytes": (b"#bundle\0" + bytes(8) + bytes(4), "bundle"),
    "an element longer than the rest": (b"#bundle\0" + bytes(8) + struct.pack(">i", 64) + VALID[2], "bundle"),
    "bundles three deep": (nested(3), "bundle"),
    "bundles sixty deep": (nested(60), "bundle"),
    "33 messages": (bundle(*[b"/a\0\0,\0\0\0"] * 33), "bundle"),
    "33 messages in two bundles": (
        bundle(bundle(*[b"/a\0\0,\0\0\0"] * 17), bundle(*[b"/a\0\0,\0\0\0"] * 16)),
        "bundle",
    ),
}


@pytest.mark.parametrize(("datagram", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_wire_does_not_allow_is_refused_by_kind(datagram: bytes, kind: str) -> None:
    assert refused_as(datagram) == kind


def test_bundles_are_opened_and_their_time_is_ignored() -> None:
    years_ahead = bundle(VALID[2], bundle(VALID[5]), tag=2**64 - 1)
    assert [message.address for message in osc.messages(years_ahead)] == ["/drawing/hello", "/control/seek"]


def test_an_empty_bundle_holds_nothing() -> None:
    assert list(osc.messages(bundle())) == []


def test_a_bundle_is_taken_whole_or_not_at_all() -> None:
    with pytest.raises(Refused):
        next(osc.messages(bundle(VALID[2], b"/abc\0\0\0\0,m\0\0\0\0\0\0")))


def test_every_tag_comes_back() -> None:
    (message,) = osc.messages(VALID[6])
    assert message == osc.Message("/x", "isbTFNdhf", (1, "abc", b"abcde", True, False, None, 1.0, 5, 0.5))


@pytest.mark.parametrize(
    ("tags", "arguments"),
    [
        ("i", [1 << 31]),
        ("i", ["text"]),
        ("h", [1 << 63]),
        ("f", ["text"]),
        ("s", [b"bytes"]),
        ("s", ["\ud800"]),
        ("b", [7]),
        ("q", [1]),
        ("ii", [1]),
        ("i", [1, 2]),
    ],
)
def test_our_own_misuse_raises(tags: str, arguments: list[object]) -> None:
    with pytest.raises(WireError) as caught:
        osc.build("/x", tags, arguments)  # type: ignore[arg-type]
    assert not isinstance(caught.value, Refused)


@given(st.binary(max_size=300))
def test_noise_is_refused_or_read(datagram: bytes) -> None:
    try_all(datagram)


@given(st.binary(max_size=200).map(lambda body: b"#bundle\0" + body))
def test_noise_in_a_bundle_is_refused_or_read(datagram: bytes) -> None:
    try_all(datagram)


@given(st.text(st.sampled_from("isbhdfTFNmrt[]IS*"), max_size=12), st.binary(max_size=60))
def test_any_tags_over_any_bytes(tags: str, body: bytes) -> None:
    text = b"," + tags.encode()
    try_all(b"/abc\0\0\0\0" + text + bytes(4 - len(text) % 4) + body + bytes(-len(body) % 4))


@settings(max_examples=400)
@given(st.data())
def test_mutations_of_what_is_valid_are_refused_or_read(data: st.DataObject) -> None:
    datagram = bytearray(data.draw(st.sampled_from(VALID)))
    at = data.draw(st.integers(0, len(datagram) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "splice", "length", "insert"]))
    if how == "flip":
        datagram[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del datagram[at:]
    elif how == "splice":
        other = data.draw(st.sampled_from(VALID))
        datagram[at:] = other[data.draw(st.integers(0, len(other) - 1)) :]
    elif how == "length":
        datagram[at & ~3 : (at & ~3) + 4] = struct.pack(">i", data.draw(st.integers(-(2**31), 2**31 - 1)))
    else:
        datagram[at & ~3 : at & ~3] = data.draw(st.binary(min_size=4, max_size=8))
    try_all(bytes(datagram))


def test_blank_is_a_picture_on_the_wire() -> None:
    assert wire.decode_drawing(wire.Preview("s", 1, 1, BLANK).encode()) == [wire.Preview("s", 1, 1, BLANK)]
