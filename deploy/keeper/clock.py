"""What the kernel and the board say to this machine's clock; what follows from it is in `plan.py`, purely.

Only what was read counts against a clock. Where there is nothing to be read, on another system or in a
container, it is believed.
"""

import ctypes
import datetime as dt
import errno
from collections.abc import Callable
from pathlib import Path

from deploy.hours.plan import strayed

SURE = 16_000_000
"""Microseconds of error, the kernel's most: below it, timedatectl too says `synchronized: yes`."""


class _Timex(ctypes.Structure):
    """The head of `struct timex`, adjtimex(2), and more than room enough for what follows it."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    ]


def synchronised() -> bool:
    """Whether the clock was compared with a better one within the last hours; yes if that can't be told."""
    asked = _Timex()  # with modes 0 it only asks
    try:
        told = ctypes.CDLL(None).adjtimex(ctypes.byref(asked))
    except (OSError, AttributeError):  # this is no Linux
        return True
    return bool(told < 0 or asked.maxerror < SURE)


def boards(sys: Path = Path("/sys/class")) -> list[float]:
    """What the board's clocks show, in seconds since 1970."""
    found = []
    for path in sorted((sys / "rtc").glob("rtc*/since_epoch")):
        try:
            found.append(float(path.read_text()))
        except OSError as error:
            if error.errno == errno.EINVAL:  # a date that is none, says the kernel: nobody set it
                found.append(0.0)  # anything else is a reading that failed, and says nothing
        except ValueError:
            continue
    return found


def clock_lost(
    now: dt.datetime, sys: Path = Path("/sys/class"), certain: Callable[[], bool] = synchronised
) -> bool:
    """Whether what this machine shows, `now`, is a guess."""
    return not certain() and strayed(now, boards(sys))
