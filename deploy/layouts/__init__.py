"""A control surface for Open Stage Control, made from the table of verbs: phone-sized, for a thumb.

    open-stage-control --load deploy/layouts/open-stage-control.json --send WALL:9001 --osc-port 9010

and on the wall `feedback = "THIS-MACHINE:9010"`, so that its faders, switches and words follow the wall for
as long as it runs; or a touch on "follow", which asks for a minute of that. The format is that of version 1:
https://openstagecontrol.ammd.net/docs/widgets/properties-reference/
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from common.control import VERBS, Verb
from common.state_wire import WALL, Reading
from display_node.tree import choices

FILE = Path(__file__).parent / "open-stage-control.json"
FEEDBACK_PORT = 9010
LONGEST = 90.0
"""Seconds on the fader that seeks: more than any tour takes."""
ROOM, SAND, SKY, EMBER, DIM = "#14120f", "#e8b35a", "#7fb2d9", "#d9624f", "#8d8577"

ICONS = {"play": "^play", "pause": "^pause", "next": "^step-forward", "subscribe": "^sync-alt follow"}
COLOURS = {"pause": SKY, "next": SKY, "blackout": SKY, "captions": SKY, "reset": EMBER, "restart": EMBER}
RANGES = {"seek": (0.0, LONGEST)}
SHOWN = ("phase", "chapter", "time", "station", "waiting", "frame_rate")
"""The readings at the top."""
ROWS: Sequence[tuple[float, tuple[str, ...]]] = (
    (2.0, ("play", "pause", "next")),
    (1.0, ("seek",)),
    (1.0, ("volume",)),
    (1.0, ("speed",)),
    (1.0, ("language",)),
    (1.0, ("form",)),
    (1.0, ("exhibit",)),
    (1.4, ("blackout", "captions")),
    (1.0, ("reset", "restart", "subscribe")),
)
"""How much of the height each row takes, and the verbs in it; every verb stands somewhere."""

Widget = dict[str, Any]


def session() -> Widget:
    """The whole file."""
    root = _panel("root", [_state(), *(_row(height, names) for height, names in ROWS)], "vertical")
    root |= {"type": "root", "colorBg": ROOM, "colorText": "#f4efe6", "colorWidget": SAND, "padding": 6}
    return {"createdWith": "Open Stage Control", "version": "1.25.0", "type": "session", "content": root}


def widgets(widget: Widget) -> Iterator[Widget]:
    """A widget and all that it holds."""
    yield widget
    for child in widget.get("widgets", ()):
        yield from widgets(child)


def _state() -> Widget:
    rows = {reading.name: reading for reading in WALL}
    lines = [cell for name in SHOWN for cell in (_word(name), _told(rows[name]))]
    panel = _panel("state", lines, "grid", 2.6)
    return panel | {"gridTemplate": "none / 2fr 3fr", "scroll": False, "colorBg": "#1d1a16"}


def _row(height: float, names: Sequence[str]) -> Widget:
    found = [_control(VERBS[name]) for name in names]
    if len(found) == 1:  # what has no face of its own is called by its name
        found = [_word(names[0]) | {"expand": 1}, found[0] | {"expand": 4}]
    return _panel(f"row_{names[0]}", found, "horizontal", height)


def _panel(id: str, inside: Sequence[Widget], layout: str, expand: float = 1.0) -> Widget:
    return {
        "type": "panel", "id": id, "layout": layout, "expand": expand, "padding": 4, "innerPadding": False,
        "colorBg": "transparent", "lineWidth": 0, "scroll": False, "bypass": True, "widgets": list(inside),
    }  # fmt: skip


def _word(name: str) -> Widget:
    return {
        "type": "text", "id": f"word_{name}", "default": name.replace("_", " "), "address": f"/word/{name}",
        "align": "left", "colorText": DIM, "lineWidth": 0, "bypass": True, "expand": 1,
    }  # fmt: skip


def _told(reading: Reading) -> Widget:
    """What the wall says it is at."""
    return {
        "type": "text", "id": f"state_{reading.name}", "address": reading.address, "default": "–",
        "align": "left", "decimals": 0, "lineWidth": 0, "css": "font-size: 130%;", "expand": 1,
    }  # fmt: skip


def _control(verb: Verb) -> Widget:
    """A button, a toggle, a fader or a switch, as the verb wants it; it sends what the verb takes."""
    common: Widget = {
        "id": verb.name, "address": verb.address, "typeTags": verb.tag, "expand": 1, "comments": verb.help,
        "colorWidget": COLOURS.get(verb.name, SAND),
    }  # fmt: skip
    label = ICONS.get(verb.name, verb.name)
    if verb.name == "subscribe":
        return common | _button(label, "tap", FEEDBACK_PORT)
    if not verb.kind:
        pressed = common | _button(label, "tap", 1) | {"typeTags": "i"}
        return pressed | ({"doubleTap": True, "label": f"{label} (twice)"} if verb.critical else {})
    if verb.whole:
        return common | _button(label, "toggle", 1)
    if verb.kind == "f":
        low, high = RANGES.get(verb.name, (verb.low, verb.high))
        return common | _fader(low, high)
    return common | _switch(choices()[verb.name])


def _button(label: str, mode: str, on: int) -> Widget:
    return {"type": "button", "label": label, "mode": mode, "on": on, "off": 0, "css": "font-size: 130%;"}


def _fader(low: float, high: float) -> Widget:
    span: Mapping[str, float] = {"min": low, "max": high}
    design = {"type": "fader", "horizontal": True, "design": "compact", "snap": True}
    return {**design, "range": span, "decimals": 3}


def _switch(values: Sequence[str]) -> Widget:
    return {"type": "switch", "layout": "horizontal", "values": list(values), "mode": "click"}
