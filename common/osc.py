"""OSC 1.0 packets: our validator, then python-osc's parser; and python-osc's builder.

Why a validator of our own stands in front: python-osc 1.10 loops for ever on a bundle element of
size −4, compiles incoming addresses as regular expressions, recurses as deep as it is told, and
shifts later arguments past an unknown type tag. After `messages` nothing of that can reach it.
Format: https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from common.errors import Refused, WireError

BUNDLE = b"#bundle\0"
MAX_DEPTH = 2
"""Bundles in bundles. Control surfaces send one level; more is an attack on the stack."""
MAX_ELEMENTS = 32
"""Messages in one datagram, all bundles together: bounds the work that one datagram can cause."""
MAX_ADDRESS = 64
MAX_TAGS = 1024
"""The original's `/test` carries 1,024 integers; nothing carries more."""

SIZES = {"i": 4, "f": 4, "h": 8, "d": 8, "T": 0, "F": 0, "N": 0}
"""Bytes of each fixed-size argument; `s` and `b` measure themselves."""

Argument = int | float | str | bytes | bool | None


@dataclass(frozen=True, slots=True)
class Message:
    address: str
    tags: str
    arguments: tuple[Argument, ...]


def messages(datagram: bytes) -> Iterator[Message]:
    """The messages of one datagram, bundles opened, time tags ignored: everything acts on arrival.

    A peer's clock may be wrong by years, so a future time tag would only hide a message.
    Raises `Refused` before anything has been parsed, so a datagram is taken whole or not at all.
    """
    packets = list(_packets(datagram, 0))
    if len(packets) > MAX_ELEMENTS:
        raise Refused("bundle", f"{len(packets)} messages in one datagram, {MAX_ELEMENTS} at most")
    checked = [(packet, *_check(packet)) for packet in packets]
    for packet, address, tags in checked:
        yield Message(address, tags, tuple(OscMessage(packet).params))


def build(address: str, tags: str, arguments: Sequence[Argument]) -> bytes:
    """One message as a datagram, every argument with the tag that is asked for."""
    builder = OscMessageBuilder(address)
    try:
        for tag, argument in zip(tags, arguments, strict=True):
            builder.add_arg(argument, tag)
        return bytes(builder.build().dgram)
    except Exception as error:  # python-osc raises BuildError, struct.error, TypeError, ValueError …
        raise WireError(f"cannot send {address} {tags}: {error}") from error


def bundle(datagrams: Sequence[bytes]) -> bytes:
    """Several messages as one datagram, to be acted upon at once (the time tag 1 says so)."""
    elements = (struct.pack(">i", len(datagram)) + datagram for datagram in datagrams)
    return BUNDLE + struct.pack(">Q", 1) + b"".join(elements)


def _packets(data: bytes, depth: int) -> Iterator[bytes]:
    if len(data) % 4 or len(data) < 4:
        raise Refused("size", f"{len(data)} bytes is not a positive multiple of 4")
    if not data.startswith(BUNDLE):
        yield data
        return
    if depth >= MAX_DEPTH:
        raise Refused("bundle", f"bundles nested deeper than {MAX_DEPTH}")
    if len(data) < 16:
        raise Refused("bundle", "no room for the time tag")
    at = 16
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        at += 4
        if size < 4 or size % 4 or at + size > len(data):
            raise Refused("bundle", f"an element of {size} bytes where {len(data) - at} are left")
        yield from _packets(data[at : at + size], depth + 1)
        at += size


def _check(packet: bytes) -> tuple[str, str]:
    """Address and tags (without the comma) of a message whose every byte is accounted for."""
    address, at = _string(packet, 0)
    if not address.startswith("/") or len(address) > MAX_ADDRESS:
        raise Refused("address", f"{address[:MAX_ADDRESS]!r}")
    if any(character in " #*,?[]{}" for character in address):
        raise Refused("address", f"{address!r} is a pattern; only exact addresses are heard")
    if not (address.isascii() and address.isprintable()):  # a line break would forge a line of the log
        raise Refused("address", f"{address!r} is not printable ASCII")
    if at == len(packet):
        raise Refused("tags", f"{address} without a type tag string")
    tags, at = _string(packet, at)
    if not tags.startswith(",") or len(tags) > MAX_TAGS + 1:
        raise Refused("tags", f"{address} with tags {tags[:16]!r}")
    for tag in tags[1:]:
        at = _skip(packet, at, tag)
    if at != len(packet):
        raise Refused("size", f"{address}: {len(packet) - at} bytes left over")
    return address, tags[1:]


def _skip(packet: bytes, at: int, tag: str) -> int:
    if tag in SIZES:
        at += SIZES[tag]
    elif tag == "s":
        _, at = _string(packet, at)
    elif tag == "b":
        if at + 4 > len(packet):
            raise Refused("size", "a blob without its length")
        (size,) = struct.unpack_from(">i", packet, at)
        if size < 0:
            raise Refused("size", f"a blob of {size} bytes")
        at += 4 + size + -size % 4
    else:
        raise Refused("tags", f"type tag {tag!r}")
    if at > len(packet):
        raise Refused("size", f"an argument {tag!r} reaches past the end")
    return at


def _string(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.find(b"\0", at)
    if end < 0:
        raise Refused("padding", "a string without its end")
    after = end + 4 - end % 4
    if after > len(packet) or any(packet[end:after]):
        raise Refused("padding", "a string not padded with zeros to 4 bytes")
    try:
        return packet[at:end].decode("utf-8"), after
    except UnicodeDecodeError:
        raise Refused("text", "a string that is not UTF-8") from None
