"""What a node's state is told in: one table a role, from which trees, live values and feedback are made.

A wall tells it to surfaces under `/state/…`, by OSC, and under the address of the verb that changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.control import VERBS, Verb
from common.osc import Argument
from common.wire import build


@dataclass(frozen=True, slots=True)
class Reading:
    """One row. `kind` is its type tag: "s", "i" or "f". `unit` as OSCQuery spells it, "" for none."""

    name: str
    kind: str
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"/state/{self.name}"

    def of(self, values: Mapping[str, Any]) -> Argument:
        """This reading out of a node's `values`, as its kind; what is not there, or None, is "" or 0."""
        value = values.get(self.name)
        if self.kind == "s":
            return "" if value is None else str(value)
        return int(value or 0) if self.kind == "i" else round(float(value or 0.0), 3)


SECONDS = "time.second"
FRAMES = (
    Reading("frame_rate", "f", "frames presented within the last second"),
    Reading("frame_age", "f", "seconds since the last frame was presented; -1 before the first", SECONDS),
)
PHASES = ("idle", "drawing", "touring", "answered")
WALL = (
    Reading("phase", "s", "what the wall is doing", choices=PHASES),
    Reading("scene", "s", "what is on the wall"),
    Reading("chapter", "s", "where in it; empty outside of chapters"),
    Reading("time", "f", "seconds into the scene", SECONDS, 0.0),
    Reading("duration", "f", "seconds that the scene takes", SECONDS, 0.0),
    Reading("fraction", "f", "of the scene that is over", "", 0.0, 1.0),
    Reading("rate", "f", "seconds of show per second at this moment; 0: time is held", "", 0.0),
    Reading("speed", "f", "seconds of show per second whenever time runs", "", 0.0),
    Reading("paused", "i", "1 while time is held", "", 0, 1),
    Reading("station", "s", "whose drawing the tour is about; empty without a tour"),
    Reading("tour", "s", "the form of the tour on the wall; empty without one"),
    Reading("waiting", "i", "drawings whose turn is to come", "", 0),
    Reading("awake", "i", "1 once the network answers", "", 0, 1),
    Reading("exhibit", "s", "what a submitted drawing starts"),
    Reading("form", "s", "the length of the tours to come"),
    Reading("language", "s", "of what the wall says"),
    Reading("captions", "i", "1 while captions and legend are shown", "", 0, 1),
    Reading("volume", "f", "loudness of the sound", "gain.linear", 0.0, 1.0),
    Reading("blackout", "i", "1 while the wall is dark", "", 0, 1),
    *FRAMES,
)
STATION = (
    Reading("station", "s", "the station's name"),
    Reading("phase", "s", "what its visitor is doing", choices=("drawing", "waiting", "answered")),
    Reading("busy", "i", "1 while a visitor stands there, with a drawing or its tour", "", 0, 1),
    Reading("display", "s", "the wall that it draws for"),
    Reading("reachable", "i", "1 while that wall answers", "", 0, 1),
    *FRAMES,
)
MACHINE = (
    Reading("uptime", "i", "seconds since it booted", SECONDS, 0),
    Reading("load", "f", "programs that want to run, over a minute", "", 0.0),
    Reading("temperature", "f", "°C of its hottest part; 0 where it can't be read"),
    Reading("free", "f", "megabytes left on the disk of its logs", "", 0.0),
    Reading("opening", "s", "what the opening hours say now", choices=("open", "closed", "unknown")),
    Reading("supervised", "i", "1 while supervisord answers", "", 0, 1),
    Reading("programs", "s", "each program and its state"),
)
CONSOLE = (
    Reading("nodes", "i", "nodes that it knows", "", 0),
    Reading("unsure", "i", "of these, those that somebody should have an eye on", "", 0),
    Reading("bad", "i", "of these, those that no visitor should stand in front of", "", 0),
    Reading("turn_age", "f", "seconds since it last looked around", SECONDS, 0.0),
)
_BY_NAME = {reading.name: reading for reading in WALL}


def shown_by(verb: Verb) -> Reading | None:
    """What tells the current value of that which `verb` sets; None for a button."""
    return _BY_NAME[verb.reading] if verb.reading else None


@dataclass(frozen=True, slots=True)
class Told:
    """An address at which a surface hears `reading`."""

    address: str
    tag: str
    reading: Reading

    def encode(self, value: Argument) -> bytes:
        """The message; `value` as `reading.of` gives it."""
        return build(self.address, self.tag, value)


def told(readings: tuple[Reading, ...] = WALL) -> list[Told]:
    """All that a wall tells surfaces: its readings, and for each verb the value that it has now."""
    shown = [(verb, shown_by(verb)) for verb in VERBS.values()]
    return [Told(reading.address, reading.kind, reading) for reading in readings] + [
        Told(verb.address, verb.tag, reading) for verb, reading in shown if reading is not None
    ]


CONTAINERS = {
    "/": "a node of Sandglass",
    "/control": "what an operator can say, from an address that may, to the OSC port",
    "/state": "how it is, at this moment; to be read, or listened to",
    "/drawing": "what stations send",
    "/machine": "what a keeper can be told, by who has the key",
}
"""What stands at the branches of a node's tree."""
