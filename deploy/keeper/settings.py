"""What can be set at a keeper; `sandglass deploy` writes it."""

from dataclasses import dataclass
from pathlib import Path

from common.config import setting
from common.machine import KEEPER_HTTP_PORT, KEEPER_PORT


@dataclass(frozen=True)
class Settings:
    gallery: Path | None = setting(None, "the installation's gallery.toml")
    machine: str = setting("", "which of its machines this is")
    socket: Path | None = setting(
        None, "supervisord's socket (default: that of the supervisord that started it)"
    )
    host: str = setting("127.0.0.1", "address to listen on; without a key only this machine is heard")
    port: int = setting(KEEPER_PORT, "UDP port for consoles and other nodes, 0 for any", low=0, high=65535)
    http_host: str = setting("127.0.0.1", "address on which /health is served", option=False)
    http_port: int = setting(KEEPER_HTTP_PORT, "port of /health, 0 for any", low=0, high=65535)
    name: str = setting("", "this machine's name on the network; empty: that in the gallery")
    key: Path | None = setting(None, "the installation key, made by sandglass key new")
    state: Path | None = setting(None, "folder for what it must remember")
    discovery: bool = setting(True, "announce this machine by mDNS, and find the others")
    peers: str = setting("", "other nodes' addresses, HOST:PORT separated by spaces", option=False)
    linger: float = setting(0.0, "seconds to stay before ending for want of a port", low=0.0, high=60.0)
