"""Many records as one piece of a file: its length, a checksum, and all of it compressed together.

A block is whole or it is not there. A process that is killed leaves at most the beginning of one at a file's
end; a power cut may leave less, zeros where blocks were, or a file with nothing in it. Compressed together,
the previews of one drawing are some twenty bytes each.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from common.errors import DataError, plain
from display_node.flight.coding import decode, encode
from display_node.flight.records import Record

MAGIC = b"sandglass-flight-1\n"
MOST_PACKED, MOST_BYTES, MOST_RECORDS = 1 << 20, 8 << 20, 1 << 15
"""Of one block: bytes in the file, bytes unpacked, and records. A file cannot make us take more memory."""
_BLOCK = struct.Struct("<4sII")
_MARK = b"SGfb"
_RECORD = struct.Struct("<BdI")
QUICK = 1
"""zlib's fastest: twice the size of its best in a fifth of the time."""


def pack(records: Iterable[Record]) -> bytes:
    parts = []
    for record in records:
        kind, at, body = encode(record)
        parts += [_RECORD.pack(kind, at, len(body)), body]
    packed = zlib.compress(b"".join(parts), QUICK)
    return _BLOCK.pack(_MARK, len(packed), zlib.crc32(packed)) + packed


def blocks(path: Path) -> Iterator[tuple[int, Sequence[Record]]]:
    """Offset and records of each block, up to the file's end or to the first that is not whole.

    Raises `DataError` if this is no recording at all, or if a whole block says what cannot be.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise DataError(f"{path} is no recording: it must begin with {MAGIC.decode().strip()}")
            while True:
                offset = file.tell()
                packed = _whole(file)
                if packed is None:
                    return
                yield offset, _records(path, packed)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None


def block(path: Path, offset: int) -> Sequence[Record]:
    """The records of the block at `offset`; none if it is not whole any more."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            packed = _whole(file)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    return () if packed is None else _records(path, packed)


def _whole(file: BinaryIO) -> bytes | None:
    head = file.read(_BLOCK.size)
    if len(head) < _BLOCK.size:
        return None
    mark, length, checksum = _BLOCK.unpack(head)
    if mark != _MARK or length > MOST_PACKED:
        return None
    packed = file.read(length)
    return packed if len(packed) == length and zlib.crc32(packed) == checksum else None


def _records(path: Path, packed: bytes) -> Sequence[Record]:
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(packed, MOST_BYTES)
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise ValueError(f"a block of more than {MOST_BYTES} bytes")
        return list(_split(data))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, zlib.error, struct.error) as error:
        said = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else error
        raise DataError(f"{path} is damaged, or nothing that a wall wrote: {plain(said)}") from None


def _split(data: bytes) -> Iterator[Record]:
    at, count = 0, 0
    while at < len(data):
        kind, time, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        count += 1
        if length > len(data) - at or count > MOST_RECORDS:
            raise ValueError("records that do not fit into their block")
        yield decode(kind, time, data[at : at + length])
        at += length
