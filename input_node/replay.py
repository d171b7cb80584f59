"""Replay: a strokes file, drawn and submitted as a visitor would, one JSON line per answer."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

from common import strokes
from common.errors import DataError
from common.link import Link
from common.strokes import Drawing, Points
from common.wire import Answer
from input_node.pen import BOX
from input_node.session import Session

PEN = "replay"
"""The contact that a replay draws with."""


def load(path: Path) -> list[Drawing]:
    """The drawings of a strokes file; each must have ink. Raises `DataError`."""
    drawings = strokes.read(path)
    for index, drawing in enumerate(drawings):
        if not drawing.strokes:
            raise DataError(f"{path}, drawing {index}: it has no strokes, so there is nothing to read")
    return drawings


def replay(
    drawings: list[Drawing], session: Session, link: Link, timeout: float, stop: threading.Event
) -> int:
    """Submit each drawing and print its answer; 1 when one stays unanswered for `timeout` seconds."""
    for index, drawing in enumerate(drawings):
        lifted = draw(drawing, session)
        session.predict(time.monotonic(), began=lifted)
        answer = _await(session, link, time.monotonic() + timeout, stop)
        if stop.is_set():
            return 0
        if answer is None:
            print(f"sandglass: no answer to drawing {index} within {timeout:g} s", file=sys.stderr)
            return 1
        _print(index, drawing.label, answer, session.sender.latency, sys.stdout)
    return 0


def draw(drawing: Drawing, session: Session) -> float:
    """Feed the strokes to the pen as events, fitted into the canvas; returns when the pen lifted last."""
    session.clear(lifted := time.monotonic())
    for stroke in _fit(drawing):
        points = [(float(x), float(y)) for x, y in stroke]
        session.down(PEN, points[0], time.monotonic())
        for point in points[1:]:
            session.move(PEN, point, time.monotonic())
        session.draw()
        session.tick(time.monotonic())
        session.up(PEN, points[-1], lifted := time.monotonic())
    return lifted


def _fit(drawing: Drawing) -> list[Points]:
    """The strokes in canvas units: the longer side of their box fills the canvas, centred."""
    width, height = drawing.box
    scale = BOX / max(width, height)
    left, top = (BOX - width * scale) / 2.0, (BOX - height * scale) / 2.0
    return [stroke * scale + (left, top) for stroke in drawing.strokes]


def _await(session: Session, link: Link, deadline: float, stop: threading.Event) -> Answer | None:
    """Wait on the socket itself, not on a frame, so that nothing is added to the answer's latency."""
    while (now := time.monotonic()) < deadline and not stop.is_set():
        session.sender.tick(now)
        found = link.receive(min(session.sender.due(now), deadline - now))
        if found is None:
            continue
        now = time.monotonic()
        for news in session.sender.take(*found, now):
            session.hear(news, now)
            if isinstance(news, Answer):
                return news
    return None


def _print(index: int, label: int | None, answer: Answer, latency: float | None, to: TextIO) -> None:
    line = {
        "index": index,
        "label": label,
        "digit": answer.digit,
        "probabilities": [round(share, 6) for share in answer.probabilities],
        "sure": answer.sure,
        "latency_ms": None if latency is None else round(latency * 1000, 3),
    }
    print(json.dumps(line), file=to, flush=True)
