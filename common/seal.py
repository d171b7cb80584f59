"""What travels between nodes that share an installation key: sealed datagrams, and the request to seal anew.

    /sealed   hhhbb   sender's session, receiver's session (0: not known yet), number, datagram, mac
    /reseal   hhhb    sender's session, receiver's session, the number of what it could not take, mac

A session is a random number that a link draws when it opens, so that what was recorded before means nothing
to it afterwards; no clock is asked. A link takes what is sealed for its own session, each number once. What
is authentic but sealed for another session it answers with `/reseal`, shorter than anything sealed.
Nothing is secret: whoever listens on the network can read what is sent. The mac is the first half of an
HMAC-SHA-256 (RFC 2104) over address and tags, the numbers in the order above, and the datagram. Pure.
"""

import hmac
import struct
from dataclasses import dataclass

from common.errors import Refused, WireError
from common.wire import MAX_DATAGRAM

KEY_BYTES = 32
MAC_BYTES = 16
"""Half of a SHA-256: 2¹²⁸ guesses, each of which must come over the network."""
OVERHEAD = 64
"""Bytes that sealing adds: the longest message of ours fits."""
WINDOW = 1024
"""Numbers below the highest that may still come, once each: networks reorder by a few."""

_SEALED = b"/sealed\0,hhhbb\0\0"
_RESEAL = b"/reseal\0,hhhb\0\0\0"
_THREE = struct.Struct(">qqq")
_LENGTH = struct.Struct(">i")
_MAC_LENGTH = _LENGTH.pack(MAC_BYTES)
_HEAD = len(_SEALED) + _THREE.size
_TAIL = _LENGTH.size + MAC_BYTES


@dataclass(frozen=True, slots=True)
class Sealed:
    """`inner`, sent by one session to another as its `number`-th."""

    sender: int
    receiver: int
    number: int
    inner: bytes


@dataclass(frozen=True, slots=True)
class Reseal:
    """Your `number` was not sealed for me, `sender`: seal it anew."""

    sender: int
    receiver: int
    number: int


def is_sealed(datagram: bytes) -> bool:
    """Whether it claims to be one of the two."""
    return datagram.startswith((_SEALED[:8], _RESEAL[:8]))


class Seal:
    """Closes and opens with one key. Raises `WireError` where we, `Refused` where a peer is wrong."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WireError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    def close(self, message: Sealed | Reseal) -> bytes:
        numbers = _THREE.pack(message.sender, message.receiver, message.number)
        if isinstance(message, Reseal):
            return _RESEAL + numbers + _MAC_LENGTH + self._mac(_RESEAL, numbers)
        inner = message.inner
        if len(inner) % 4 or len(inner) > MAX_DATAGRAM - OVERHEAD:
            raise WireError(
                f"cannot seal {len(inner)} bytes: a multiple of 4, {MAX_DATAGRAM - OVERHEAD} at most"
            )
        mac = self._mac(_SEALED, numbers, inner)
        return b"".join((_SEALED, numbers, _LENGTH.pack(len(inner)), inner, _MAC_LENGTH, mac))

    def open(self, datagram: bytes) -> Sealed | Reseal:
        """What is in it, if somebody with our key closed it. Whether it was here before is not asked."""
        sealed = datagram.startswith(_SEALED)
        if not sealed and not datagram.startswith(_RESEAL):
            raise Refused("unsealed", "only what is sealed with the installation's key is heard here")
        if len(datagram) > MAX_DATAGRAM:
            raise Refused("size", f"{len(datagram)} bytes, {MAX_DATAGRAM} at most")
        numbers, mac = datagram[len(_SEALED) : _HEAD], datagram[-MAC_BYTES:]
        inner = datagram[_HEAD + _LENGTH.size : -_TAIL] if sealed else b""
        lengths = _LENGTH.pack(len(inner)) if sealed else b""
        # What is read and what is signed is the whole of it: not one byte may be different.
        whole = b"".join((datagram[: len(_SEALED)], numbers, lengths, inner, _MAC_LENGTH, mac))
        if whole != datagram or not hmac.compare_digest(
            mac, self._mac(datagram[: len(_SEALED)], numbers, inner)
        ):
            raise Refused("forged", "it is not sealed with our key")
        sender, receiver, number = _THREE.unpack(numbers)
        return Sealed(sender, receiver, number, inner) if sealed else Reseal(sender, receiver, number)

    def _mac(self, domain: bytes, numbers: bytes, inner: bytes = b"") -> bytes:
        return hmac.digest(self._key, b"".join((domain, numbers, inner)), "sha256")[:MAC_BYTES]


class Window:
    """Which numbers of one sender were here (RFC 4303, 3.4.3): each is taken once, in almost any order."""

    def __init__(self) -> None:
        self.highest = 0
        self._seen = 0  # bit n: `highest - n` was here

    def take(self, number: int) -> bool:
        """True if this number, from 1 up, comes for the first time and not too late."""
        ahead = number - self.highest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
            self.highest = number
            return True
        bit = 1 << -ahead if -ahead < WINDOW and number > 0 else 0
        if not bit or self._seen & bit:
            return False
        self._seen |= bit
        return True
