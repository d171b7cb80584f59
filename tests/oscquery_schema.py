"""The OSCQuery proposal as JSON schemas: what a node of a tree, and HOST_INFO, may look like.

Written from https://github.com/Vidvox/OSCQueryProposal; what a schema cannot say, that lists are as long as
the type tag string, `check` says.
"""

from collections.abc import Iterator
from typing import Any

import jsonschema

LIST = {"type": "array", "minItems": 1}
RANGE = {
    "type": "object",
    "properties": {
        "MIN": {"type": "number"},
        "MAX": {"type": "number"},
        "VALS": {"type": "array", "minItems": 1, "uniqueItems": True},
    },
    "minProperties": 1,
    "additionalProperties": False,
}
NODE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "FULL_PATH": {"type": "string", "pattern": "^/[^ #*,?\\[\\]{}]*$"},
        "CONTENTS": {"type": "object", "additionalProperties": {"$ref": "#"}},
        "TYPE": {"type": "string", "pattern": "^[ifsbhtdScrmTFNI\\[\\]]+$"},
        "ACCESS": {"enum": [0, 1, 2, 3]},
        "VALUE": LIST,
        "RANGE": {**LIST, "items": {"anyOf": [RANGE, {"type": "null"}]}},
        "DESCRIPTION": {"type": "string"},
        "TAGS": {**LIST, "items": {"type": "string"}},
        "EXTENDED_TYPE": {**LIST, "items": {"type": "string"}},
        "UNIT": {**LIST, "items": {"type": "string"}},
        "CRITICAL": {"type": "boolean"},
        "CLIPMODE": {**LIST, "items": {"enum": ["none", "low", "high", "both"]}},
        "OVERLOADS": {"type": "array"},
    },
    "required": ["FULL_PATH", "ACCESS", "DESCRIPTION"],
    "additionalProperties": False,
    "oneOf": [
        {"required": ["CONTENTS"], "properties": {"ACCESS": {"const": 0}, "TYPE": False, "VALUE": False}},
        {"required": ["TYPE"], "properties": {"CONTENTS": False}},
    ],
    "if": {"required": ["VALUE"]},
    "then": {"properties": {"ACCESS": {"enum": [1, 3]}}},
    "else": {"properties": {"ACCESS": {"enum": [0, 2]}}},
}
HOST_INFO = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "NAME": {"type": "string", "minLength": 1},
        "EXTENSIONS": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "OSC_IP": {"type": "string", "format": "ipv4"},
        "OSC_PORT": {"type": "integer", "minimum": 1, "maximum": 65535},
        "OSC_TRANSPORT": {"enum": ["UDP", "TCP"]},
        "WS_IP": {"type": "string", "format": "ipv4"},
        "WS_PORT": {"type": "integer", "minimum": 1, "maximum": 65535},
    },
    "required": ["NAME", "EXTENSIONS"],
    "additionalProperties": False,
}
JSON_TYPES: dict[str, type | tuple[type, ...]] = {"i": int, "h": int, "f": (int, float), "s": str}


def check_host(document: Any) -> None:
    jsonschema.validate(document, HOST_INFO, format_checker=jsonschema.FormatChecker())


def check(document: Any) -> None:
    """Raises for whatever is not a tree of the proposal."""
    jsonschema.validate(document, NODE)
    for node in nodes(document):
        path = node["FULL_PATH"]
        for name, child in node.get("CONTENTS", {}).items():
            assert child["FULL_PATH"] == f"{path.rstrip('/')}/{name}"
        tags = node.get("TYPE", "")
        for attribute in ("VALUE", "RANGE", "EXTENDED_TYPE", "UNIT", "CLIPMODE"):
            assert attribute not in node or len(node[attribute]) == len(tags), f"{path} {attribute}"
        for tag, value in zip(tags, node.get("VALUE", ()), strict=False):
            assert isinstance(value, JSON_TYPES[tag]), f"{path} is {value!r}, not {tag}"
            assert not isinstance(value, bool), path
        for value, allowed in zip(node.get("VALUE", ()), node.get("RANGE", ()), strict=False):
            assert allowed.get("MIN", value) <= value <= allowed.get("MAX", value), f"{path} {value}"
            assert value in allowed.get("VALS", [value]), f"{path} {value}"


def nodes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node and all below it."""
    yield document
    for child in document.get("CONTENTS", {}).values():
        yield from nodes(child)
