"""Words in a caption that wear the colour of the thing they name: `A [filter:filter]: nine weights`. Pure."""

import re

ROLES = ("drawing", "filter", "product", "result", "answer")
"""What words may name, in the order of the first of `scene.Tint`."""

_NAMED = re.compile(rf"\[({'|'.join(ROLES)}):([^\[\]]+)\]")

Run = tuple[str, str | None]
"""Characters, and the role whose colour they wear; None for the caption's own."""


def parse(text: str) -> list[Run]:
    """The runs of `text`, in order, none empty. An unknown role or a stray bracket stays as it is written."""
    runs: list[Run] = []
    done = 0
    for found in _NAMED.finditer(text):
        runs += [(text[done : found.start()], None), (found[2], found[1])]
        done = found.end()
    runs.append((text[done:], None))
    return [run for run in runs if run[0]]


def plain(text: str) -> str:
    """What is left to read."""
    return _NAMED.sub(r"\2", text)
