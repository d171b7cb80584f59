"""What is promised of recoveries, in seconds, and what a machine that is slow may add.

The promises are a gallery's, whose machine does nothing else. Where tests run, the same start can take one
second or ten. So each is held against a baseline of the same run besides: how long the same programs took to
present frames when they were first started.
"""

from collections.abc import Callable
from pathlib import Path

DEATH, HANG, NETWORK = 5.0, 20.0, 5.0
"""From a process' end, its freezing, its network's return, until frames are presented again."""
TRIES = 3
"""A machine that stands still for seconds does so once: what is promised must be seen in one of so many."""
REPORT = Path("out/recovery.txt")


def allowed(promise: float, start: float) -> float:
    """Seconds that a recovery may take where a first start took `start`.

    As promised, as long as that is within half of `DEATH`; what it is beyond is added.
    """
    return promise + max(0.0, start - DEATH / 2)


def held(
    what: str, took: float, promise: float, start: float, again: Callable[[], float] | None = None
) -> None:
    """Into the report, and on the screen; then it must be within what is allowed.

    `again` does the same harm anew, and gives what that took: one of `TRIES` must be within it.
    """
    for left in reversed(range(TRIES if again else 1)):
        line = f"{what}: after {took:.1f} s (budget {promise:.0f} s; a first start took {start:.1f} s)"
        print(f"\n{line}")
        REPORT.parent.mkdir(exist_ok=True)
        with REPORT.open("a") as file:
            file.write(f"{line}\n")
        if took < allowed(promise, start):
            return
        if again and left:
            took = again()
    raise AssertionError(line)
