"""The wall's UDP ports, each with what happens to what comes in."""

import logging
from collections.abc import Sequence

from common.errors import LinkError
from common.link import UdpLink
from display_node.desk import Desk
from display_node.receive import Handler
from display_node.settings import Settings

log = logging.getLogger("sandglass")


def open_doors(settings: Settings, desk: Desk) -> Sequence[tuple[str, UdpLink, Handler]]:
    """Name, link and handler of each port. Only the legacy port may be missing: the original wants it too."""
    doors: list[tuple[str, UdpLink, Handler]] = [
        ("drawing_port", UdpLink(settings.host, settings.drawing_port), desk.drawing),
        ("control_port", UdpLink(settings.control_host, settings.control_port), desk.control),
    ]
    if settings.legacy:
        try:
            doors.append(("legacy_port", UdpLink(settings.host, settings.legacy_port), desk.legacy))
        except LinkError as error:
            log.warning("the original's sketch will not be heard: %s", error)
    return doors
