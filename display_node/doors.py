"""The wall's UDP ports, each with what happens to what comes in."""

import logging
from collections.abc import Sequence

from common import control
from common.counters import Counters
from common.errors import LinkError
from common.link import Address, UdpLink
from common.sealed import Plain, locked, nobody
from display_node.desk import Desk
from display_node.receive import DoorLink, Handler
from display_node.settings import Settings, allowed

log = logging.getLogger("sandglass")


def open_doors(settings: Settings, desk: Desk, counters: Counters) -> Sequence[tuple[str, DoorLink, Handler]]:
    """Name, link and handler of each port. Only the legacy port may be missing: the original wants it too.

    With a key, only what is sealed is heard; but the original's sketch cannot seal, and a surface need not
    for what does no harm, if `plain_allow` names its address.
    """
    friends = allowed(settings.plain_allow, "plain_allow")

    def friendly(datagram: bytes, sender: Address) -> bool:
        return sender[0] in friends

    def harmless(datagram: bytes, sender: Address) -> bool:
        return sender[0] in friends and control.harmless(datagram)

    def door(host: str, port: int, plain: Plain) -> DoorLink:
        return locked(UdpLink(host, port), settings.key, counters, plain)

    doors: list[tuple[str, DoorLink, Handler]] = [
        ("drawing_port", door(settings.host, settings.drawing_port, nobody), desk.drawing),
        ("control_port", door(settings.control_host, settings.control_port, harmless), desk.control),
    ]
    if settings.legacy:
        try:
            doors.append(("legacy_port", door(settings.host, settings.legacy_port, friendly), desk.legacy))
        except LinkError as error:
            log.warning("the original's sketch will not be heard: %s", error)
    return doors
