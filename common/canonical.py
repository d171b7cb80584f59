"""A preview as our stations write it, read at a glance. A wall gets sixty a second from each of them.

Every preview has the same layout: a head (address and tags), the station's name, four numbers, the pixels.
What is exactly that is read here; everything else, and every name that was not seen before, takes the long
way through `common.wire`, which stays the one place that says what is allowed. A test holds the two equal.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

from common.bitmap import BLANK, SIDE, Bitmap
from common.counters import Counters
from common.errors import Refused
from common.link import Address
from common.wire import MAX_NAME, Decoded, Preview
from common.wire import decode_drawing as decode_any

_PIXELS = SIDE * SIDE
_NUMBERS = struct.Struct(">qiii")
"""Drawing, sequence, side, bytes of the bitmap: what stands between the name and the pixels."""
_TAIL = _NUMBERS.size + _PIXELS
_HEAD = Preview("name", 0, 0, BLANK).encode()[: -_TAIL - len(b"name\0\0\0\0")]
_SIZES = frozenset(len(_HEAD) + padded + _TAIL for padded in range(4, MAX_NAME + 5, 4))
_SQUARE = struct.pack(">ii", SIDE, _PIXELS)
_EXAMPLE = _NUMBERS.pack(0, 0, SIDE, _PIXELS) + bytes(_PIXELS)

Datagram = tuple[bytes, Address]


def decode_drawing(datagram: bytes) -> Sequence[Decoded]:
    """As `common.wire.decode_drawing`, which it asks whenever it is not sure."""
    if not _is_preview(datagram):
        return decode_any(datagram)
    name = _name(datagram[len(_HEAD) : -_TAIL])
    if name is None:
        return decode_any(datagram)
    drawing, sequence, _, _ = _NUMBERS.unpack_from(datagram, len(datagram) - _TAIL)
    return (Preview(name, drawing, sequence, Bitmap(datagram[-_PIXELS:])),)


def newest(burst: Sequence[Datagram], counters: Counters) -> Sequence[Datagram]:
    """Without the previews that another one in the same burst supersedes: same station and drawing, newer.

    Only as long as nothing else comes between them, since a submit is shown with the canvas that it found.
    """
    last: dict[bytes, int] = {}
    gone: set[int] = set()
    for at, (datagram, _) in enumerate(burst):
        if not _is_preview(datagram):
            last.clear()
            continue
        whose = datagram[len(_HEAD) : 8 - _TAIL]  # the name, and the drawing's eight bytes
        other = last.get(whose)
        if other is None or _sequence(datagram) > _sequence(burst[other][0]):
            last[whose] = at
            if other is not None:
                gone.add(other)
        else:
            gone.add(at)
    if not gone:
        return burst
    counters.add("superseded", len(gone))
    return [one for at, one in enumerate(burst) if at not in gone]


def _is_preview(datagram: bytes) -> bool:
    """Whether all but the name is what it must be; any numbers and any pixels are allowed."""
    return (
        datagram.startswith(_HEAD) and len(datagram) in _SIZES and datagram[12 - _TAIL : -_PIXELS] == _SQUARE
    )


def _sequence(datagram: bytes) -> int:
    return int.from_bytes(datagram[8 - _TAIL : 12 - _TAIL], "big", signed=True)


@lru_cache(maxsize=256)
def _name(padded: bytes) -> str | None:
    """The station's name if the long way accepts it in an example; None otherwise."""
    try:
        (example,) = decode_any(_HEAD + padded + _EXAMPLE)
    except Refused:
        return None
    return example.station if isinstance(example, Preview) else None
