"""systemd's watchdog, told by datagrams (sd_notify(3)). Without systemd it does nothing."""

import os
import socket

PATIENCE = 15
"""Seconds after which systemd starts all anew if it was not fed: a keeper that hangs is started by its own
watch within these. The unit gives longer until the first time: a slow machine that imports five programs at
once from a cold disk must not be killed for it."""


def begin() -> None:
    """A keeper is being started, by nobody but supervisord: so that is alive, whatever becomes of the keeper.

    The unit's own patience again (systemd tells it, sd_watchdog_enabled(3)): the keeper before this one has
    left seconds only, in which one that can't start is not tried again.
    """
    patience = os.environ.get("WATCHDOG_USEC", "")
    _tell(f"WATCHDOG_USEC={patience}\nWATCHDOG=1" if patience.isdecimal() else "WATCHDOG=1")


def feed() -> None:
    """All is well, says the keeper: supervisord has just answered."""
    _tell(f"WATCHDOG_USEC={PATIENCE}000000\nWATCHDOG=1")


def trip() -> bool:
    """Start all anew now. False without systemd."""
    return _tell("WATCHDOG=trigger")


def _tell(word: str) -> bool:
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto(word.encode(), f"\0{path[1:]}" if path.startswith("@") else path)
    except OSError:  # systemd is busy: the next one will do
        return False
    return True
