"""Keeps opening hours on this machine, and lends the console its hands."""

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from common.config import parse
from common.counters import Counters, set_up_logging
from common.errors import ConfigError, LinkError
from common.health import HttpDoor, health_page
from common.identity import identity
from common.known import parse_peers
from common.link import UdpLink
from common.sealed import locked
from common.services import Ports
from common.state import state_folder
from deploy.gallery.settings import read_gallery
from deploy.keeper.keeper import Keeper
from deploy.keeper.settings import Settings
from deploy.keeper.tree import machine_tree


def serve() -> int:
    """From the settings to the end: what `python -m deploy.keeper` does."""
    settings = parse(Settings, "python -m deploy.keeper", about=__doc__ or "")
    set_up_logging("keeper")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.gallery is None:
        raise ConfigError("gallery is not set: name the installation's gallery.toml")
    gallery = read_gallery(settings.gallery)
    machine = gallery.machine(settings.machine)
    counters = Counters()
    try:
        link = locked(UdpLink(settings.host, settings.port), settings.key, counters)
    except LinkError:
        stop.wait(settings.linger)
        raise
    folder = state_folder("machine", settings.state)
    me = identity("machine", settings.name or machine.name, folder.path)
    keeper = Keeper(gallery, machine, me, link, _socket(settings), folder.path, counters)

    def status() -> dict[str, Any]:
        told = {"role": "machine", "supervised": keeper.programs.answered}
        drops = {"counters": counters.snapshot(), "dropped_by_source": counters.sources()}
        return {**told, **keeper.company.status(time.monotonic()), **drops}

    try:
        door = HttpDoor(
            settings.http_host,
            settings.http_port,
            {"/health": health_page(keeper.heart, time.monotonic, status)},
            machine_tree(keeper, link.address),
            counters,
        )
        try:
            ports = Ports(node=link.address, http=(settings.http_host, door.port))
            static = parse_peers(settings.peers)
            keeper.company.find(ports, enabled=settings.discovery, static=static, folder=folder.path)
            print(json.dumps({"ready": True, "port": link.address[1], "http_port": door.port}), flush=True)
            keeper.run(stop)
        finally:
            keeper.company.close()
            door.close()
    finally:
        link.close()
        folder.close()
    return 0


def _socket(settings: Settings) -> Path:
    if settings.socket is not None:
        return settings.socket
    url = os.environ.get("SUPERVISOR_SERVER_URL", "")
    if not url.startswith("unix://"):
        raise ConfigError("no supervisord: set socket, or have supervisord start the keeper")
    return Path(url.removeprefix("unix://"))
