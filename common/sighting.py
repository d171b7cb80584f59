"""Where a node may be: what discovery says of it, before anybody has heard from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sighting:
    """No more than addresses to try: whether a node is there, and what it may do, is found out elsewhere.

    `id`: a UUID's text; None for an address that somebody wrote down (`how` is "static"): whoever answers
    there is welcome. `addresses`: IPv4 texts. `port`: where it hears other nodes, which is a wall's drawing
    port and any other node's only one. The other two ports are 0 where it has none. `how`: "mdns", "static"
    or "cache".
    """

    id: str | None
    role: str
    name: str
    addresses: tuple[str, ...]
    port: int
    control_port: int = 0
    http_port: int = 0
    how: str = "mdns"
