"""Pictures as our stations write them, read at a glance: a wall gets sixty a second from each of them.

Every one has the same layout: a head (address and tags), the station's name, four numbers, the pixels. What
is exactly that is read here; everything else, and every name that was not seen before, takes the long way
through `common.wire`, which stays the one place that says what is allowed. A test holds the two equal.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

from common.bitmap import BLANK, SIDE, Bitmap
from common.counters import Counters
from common.errors import Refused
from common.link import Address
from common.wire import MAX_NAME, Decoded, Preview, Submit
from common.wire import decode_drawing as decode_any

_PIXELS = SIDE * SIDE
_NUMBERS = struct.Struct(">qiii")
"""Drawing, sequence, side, bytes of the bitmap: what stands between the name and the pixels."""
_TAIL = _NUMBERS.size + _PIXELS
_ENDS = -_TAIL - len(b"name\0\0\0\0")
_PREVIEW = Preview("name", 0, 0, BLANK).encode()[:_ENDS]
_SUBMIT = Submit("name", 0, 0, BLANK).encode()[:_ENDS]
_NAMES = range(4, MAX_NAME + 5, 4)
"""Bytes of a name with its padding."""
_SQUARE = struct.pack(">ii", SIDE, _PIXELS)
_EXAMPLE = _NUMBERS.pack(0, 0, SIDE, _PIXELS) + bytes(_PIXELS)

Datagram = tuple[bytes, Address]


def decode_drawing(datagram: bytes) -> Sequence[Decoded]:
    """As `common.wire.decode_drawing`, which it asks whenever it is not sure."""
    head = _head(datagram)
    name = head and _name(datagram[len(head) : -_TAIL])
    if not name:
        return decode_any(datagram)
    drawing, sequence, _, _ = _NUMBERS.unpack_from(datagram, len(datagram) - _TAIL)
    bitmap = Bitmap(datagram[-_PIXELS:])
    if head is _PREVIEW:
        return (Preview(name, drawing, sequence, bitmap),)
    return decode_any(datagram) if bitmap.empty else (Submit(name, drawing, sequence, bitmap),)


def newest(burst: Sequence[Datagram], counters: Counters) -> Sequence[Datagram]:
    """Without the previews that another one in the same burst supersedes: same station and drawing, newer.

    Only as long as nothing else comes between them: a submit is shown with the canvas that it found, and a
    drawing that a station has left is not taken up again.
    """
    last: dict[bytes, tuple[int, int, int]] = {}  # where a station's newest stands, its drawing and sequence
    gone: set[int] = set()
    for at, (datagram, _) in enumerate(burst):
        whose = datagram[:-_TAIL]  # head and name
        if (other := last.get(whose)) is None and _head(datagram) is not _PREVIEW:
            last.clear()
            continue
        drawing, sequence, side, size = _NUMBERS.unpack_from(datagram, len(whose))
        if (side, size) != (SIDE, _PIXELS):
            continue  # it will be refused
        if other is None or drawing != other[1] or sequence > other[2]:
            last[whose] = at, drawing, sequence
            if other is not None and drawing == other[1]:
                gone.add(other[0])
        else:
            gone.add(at)
    if not gone:
        return burst
    counters.add("superseded", len(gone))
    return [one for at, one in enumerate(burst) if at not in gone]


def _head(datagram: bytes) -> bytes | None:
    """Which picture it is, if all but the name is what it must be; any numbers and any pixels are allowed."""
    for head in (_PREVIEW, _SUBMIT):
        if datagram.startswith(head):
            fits = len(datagram) - len(head) - _TAIL in _NAMES and datagram[12 - _TAIL : -_PIXELS] == _SQUARE
            return head if fits else None
    return None


@lru_cache(maxsize=256)
def _name(padded: bytes) -> str | None:
    """The station's name if the long way accepts it in an example; None otherwise."""
    try:
        (example,) = decode_any(_PREVIEW + padded + _EXAMPLE)
    except Refused:
        return None
    return example.station if isinstance(example, Preview) else None
