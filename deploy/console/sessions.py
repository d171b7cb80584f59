"""Who is logged in, and who may try again when. Pure: time is handed in, in monotonic seconds."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

LASTS = 12 * 3600.0
"""Seconds of a session: an opening day."""
MOST = 64
"""Sessions at once; the oldest makes room."""
FREE = 3
"""Failures before the first delay."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
"""Seconds; doubled with each further failure."""
FORGIVEN = 3600.0
"""Seconds without a failure after which the past is forgotten."""
MOST_SOURCES = 1024


@dataclass(frozen=True)
class Session:
    """`key` is the cookie's; `csrf` is told to the page, and to nobody who cannot read it."""

    key: str
    csrf: str
    ends: float


class Sessions:
    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, now: float) -> Session:
        made = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now + LASTS)
        self._sessions[made.key] = made
        if len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return made

    def find(self, key: str, now: float) -> Session | None:
        found = self._sessions.get(key)
        if found and now >= found.ends:
            del self._sessions[key]
            return None
        return found

    def end(self, key: str) -> None:
        self._sessions.pop(key, None)

    def end_all(self) -> None:
        self._sessions.clear()


@dataclass
class _Tries:
    failures: int
    last: float


class Tries:
    """Failed log-ins by source address, each delaying the next one more."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Tries] = OrderedDict()

    def wait(self, source: str, now: float) -> float:
        """Seconds until this source may try again; 0 for now."""
        tries = self._sources.get(source)
        if tries is None:
            return 0.0
        if now - tries.last > FORGIVEN:
            del self._sources[source]
            return 0.0
        over = tries.failures - FREE
        delay = 0.0 if over < 0 else min(FIRST_DELAY * 2.0 ** min(over, 20), LONGEST_DELAY)
        return max(0.0, tries.last + delay - now)

    def failed(self, source: str, now: float) -> None:
        """Counted before the password is looked at, so that many at once are not one."""
        tries = self._sources.pop(source, None) or _Tries(0, now)
        tries.failures, tries.last = tries.failures + 1, now
        self._sources[source] = tries
        if len(self._sources) > MOST_SOURCES:
            self._sources.popitem(last=False)

    def succeeded(self, source: str) -> None:
        self._sources.pop(source, None)
