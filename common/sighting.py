"""Where a node may be: what discovery says of it, before anybody has heard from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sighting:
    """Nothing but candidates to beat to: whether a node is there, and may do anything, is found out by others.

    `id`: a UUID's text; None for an address that somebody wrote down (`how` "static"), where whoever answers is
    welcome. `addresses`: IPv4 texts, as many as it announces. `port`: where it hears other nodes, which is a
    wall's drawing port and any other node's only one. The other two ports are 0 where it has none.
    `how`: "mdns", "static" or "cache".
    """

    id: str | None
    role: str
    name: str
    addresses: tuple[str, ...]
    port: int
    control_port: int = 0
    http_port: int = 0
    how: str = "mdns"
