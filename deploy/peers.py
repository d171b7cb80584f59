"""`sandglass peers [SECONDS]`: looks around by mDNS for a moment and prints the nodes that were found.

Nodes that are not found but were met earlier by a node on this machine are listed as well (`cache`). Whether
anybody is really there is not asked here: a wall's /health says whom it hears.
"""

import threading
import time
import uuid
from collections.abc import Iterable, Sequence

from common.discovery import Discovery, Ports, Sighting
from common.errors import ConfigError, plain
from common.identity import Identity
from common.known import read_peers
from common.state import state_base

SECONDS, LEAST, MOST = 3.0, 0.1, 60.0
"""Of looking: unless something else is asked for, and what may be."""
HEADINGS = ("name", "role", "address", "port", "control", "http", "how", "id")


def peers(argv: Sequence[str]) -> int:
    """Print what is there; 0 if there is anything, 1 if not."""
    if "-h" in argv or "--help" in argv:
        print(__doc__)
        return 0
    found = look(_seconds(argv))
    if not found:
        print("No nodes found. Is multicast blocked? Then name them: --peers HOST:PORT on each node.")
        return 1
    show(found)
    return 0


def look(seconds: float) -> tuple[Sighting, ...]:
    """Every node that mDNS tells of within so many seconds, and those of this machine's caches, by name."""
    by_id = {str(peer.id): peer for peer in remembered()}
    lock = threading.Lock()

    def see(sighting: Sighting) -> None:
        with lock:
            by_id[str(sighting.id)] = sighting

    def go(id_: str) -> None:
        with lock:
            by_id.pop(id_, None)

    me = Identity(str(uuid.uuid4()), "operate", "peers")
    discovery = Discovery(me, Ports(), enabled=True, static=(), folder=None, seen=see, gone=go)
    time.sleep(seconds)
    discovery.close()
    return tuple(sorted(by_id.values(), key=lambda one: (one.role, one.name, str(one.id))))


def remembered() -> Iterable[Sighting]:
    """Whom the nodes of this machine knew, the cache of each."""
    base = state_base()
    folders = sorted(base.iterdir()) if base.is_dir() else []
    return [peer for folder in folders if folder.is_dir() for peer in read_peers(folder)]


def rows(found: Iterable[Sighting]) -> list[tuple[str, ...]]:
    """A line of the table for each; a name comes from the network, so it is made fit to be printed."""
    return [
        (
            plain(one.name), one.role, " ".join(one.addresses), str(one.port),
            *(str(port) if port else "–" for port in (one.control_port, one.http_port)), one.how, str(one.id),
        )
        for one in found
    ]  # fmt: skip


def show(found: Iterable[Sighting]) -> None:
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ModuleNotFoundError:  # a tablet is installed without it
        for row in (HEADINGS, *rows(found)):
            print("\t".join(row))
        return
    table = Table(*HEADINGS)
    for row in rows(found):
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _seconds(argv: Sequence[str]) -> float:
    try:
        seconds = float(argv[0]) if argv else SECONDS
    except ValueError:
        seconds = 0.0
    if len(argv) > 1 or not LEAST <= seconds <= MOST:
        wrong = " ".join(argv)
        raise ConfigError(f"sandglass peers {wrong}: give one number of seconds, {LEAST:g} to {MOST:g}")
    return seconds
