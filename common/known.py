"""Peers that are known without asking the network: written down by people, or met before.

Multicast is often blocked, by switches that guess at IGMP and by the wireless of whole museums.
"""

import ipaddress
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from common.errors import ConfigError
from common.identity import is_id
from common.link import Address, parse_address, resolve
from common.nodes import ROLES
from common.services import MAX_ADDRESSES
from common.sighting import Sighting
from common.state import write_atomic
from common.wire import DRAWING_PORT, valid_name

log = logging.getLogger("sandglass")

PEERS_FILE, FORMAT = "peers.json", "sandglass-peers-1"
MOST_PEERS = 64
"""That are remembered, or may be written down: an installation of ten machines has about thirty nodes."""
LARGEST_FILE = 1 << 17
"""Bytes of the file that are looked at; 64 peers are about 20,000."""


def parse_peers(text: str, default_port: int = DRAWING_PORT) -> tuple[Address, ...]:
    """`HOST` or `HOST:PORT` words, separated by spaces or commas. Raises `ConfigError` naming the bad one."""
    words = text.replace(",", " ").split()
    if len(words) > MOST_PEERS:
        raise ConfigError(f"peers: {len(words)} addresses are more than {MOST_PEERS}")
    try:
        return tuple(dict.fromkeys(parse_address(word, default_port) for word in words))
    except ConfigError as error:
        raise ConfigError(f"peers: {error}") from None


def read_peers(folder: Path) -> tuple[Sighting, ...]:
    """The last known good peers, the latest first. A damaged file is one warning, and nobody is known."""
    path = folder / PEERS_FILE
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        log.warning("cannot read %s (%s): going on without", path, error.strerror)
        return ()
    try:
        return _parse(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("%s is damaged (%s): going on without", path, str(error)[:80])
        return ()


def write_peers(folder: Path, peers: Sequence[Sighting]) -> bool:
    """Keep them for the next start; False if that cannot be, and then a word in the log has said why."""
    kept = [{key: value for key, value in asdict(peer).items() if key != "how"} for peer in peers]
    page = json.dumps({"format": FORMAT, "peers": kept}, indent=1, ensure_ascii=False)
    return write_atomic(folder / PEERS_FILE, page.encode())


def latest_first(new: Iterable[Sighting], old: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Both, each id once, the new before the old and no more than are remembered."""
    found: dict[str, Sighting] = {}
    for peer in (*new, *old):
        if peer.id is not None and len(found) < MOST_PEERS:
            found.setdefault(peer.id, replace(peer, how="cache"))
    return tuple(found.values())


class Names:
    """Addresses that people wrote down, as sightings. Numbers are known at once and for good.

    A name is looked up in a thread of its own, which may hang for half a minute while the network comes up,
    and again with each `refresh`: it may be answered later, or move. The last good answer stays.
    """

    def __init__(
        self,
        written: Sequence[Address],
        found: Callable[[Sighting], None],
        look_up: Callable[[Address], Address | None] = resolve,
    ) -> None:
        self._found, self._look_up = found, look_up
        self._names = tuple(address for address in written if not numeric(address[0]))
        self._asking: dict[Address, threading.Thread] = {}
        self._known: dict[Address, Address] = {}
        for address in written:
            if numeric(address[0]):
                found(_written(address, address))

    @property
    def missing(self) -> bool:
        """Whether there is a name that nobody has answered for yet."""
        return any(name not in self._known for name in self._names)

    def refresh(self) -> None:
        """Look up every name that isn't being looked up already. Never waits."""
        for name in self._names:
            asking = self._asking.get(name)
            if asking is None or not asking.is_alive():
                thread = threading.Thread(target=self._ask, args=(name,), name="look-up", daemon=True)
                self._asking[name] = thread
                thread.start()

    def _ask(self, name: Address) -> None:
        answer = self._look_up(name)
        if answer is not None and self._known.get(name) != answer:
            self._known[name] = answer
            self._found(_written(name, answer))


def numeric(host: str) -> bool:
    """Whether a host is an IPv4 address, which need not be looked up."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _written(name: Address, address: Address) -> Sighting:
    return Sighting(None, "", name[0], (address[0],), address[1], how="static")


def _parse(data: bytes) -> tuple[Sighting, ...]:
    page = json.loads(data) if len(data) <= LARGEST_FILE else {}
    if not isinstance(page, dict) or page.get("format") != FORMAT:
        raise ValueError(f"not {FORMAT}")
    return tuple(_peer(entry) for entry in page["peers"][:MOST_PEERS])


def _peer(entry: Mapping[str, Any]) -> Sighting:
    peer = Sighting(**{**entry, "addresses": tuple(entry["addresses"]), "how": "cache"})
    names = (peer.id, peer.role, peer.name, *peer.addresses)
    ports = (peer.port, peer.control_port, peer.http_port)
    if not all(isinstance(text, str) for text in names) or not all(type(port) is int for port in ports):
        raise ValueError("a value of the wrong kind")
    if not is_id(str(peer.id)) or peer.role not in ROLES or not valid_name(peer.name):
        raise ValueError(f"no peer: {names[:3]}")
    if not 0 < peer.port < 65536 or not all(0 <= port < 65536 for port in ports):
        raise ValueError(f"no ports: {ports}")
    if not 0 < len(peer.addresses) <= MAX_ADDRESSES or not all(_plausible(text) for text in peer.addresses):
        raise ValueError(f"no addresses: {peer.addresses[:MAX_ADDRESSES]}")
    return peer


def _plausible(text: str) -> bool:
    """Whether one machine may have this address."""
    if not numeric(text):
        return False
    address = ipaddress.IPv4Address(text)
    return not (address.is_multicast or address.is_unspecified or address == ipaddress.IPv4Address(2**32 - 1))
