"""Every error of ours, as one tree.

    SandglassError
    ├── ConfigError      a setting, an option or a config file is wrong
    ├── DataError        a file of drawings, weights, captions or a data set is wrong
    ├── GraphicsError    no GL, no font, no monitor
    ├── LinkError        a port cannot be had
    ├── ScratchError     our own tensor library was asked for what it hasn't (display_node/scratch/errors.py)
    └── WireError        we asked `common.wire` to encode what the wire cannot say
        └── Refused      a *peer* sent what the wire does not allow

Local misuse raises and ends in one line for the person at the machine (see `explain`).
`Refused` never leaves the receiver: it is counted, logged once, and the datagram is dropped.
"""

import sys
from collections.abc import Callable


class SandglassError(Exception):
    """Base of the tree. The message names the value that is wrong and what to do about it."""


class ConfigError(SandglassError):
    pass


class DataError(SandglassError):
    pass


class GraphicsError(SandglassError):
    pass


class LinkError(SandglassError):
    pass


class WireError(SandglassError):
    pass


class Refused(WireError):
    """A datagram that the wire does not allow.

    `kind` is one of a small fixed set, so that counters keyed by it cannot be grown by a peer;
    `detail` is for the log.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail


def plain(said: object, most: int = 300) -> str:
    """What a stranger's file says, fit to be printed: one line, no control characters, not endless."""
    text = str(said)
    shown = "".join(letter if letter.isprintable() else "?" for letter in text[:most])
    return shown if len(text) <= most else f"{shown}…"


def explain(main: Callable[[], int]) -> int:
    """Run a command's `main`; an error of ours becomes one line on stderr and exit status 2."""
    try:
        return main()
    except SandglassError as error:
        print(f"sandglass: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
