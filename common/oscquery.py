"""OSCQuery: what a node hears and tells, described as a tree of JSON.

Made from the tables that dispatch (`control.VERBS`) and that tell (`state_wire`), so it cannot say what is
not so. Pure: paths in, replies out. Proposal: https://github.com/Vidvox/OSCQueryProposal
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from common.control import VERBS
from common.osc import Argument
from common.state_wire import Reading, shown_by
from common.wire import Clear, Hello, Preview, Submit, build

NOTHING, READ, WRITE, BOTH = 0, 1, 2, 3
"""`ACCESS`: a container's, a reading's, that of a message which leaves nothing to read, a setting's."""
ATTRIBUTES = (
    "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "UNIT", "CRITICAL",
    "EXTENDED_TYPE",
)  # fmt: skip
"""All that may be asked for by `?NAME`; with any other name the question is a bad one."""
EXTENSIONS = {
    **dict.fromkeys(ATTRIBUTES[3:], True),
    "LISTEN": True,
    "IGNORE": True,
    # Ours: values are told over the WebSocket, never taken. Commands come by OSC, where it is known whose.
    "WS_WRITE": False,
    "PATH_CHANGED": False,
    "OVERLOADS": False,
    "CLIPMODE": False,
    "TAGS": False,
    "HTML": False,
}
MUTE = {**EXTENSIONS, "LISTEN": False, "IGNORE": False}
"""Of a node that tells nothing unasked."""
PICTURE = ("station", "drawing", "sequence", "side", "bitmap.grey8")

Range = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One address. `ranges` and `extended`: one entry for each letter of `type`, or none at all."""

    path: str
    type: str
    access: int
    help: str
    ranges: tuple[Range, ...] = ()
    reading: Reading | None = None
    unit: str = ""
    extended: tuple[str, ...] = ()
    critical: bool = False

    def value(self, values: Mapping[str, Any]) -> Argument:
        """Now, out of all of the node's `values`; only of a method that can be read."""
        assert self.reading is not None
        return self.reading.of(values)

    def encode(self, value: Argument) -> bytes:
        """The OSC packet that tells `value`."""
        return build(self.path, self.type, value)

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"FULL_PATH": self.path, "TYPE": self.type, "ACCESS": self.access}
        found["DESCRIPTION"] = self.help
        if self.access & READ:
            found["VALUE"] = [self.value(values)]
        if self.ranges:
            found["RANGE"] = [dict(range_) for range_ in self.ranges]
        if self.unit:
            found["UNIT"] = [self.unit]
        if self.extended:
            found["EXTENDED_TYPE"] = list(self.extended)
        if self.critical:
            found["CRITICAL"] = True
        return found


def readings(table: Iterable[Reading]) -> list[Method]:
    """A node's state, to be read only."""
    return [
        Method(row.address, row.kind, READ, row.help, _range(row.low, row.high, row.choices), row, row.unit)
        for row in table
    ]


def verbs(choices: Mapping[str, Sequence[str]]) -> list[Method]:
    """All that an operator can say; `choices` by the names of verbs that take one of a few texts."""
    found = []
    for verb in VERBS.values():
        shown = shown_by(verb)
        low, high = (verb.low, verb.high) if verb.kind == "f" else (None, None)
        method = Method(verb.address, verb.tag, BOTH if shown else WRITE, verb.help, critical=verb.critical)
        ranges = _range(low, high, choices.get(verb.name, ()), whole=verb.whole)
        found.append(replace(method, ranges=ranges, reading=shown, unit=shown.unit if shown else ""))
    return found


def drawings(port: int) -> list[Method]:
    """What stations send, which goes to a port of its own."""
    found = []
    for message in (Preview, Submit, Clear, Hello):
        told = (message.__doc__ or "").strip().partition("\n")[0]
        extended = PICTURE[: len(message.TAGS)]
        help = f"{told} (UDP port {port})"
        found.append(Method(message.ADDRESS, message.TAGS, WRITE, help, extended=extended))
    return found


def _range(
    low: float | None, high: float | None, choices: Sequence[str] = (), *, whole: bool = False
) -> tuple[Range, ...]:
    if choices:
        return ({"VALS": list(choices)},)
    bounds = {"MIN": low, "MAX": high}
    found = {name: int(at) if whole else at for name, at in bounds.items() if at is not None}
    return (found,) if found else ()


class Tree:
    """`methods` by their paths, with the containers above them; `containers` says what those hold.

    `values` gives the node's state now, from any thread. `host`: what HOST_INFO says besides `EXTENSIONS`.
    `listening`: whether values can be listened to over a WebSocket at the same port.
    """

    def __init__(
        self,
        methods: Iterable[Method],
        values: Callable[[], Mapping[str, Any]],
        host: Mapping[str, Any],
        containers: Mapping[str, str],
        *,
        listening: bool = True,
    ) -> None:
        self.values = values
        self._host, self._containers, self._listening = host, containers, listening
        self._methods = {method.path: method for method in methods}
        self.live = {path: method for path, method in self._methods.items() if method.access & READ}
        """Those that can be listened to."""
        self._children: dict[str, list[str]] = {"/": []}
        for path in self._methods:
            above, _, name = path.rpartition("/")
            self._children.setdefault(above, []).append(name)
            if above.removeprefix("/") not in self._children["/"]:
                self._children["/"].append(above.removeprefix("/"))

    def answer(self, path: str, query: str, port: int) -> tuple[int, bytes]:
        """Status and JSON for `GET path?query` at the HTTP port `port`."""
        if query == "HOST_INFO":
            socket = {"EXTENSIONS": EXTENSIONS, "WS_PORT": port} if self._listening else {"EXTENSIONS": MUTE}
            return 200, _json({**self._host, **socket})
        found = self._find(unquote(path).rstrip("/") or "/")
        if found is None:
            return 404, _json({"error": f"nothing at {path[:64]}"})
        if not query:
            return 200, _json(found)
        if query not in ATTRIBUTES:
            return 400, _json({"error": f"no attribute {query[:64]}; there are {', '.join(ATTRIBUTES)}"})
        return (200, _json({query: found[query]})) if query in found else (204, b"")

    def _find(self, path: str) -> dict[str, Any] | None:
        values = self.values()
        return self._describe(path, values) if path in self._methods or path in self._children else None

    def _describe(self, path: str, values: Mapping[str, Any]) -> dict[str, Any]:
        if (method := self._methods.get(path)) is not None:
            return method.describe(values)
        stem = path.rstrip("/")
        inside = {name: self._describe(f"{stem}/{name}", values) for name in self._children[path]}
        told = self._containers.get(path, "")
        return {"FULL_PATH": path, "ACCESS": NOTHING, "DESCRIPTION": told, "CONTENTS": inside}


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
