"""All that the console knows of one node, and when it learnt it. Times are monotonic seconds."""

from dataclasses import dataclass, field
from typing import Any

from common.errors import plain
from common.link import Address
from common.machine import Report
from common.peer import Peer

Page = dict[str, Any]
"""A node's JSON. Anybody may have written it: whoever reads a value looks first at what it is."""

LONGEST = 64
"""Letters of a text that is shown."""
LARGEST = 1e12
"""No number that a node tells is as large."""


@dataclass
class Picture:
    """A wall's frame as PNG. `born`: when it was presented; `mark`: tells it from others."""

    data: bytes
    mark: str
    born: float


@dataclass
class Watched:
    """One node. `known`: since when; `peer`: as its beats say, None for one that is remembered only.

    `page`: its last /health, at `page_at`; `failure`: how the last attempt failed, "" if it did not:
    "refused" (nobody has that port), "silent" (somebody has, and says nothing), "unreachable" or "odd".
    """

    id: str
    role: str
    name: str
    host: str
    known: float
    http_port: int = 0
    peer: Peer | None = None
    page: Page = field(default_factory=dict)
    page_at: float | None = None
    failure: str = ""
    picture: Picture | None = None
    visitors: Page = field(default_factory=dict)
    control: Address | None = None
    """Where it hears an operator, as far as its tree says; its host may be loopback."""
    options: dict[str, list[str]] = field(default_factory=dict)
    """By verb, what its tree says that it can be given."""
    report: Report | None = None
    report_at: float | None = None

    def meet(self, peer: Peer) -> None:
        """Its newest beat."""
        if peer.http_port != self.http_port or peer.address[0] != self.host:
            self.control, self.options = None, {}
        self.peer, self.name, self.role = peer, peer.name, peer.role
        self.host, self.http_port = peer.address[0], peer.http_port

    @property
    def heard(self) -> float | None:
        """When it beat last."""
        return self.peer.heard if self.peer else None

    def contact(self) -> float | None:
        """When there was any sign of it."""
        return max((at for at in (self.heard, self.page_at) if at is not None), default=None)

    def number(self, key: str) -> float | None:
        """A number of its page; None if it is none."""
        return number(self.page, key)

    def text(self, key: str) -> str:
        """A text of its page, fit to be shown, and no longer than a page of ours would want it."""
        value = self.page.get(key)
        return plain(value, LONGEST) if isinstance(value, str) else ""

    def frame_age(self, now: float) -> float | None:
        """Seconds since it presented a frame, as far as it can be known; None before the first."""
        told = self.number("frame_age")
        return None if told is None or self.page_at is None else told + (now - self.page_at)


def number(page: Page, key: str) -> float | None:
    value = page.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < LARGEST else None
