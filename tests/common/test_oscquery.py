"""The OSCQuery tree: of the proposal's shape, and made from the tables that dispatch."""

import json
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from common import control, osc, wire
from common.oscquery import ATTRIBUTES, EXTENSIONS, Tree, drawings, readings, verbs
from common.state_wire import CONTAINERS, STATION, WALL, told
from tests.oscquery_schema import check, check_host, nodes

VALUES: dict[str, Any] = {
    "phase": "touring", "scene": "convolution", "time": 12.34567, "speed": 1.0, "paused": True, "waiting": 2,
    "station": "모래시계", "language": "en+ko", "exhibit": "convolution", "form": "auto", "volume": 0.25,
    "chapter": None, "blackout": False, "captions": True,
}  # fmt: skip
CHOICES = {"form": ("auto", "full", "short"), "exhibit": ("convolution", "listening")}
HOST = {"NAME": "Sandglass wall", "OSC_PORT": 9001, "OSC_TRANSPORT": "UDP"}


@pytest.fixture
def tree() -> Tree:
    methods = [*verbs(CHOICES), *readings(WALL), *drawings(9000)]
    return Tree(methods, lambda: VALUES, HOST, CONTAINERS)


def ask(tree: Tree, path: str, query: str = "") -> tuple[int, Any]:
    status, body = tree.answer(path, query, 9002)
    return status, json.loads(body) if body else None


def test_it_is_a_tree_of_the_proposal(tree: Tree) -> None:
    status, document = ask(tree, "/")
    assert status == 200
    check(document)
    assert list(document["CONTENTS"]) == ["control", "state", "drawing"]
    status, host = ask(tree, "/", "HOST_INFO")
    check_host(host)
    assert (host["OSC_PORT"], host["OSC_TRANSPORT"], host["WS_PORT"]) == (9001, "UDP", 9002)
    assert host["EXTENSIONS"]["LISTEN"]
    assert not host["EXTENSIONS"]["WS_WRITE"]
    assert ask(tree, "/state/phase", "HOST_INFO") == (200, host)


def test_what_is_no_tree_of_the_proposal_is_told_from_one(tree: Tree) -> None:
    whole = ask(tree, "/")[1]
    spoilt = {
        ("control", "seek", "ACCESS"): 4,
        ("control", "seek", "VALUE"): ["soon"],
        ("control", "speed", "VALUE"): [99.0],
        ("control", "form", "VALUE"): ["longest"],
        ("control", "next", "VALUE"): [1],
        ("state", "phase", "FULL_PATH"): "/state/other",
        ("state", "phase", "RANGE"): [{"LOW": 0}],
        ("state", "phase", "TYPE"): "ss",
        ("drawing", "clear", "EXTENDED_TYPE"): ["station"],
    }
    for (container, name, attribute), value in spoilt.items():
        document = deepcopy(whole)
        document["CONTENTS"][container]["CONTENTS"][name][attribute] = value
        with pytest.raises((jsonschema.ValidationError, AssertionError)):
            check(document)


def test_every_node_answers_and_so_does_each_of_its_attributes(tree: Tree) -> None:
    found = list(nodes(ask(tree, "/")[1]))
    assert len(found) == 1 + 3 + len(control.VERBS) + len(WALL) + 4
    for node in found:
        assert ask(tree, node["FULL_PATH"]) == (200, node)
        for attribute in ATTRIBUTES:
            expected = (200, {attribute: node[attribute]}) if attribute in node else (204, None)
            assert ask(tree, node["FULL_PATH"], attribute) == expected
    said = {attribute for node in found for attribute in node}
    assert said == set(ATTRIBUTES)  # none is claimed in vain
    assert {name for name, able in EXTENSIONS.items() if able} >= set(ATTRIBUTES[3:])


def test_every_verb_stands_in_it_as_it_is_dispatched(tree: Tree) -> None:
    described = ask(tree, "/control")[1]["CONTENTS"]
    assert list(described) == list(control.VERBS)
    for name, node in described.items():
        verb = control.VERBS[name]
        assert node["DESCRIPTION"] == verb.help
        assert node.get("CRITICAL", False) == verb.critical
        given = {"N": None, "s": "en", "i": 1, "f": 1.0}[node["TYPE"]]
        for limit in ("MIN", "MAX"):
            if node["TYPE"] in "if":
                given = node["RANGE"][0][limit]
            (command,) = control.decode(osc.build(node["FULL_PATH"], node["TYPE"], [given]))
            assert command.verb == name
        if node["TYPE"] in "if":
            beyond = osc.build(node["FULL_PATH"], "f", [node["RANGE"][0]["MAX"] + 1.0])
            with pytest.raises(wire.Refused):
                control.decode(beyond)
    assert described["form"]["RANGE"] == [{"VALS": ["auto", "full", "short"]}]
    assert described["restart"]["CRITICAL"] is True


def test_values_are_those_of_this_moment(tree: Tree) -> None:
    assert ask(tree, "/state/time", "VALUE") == (200, {"VALUE": [12.346]})
    assert ask(tree, "/control/seek", "VALUE") == (200, {"VALUE": [12.346]})
    assert ask(tree, "/state/paused", "VALUE") == (200, {"VALUE": [1]})
    assert ask(tree, "/state/chapter", "VALUE") == (200, {"VALUE": [""]})
    assert "모래시계".encode() in tree.answer("/state/station", "VALUE", 1)[1]
    assert ask(tree, "/state/time", "UNIT") == (200, {"UNIT": ["time.second"]})


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/nothing", "", 404),
        ("/nothing", "VALUE", 404),
        ("/state/phase/more", "", 404),
        ("//", "", 200),
        ("/state/", "", 200),
        ("/st%61te/phase", "", 200),
        ("/%ff%00", "", 404),
        ("", "", 200),
        ("/state/phase", "value", 400),
        ("/state/phase", "VALUE=1", 400),
        ("/state/phase", "VALUE&TYPE", 400),
        ("/state/phase", "TAGS", 400),
        ("/control/next", "VALUE", 204),
        ("/control", "TYPE", 204),
        ("/state/phase", "CONTENTS", 204),
    ],
)
def test_errors_are_those_of_the_proposal(tree: Tree, path: str, query: str, status: int) -> None:
    assert ask(tree, path, query)[0] == status


def test_what_stations_send_stands_in_it_as_it_is_decoded(tree: Tree) -> None:
    described = ask(tree, "/drawing")[1]["CONTENTS"]
    assert {name: node["TYPE"] for name, node in described.items()} == {
        "preview": "shiib", "submit": "shiib", "clear": "sh", "hello": "sh",
    }  # fmt: skip
    assert all(node["ACCESS"] == 2 and "9000" in node["DESCRIPTION"] for node in described.values())


def test_a_stations_tree_has_nothing_to_command() -> None:
    station = Tree(readings(STATION), lambda: {"phase": "drawing"}, {"NAME": "Sandglass station"}, CONTAINERS)
    document = ask(station, "/")[1]
    check(document)
    assert list(document["CONTENTS"]) == ["state"]
    assert all(node["ACCESS"] in (0, 1) for node in nodes(document))
    check_host(ask(station, "/", "HOST_INFO")[1])


def test_all_that_a_wall_tells_is_osc(tree: Tree) -> None:
    for one in told():
        value = one.reading.of(VALUES)
        (message,) = osc.messages(one.encode(value))
        assert (message.address, message.tags) == (one.address, one.tag)
        assert message.arguments[0] == (pytest.approx(value) if one.tag == "f" else value)
    for path, method in tree.live.items():
        (message,) = osc.messages(method.encode(method.value(VALUES)))
        assert message.address == path
