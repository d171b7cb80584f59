"""What can be set at a console; every field is also an option of `sandglass operate`."""

from dataclasses import dataclass
from pathlib import Path

from common.config import setting

HTTP_PORT = 9004


@dataclass(frozen=True)
class Settings:
    name: str = setting("", "what this console is called; empty: the host's name")
    language: str = setting(
        "en+ko",
        "of the page until the browser chooses: the first counts",
        choices=("en", "ko", "en+ko"),
    )
    host: str = setting("0.0.0.0", "address on which other nodes are heard", option=False)
    port: int = setting(0, "UDP port for them, 0 for any free one", low=0, high=65535)
    http_host: str = setting(
        "0.0.0.0", "address of the page, besides 127.0.0.1; without a password it is there only"
    )
    http_port: int = setting(HTTP_PORT, "port of the page, 0 for any", low=0, high=65535)
    hosts: str = setting(
        "", "further names by which browsers may call this machine, separated by spaces", option=False
    )
    key: Path | None = setting(None, "the installation's key: only what is sealed with it is heard")
    state: Path | None = setting(None, "folder for the password, this console's id and the nodes it knew")
    discovery: bool = setting(True, "find the nodes, and be found, by mDNS")
    peers: str = setting("", "nodes to look for without mDNS, HOST:PORT separated by spaces")
    linger: float = setting(0.0, "seconds to stay before ending for want of a port", low=0.0, high=60.0)
