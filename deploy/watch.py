"""superlance's `httpok`, fit for a wall: an event listener, `python -m deploy.watch -E -t 3 -p NAME URL`.

Its options are httpok's. What differs is how it acts once a page is not as it should be:

- it looks a second time, so that one slow second of a busy wall costs no show: whatever presented frames
  between the two looks is alive;
- it is patient while a program starts: importing torch from a cold disk takes longer than supervisor's
  `startsecs`, and there is no page before that, or nobody has time to answer it while shaders are compiled;
  httpok would kill a wall for ever before its first frame;
- it kills, and leaves the starting to supervisor's `autorestart`: httpok stops and starts, so a program
  stays down if httpok itself ends in between, and a stopped (SIGSTOP) one holds it for `stopwaitsecs`.
"""

import http.client
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from superlance import httpok
from supervisor import childutils
from supervisor.states import ProcessStates

from deploy.keeper.readings import process_age, process_work

GRACE = 120.0
"""Seconds that a program may take from its start to its first frame."""
AGAIN = 2.5
"""Seconds between the two looks: above `common.health.STALE_AFTER`, the age at which a page turns to 503."""
LOOK_WITHIN = 1.0
"""Seconds for the second look; httpok itself has waited already."""
BUSY = 0.1
"""Seconds of processor in a look at a silent page, from which a program counts as at work."""


@dataclass(frozen=True, slots=True)
class Look:
    """`answered`: there was a page at all; `listening`: somebody has the port; `frames`: presented so far.

    `busy`: the program was at work meanwhile.
    """

    listening: bool
    answered: bool = False
    ok: bool = False
    frames: int = 0
    busy: bool = False


def look(url: str) -> Look:
    try:
        try:
            with urllib.request.urlopen(url, timeout=LOOK_WITHIN) as reply:
                return Look(True, True, True, _frames(reply.read()))
        except urllib.error.HTTPError as error:
            return Look(True, True, False, _frames(error.read()))
    except urllib.error.URLError as error:
        return Look(not isinstance(error.reason, ConnectionRefusedError))
    except (OSError, ValueError, RecursionError, http.client.HTTPException):  # silence, or half a page
        return Look(True)


def frozen(first: Look, second: Callable[[], Look], age: float) -> bool:
    """Whether a program that was started `age` seconds ago is to be killed. `second` looks again, later."""
    starting = first.frames == 0 and (first.answered or first.busy)
    if (starting or not first.listening) and age < GRACE:
        return False
    if first.answered and not first.ok:
        again = second()
        return not again.ok and again.frames <= first.frames
    return not first.ok


class Watch(httpok.HTTPOk):
    """httpok finds out *that* something is wrong (its `runforever`); this decides what to do about it."""

    def restart(self, spec: dict[str, Any], write: Callable[[str], None]) -> None:
        name = f"{spec['group']}:{spec['name']}"
        if spec["state"] != ProcessStates.RUNNING:
            return
        # Not by supervisor's own times: the clock of a machine without a battery is set while we start.
        age, worked = process_age(spec["pid"]), process_work(spec["pid"])
        first = look(self.url)
        first = replace(first, busy=process_work(spec["pid"]) - worked >= BUSY)
        if not frozen(first, self._again, spec["now"] - spec["start"] if age is None else age):
            write(f"{name} is starting, or slow but alive: left alone")
            return
        write(f"{name} presents no frames: killed, to be started again")
        try:
            self.rpc.supervisor.signalProcess(name, "KILL")
        except xmlrpc.client.Fault as fault:  # it has just ended by itself
            write(f"{name}: {fault.faultString}")

    def _again(self) -> Look:
        time.sleep(AGAIN)
        return look(self.url)


def _frames(body: bytes) -> int:
    try:
        frames = json.loads(body).get("frames", 0)
    except (ValueError, AttributeError):
        return 0
    return frames if isinstance(frames, int) else 0


def _idle() -> int:
    """A node that takes any free port can't be watched; the listener stays, and takes its events."""
    line: Any = childutils.listener
    while True:
        line.wait(sys.stdin, sys.stdout)
        line.ok(sys.stdout)


def main() -> int:
    """httpok's own `main`, which reads the options and goes round, with our class in its place."""
    if urllib.parse.urlsplit(sys.argv[-1]).port == 0:
        return _idle()
    listener: Any = httpok
    listener.HTTPOk = Watch
    listener.main(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
