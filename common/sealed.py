"""A link on which only those who share a key are heard. Everyone else keeps using `Link`.

The first datagrams to somebody are sealed for session 0, since theirs is not known. The answer, `Reseal`,
tells it, and what was sent within the last moments goes out again under its old numbers: so a peer that
restarted is talked to again within a round trip, and what it had taken already it doesn't take twice.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from common.counters import Counters
from common.errors import Refused
from common.key import read_key
from common.link import Address, Link, UdpLink
from common.seal import Reseal, Seal, Sealed, Window, is_sealed

Key = TypeVar("Key")
Value = TypeVar("Value")
Plain = Callable[[bytes, Address], bool]
"""Whether a datagram that is not sealed may pass all the same."""

MOST_SESSIONS = 256
"""Senders whose numbers are known at once. Forgetting one would let its old datagrams in again, so when the
table is full the link begins a session of its own anew, for which nothing was ever sealed."""
MOST_PEERS = 256
MOST_SENT, SENT_FOR = 128, 2.0
"""Datagrams, and seconds, that may be sealed anew: what is older has been sent again, or matters no more."""
TRUSTED_FOR = 1.0
"""Seconds for which a peer that spoke is not taken for another one: else a datagram that was meant for it,
and is shown to somebody else with the key, would turn us away from it."""
RESEAL_EVERY = 0.1
"""Seconds between two requests to the same session."""
MOST_REFUSED = 64
"""Datagrams that one `receive` may refuse, so that a flood of them cannot hold it for ever."""


def nobody(datagram: bytes, sender: Address) -> bool:
    """Nothing plain passes."""
    return False


@dataclass(slots=True)
class _Sent:
    datagram: bytes
    to: Address
    session: int
    when: float


@dataclass(slots=True)
class _Peer:
    session: int
    heard: float


class SealedLink:
    """Seals what is sent over `bare`, and returns what is authentic, or plain and allowed. Thread-safe.

    `bare` stays open to what is meant for everybody. `now`: monotonic seconds; no wall clock is asked.
    """

    def __init__(
        self,
        bare: Link,
        seal: Seal,
        counters: Counters,
        plain: Plain = nobody,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bare = bare
        self._seal, self._counters, self._plain, self._now = seal, counters, plain, now
        self._lock = threading.Lock()
        self._session, self._number = _new_session(), 0
        self._windows: OrderedDict[int, Window] = OrderedDict()
        self._peers: OrderedDict[Address, _Peer] = OrderedDict()
        self._sent: OrderedDict[int, _Sent] = OrderedDict()
        self._asked: OrderedDict[int, tuple[int, float]] = OrderedDict()

    @property
    def address(self) -> Address:
        return self.bare.address

    def fileno(self) -> int:
        return cast(UdpLink, self.bare).fileno()

    def close(self) -> None:
        self.bare.close()

    def knows(self, to: Address) -> bool:
        """Whether the session there is known: somebody with our key answered."""
        return to in self._peers

    def send(self, datagram: bytes, to: Address) -> bool:
        with self._lock:
            self._number += 1
            number, peer = self._number, self._peers.get(to)
            sent = _Sent(datagram, to, peer.session if peer else 0, self._now())
            message = self._message(number, sent)
            _put(self._sent, number, sent, MOST_SENT)
        return self.bare.send(self._seal.close(message), to)

    def repeat(self, to: Address) -> None:
        """Send what went there last once more, unless it is sealed for a session already.

        If the session there is known by now it is sealed for that, however long we were held up meanwhile.
        """
        with self._lock:
            peer = self._peers.get(to)
            last = [(number, sent) for number, sent in self._sent.items() if sent.to == to][-1:]
            again = []
            for number, sent in last:
                if not sent.session:
                    sent.session = peer.session if peer else 0
                    again.append(self._seal.close(self._message(number, sent)))
        for sealed in again:
            self.bare.send(sealed, to)

    def receive(self, timeout: float | None = 0.0) -> tuple[bytes, Address] | None:
        for _ in range(MOST_REFUSED):
            found = self.bare.receive(timeout)
            if found is None:
                return None
            if (inner := self._open(*found)) is not None:
                return inner, found[1]
            timeout = 0.0
        return None

    def burst(self, most: int, allow: Callable[[str], bool]) -> list[tuple[bytes, Address]]:
        """As `UdpLink.burst`: whoever sends too much is not even asked for a seal."""
        taken: list[tuple[bytes, Address]] = []
        for _ in range(most):
            if (found := self.bare.receive()) is None:
                break
            if allow(found[1][0]) and (inner := self._open(*found)) is not None:
                taken.append((inner, found[1]))
        return taken

    def _open(self, datagram: bytes, sender: Address) -> bytes | None:
        if not is_sealed(datagram) and self._plain(datagram, sender):
            return datagram
        try:
            message = self._seal.open(datagram)
            with self._lock:
                if isinstance(message, Sealed):
                    return self._take(message, sender)
                again = self._renewed(message)
        except Refused as refused:
            self._counters.drop(refused.kind, refused.detail, sender)
            return None
        for sealed, to in again:
            self.bare.send(sealed, to)
        return None

    def _take(self, message: Sealed, sender: Address) -> bytes | None:
        """Something authentic, if it is for us as we are now; `Refused` if it was here before."""
        now = self._now()
        if message.receiver == self._session and message.sender not in self._windows:
            if len(self._windows) >= MOST_SESSIONS:
                self._windows.clear()
                self._asked.clear()
                self._session = _new_session()
                self._counters.add("sessions_renewed")
            else:
                self._windows[message.sender] = Window()
        if message.receiver != self._session:
            self._ask(message, sender, now)
            return None
        if not self._windows[message.sender].take(message.number):
            raise Refused("replayed", "it was here before")
        _put(self._peers, sender, _Peer(message.sender, now), MOST_PEERS)
        return message.inner

    def _ask(self, message: Sealed, sender: Address, now: float) -> None:
        """Have it sealed anew: never for what its sender has gone past, so recordings ask in vain."""
        window = self._windows.get(message.sender)
        number, when = self._asked.get(message.sender, (0, float("-inf")))
        if message.number < number or (window and message.number <= window.highest):
            raise Refused("stale", "it is sealed for somebody else, or for who was here before")
        if now - when >= RESEAL_EVERY:
            self._counters.add("reseals")
            _put(self._asked, message.sender, (message.number, now), MOST_SESSIONS)
            request = Reseal(self._session, message.sender, message.number)
            self.bare.send(self._seal.close(request), sender)

    def _renewed(self, request: Reseal) -> list[tuple[bytes, Address]]:
        """Somebody asks for what we sealed for another session. Returns what to send again."""
        now = self._now()
        asked = self._sent.get(request.number)
        if request.receiver != self._session or asked is None:
            raise Refused("stale", "nobody waits for that request")
        if asked.session == request.sender:  # it asked twice before our answer was there
            return []
        peer = self._peers.get(asked.to)
        if peer and now - peer.heard < TRUSTED_FOR and peer.session != request.sender:
            raise Refused("stale", "somebody else is there, and spoke just now")
        if peer is None or peer.session != request.sender:
            _put(self._peers, asked.to, _Peer(request.sender, float("-inf")), MOST_PEERS)
        again = []
        for number, sent in self._sent.items():
            if sent.to == asked.to and sent.session != request.sender and now - sent.when <= SENT_FOR:
                sent.session = request.sender
                again.append((self._seal.close(self._message(number, sent)), sent.to))
        return again

    def _message(self, number: int, sent: _Sent) -> Sealed:
        return Sealed(self._session, sent.session, number, sent.datagram)


def locked(
    link: UdpLink, key: Path | None, counters: Counters, plain: Plain = nobody
) -> UdpLink | SealedLink:
    """The link as it is without a key, sealed with one; `ConfigError` if the file is no key."""
    return SealedLink(link, Seal(read_key(key)), counters, plain) if key else link


def _new_session() -> int:
    return secrets.randbelow((1 << 63) - 1) + 1


def _put(table: "OrderedDict[Key, Value]", key: Key, value: Value, most: int) -> None:
    """The newest last, and the oldest out."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > most:
        table.popitem(last=False)
