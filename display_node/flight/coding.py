"""Records as bytes, and back, checked: a file may come from anywhere.

Whatever a file says that cannot be so raises `ValueError`, `KeyError` or `TypeError`; whoever reads files
turns that into one line.
"""

import base64
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from common.bitmap import BLANK, Bitmap
from common.clock import ShowClock
from common.nodes import FASTEST
from common.wire import LEGACY_DATAGRAM
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
from display_node.form import Form
from display_node.settings import LARGEST

MOST_CAST = 16
"""Drawings in one part of the invitation."""
MOST_DATAGRAM = LEGACY_DATAGRAM + 1
"""Bytes that are kept of one: enough to see that it was too long for every port."""
MOST_GLYPHS = 4096
LONGEST = 64
"""Characters of a name."""
PORTS = ("drawing", "control", "legacy")
_RECEIVED = struct.Struct("<B4sH")


def encode(record: Record) -> tuple[int, float, bytes]:
    """Kind, time, body."""
    if isinstance(record, Header):
        return 0, record.began, _json(asdict(record))
    if isinstance(record, Received):
        host, port = record.sender
        head = _RECEIVED.pack(PORTS.index(record.port), bytes(map(int, host.split("."))), port)
        return 1, record.at, head + record.datagram[:MOST_DATAGRAM]
    if isinstance(record, Decided):
        return 2, record.at, _json(_document(record))
    if isinstance(record, Canvas):
        return 3, record.at, record.bitmap.pixels
    if isinstance(record, Glyphs):
        return 4, record.at, record.text.encode()
    return 5, record.at, _json(record.count)


def decode(kind: int, at: float, body: bytes) -> Record:
    if not math.isfinite(at):
        raise ValueError("a time that is none")
    if kind == 0:
        return _header(json.loads(body))
    if kind == 1:
        port, host, number = _RECEIVED.unpack_from(body)
        datagram = body[_RECEIVED.size :]
        if len(datagram) > MOST_DATAGRAM:
            raise ValueError("a datagram that no port takes")
        return Received(at, PORTS[port], (".".join(map(str, host)), number), datagram)
    if kind == 2:
        return _decided(at, json.loads(body))
    if kind == 3:
        return Canvas(at, Bitmap(body))
    if kind == 4:
        return Glyphs(at, _text(body.decode(), MOST_GLYPHS))
    if kind == 5:
        return Lost(at, _count(json.loads(body)))
    raise ValueError(f"records of kind {kind}")


def _document(record: Decided) -> dict[str, Any]:
    act, clock = record.act, record.clock
    document: dict[str, Any] = {**vars(record), "clock": list(asdict(clock).values())}
    document |= {"act": act and type(act).__name__, "canvas": _pixels(record.canvas)}
    del document["at"]
    if isinstance(act, Tour):
        told = {**vars(act), "form": act.form.value}
        document["tour"] = told | {"framed": _pixels(act.framed), "canvas": _pixels(act.canvas)}
    elif isinstance(act, Invitation):
        cast = [None if one is None else _pixels(one) for one in act.cast]
        document["invitation"] = {"number": act.number, "cast": cast}
    return document


def _decided(at: float, said: Mapping[str, Any]) -> Decided:
    base, real, rate, resume = map(_number, said["clock"])
    if not (0.0 <= rate <= FASTEST and 0.0 < resume <= FASTEST):
        raise ValueError(f"a rate of {rate:g}")
    wide, high = map(_count, said["size"])
    if not (0 < wide <= LARGEST and 0 < high <= LARGEST):
        raise ValueError(f"a picture of {wide}x{high}")
    left = said["left"]
    return Decided(
        at,
        _count(said["number"]),
        _count(said["turn"]),
        None if left is None else _number(left),
        _number(said["since"]),
        ShowClock(base, real, rate, resume),
        _text(said["phase"]),
        _act(said),
        _bitmap(said["canvas"]),
        _text(said["language"]),
        bool(said["captions"]),
        bool(said["blackout"]),
        min(max(_number(said["volume"]), 0.0), 1.0),
        (wide, high),
    )


def _act(said: Mapping[str, Any]) -> Act | None:
    if said["act"] is None:
        return None
    if said["act"] == "Listening":
        return Listening()
    if said["act"] == "Invitation":
        part = said["invitation"]
        if len(part["cast"]) > MOST_CAST:
            raise ValueError(f"{len(part['cast'])} drawings in one invitation")
        cast = tuple(None if one is None else _bitmap(one) for one in part["cast"])
        return Invitation(_count(part["number"]), cast)
    tour = said["tour"]
    pictures = _bitmap(tour["framed"]), _bitmap(tour["canvas"])
    drawing, seed = int(tour["drawing"]), _count(tour["seed"])
    return Tour(_text(tour["station"]), drawing, _text(tour["exhibit"]), Form(tour["form"]), seed, *pictures)


def _header(said: Mapping[str, Any]) -> Header:
    settings = said["settings"]
    if not isinstance(settings, dict):
        raise TypeError("settings that are none")
    texts = [_text(said[name], 4096) for name in ("run", "version", "weights", "machine")]
    run, version, weights, machine = texts
    return Header(run, version, _number(said["wall"]), _number(said["began"]), weights, machine, settings)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _pixels(bitmap: Bitmap) -> str:
    return "" if bitmap == BLANK else base64.b64encode(bitmap.pixels).decode()


def _bitmap(text: str) -> Bitmap:
    return Bitmap(base64.b64decode(text, validate=True)) if text else BLANK


def _text(value: Any, most: int = LONGEST) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("a text that is none, or endless")
    return value


def _number(value: Any) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError("a number that is none")
    return number


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ValueError("a count that is none")
    return value
