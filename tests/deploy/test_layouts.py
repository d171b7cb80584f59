"""The ready control surface: as the table of verbs makes it, and all that it can send is a command."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from common import control, osc
from common.control import VERBS, Control
from common.state_wire import told
from deploy.layouts import FILE, SHOWN, Widget, session, widgets
from display_node.tree import choices

ALL = list(widgets(session()["content"]))
SENDING = [widget for widget in ALL if not widget.get("bypass") and widget["type"] != "text"]


def test_the_file_is_what_the_table_makes() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == session(), "run python -m deploy.layouts"


def test_every_verb_stands_on_it_once() -> None:
    assert sorted(widget["address"] for widget in SENDING) == sorted(verb.address for verb in VERBS.values())
    ids = [widget["id"] for widget in ALL]
    assert len(ids) == len(set(ids))  # widgets of one id would move together


def sent(widget: Widget) -> Iterator[Any]:
    """Every value that a thumb can make it send, of a fader's the ends."""
    if widget["type"] == "button":
        yield from [widget["on"]] if widget["mode"] == "tap" else [widget["on"], widget["off"]]
    elif widget["type"] == "fader":
        yield from widget["range"].values()
    else:
        yield from widget["values"]


@pytest.mark.parametrize("widget", SENDING, ids=lambda widget: str(widget["id"]))
def test_all_that_it_sends_is_a_command(widget: Widget) -> None:
    name = widget["id"]
    values = list(sent(widget))
    assert values
    for value in values:
        message = osc.build(widget["address"], widget["typeTags"], [value])
        assert control.decode(message) == [Control(name, pytest.approx(value) if VERBS[name].kind else None)]
    if name in choices():
        assert values == list(choices()[name])


def test_what_it_shows_is_told() -> None:
    heard = {one.address for one in told()}
    shown = [widget["address"] for widget in ALL if widget["type"] == "text" and not widget.get("bypass")]
    assert len(shown) == len(SHOWN)
    assert set(shown) <= heard
    following = {widget["address"] for widget in SENDING if widget["type"] != "button"}
    assert following <= heard


def test_what_is_critical_takes_two_taps() -> None:
    for widget in SENDING:
        assert widget.get("doubleTap", False) == VERBS[widget["id"]].critical
