"""Who a node is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """`id`: a UUID's text, kept for ever; `role`: one of `nodes.ROLES`; `name`: for people."""

    id: str
    role: str
    name: str
