"""What can be set at a drawing station; every field is also an option of the command."""

import re
from dataclasses import dataclass
from pathlib import Path

from common import wire
from common.config import setting
from common.errors import ConfigError
from common.naming import node_name

SMALLEST, LARGEST = 240, 8192
"""Pixels that either side of the window may have."""


@dataclass(frozen=True)
class Settings:
    display: str = setting("", "the wall's drawing port, HOST or HOST:PORT; empty: whichever wall is found")
    prefer: str = setting("", "of several walls that are found, the one to send to: its name or id")
    discovery: bool = setting(True, "find walls, and be found, by mDNS")
    peers: str = setting("", "nodes to look for without mDNS, HOST:PORT separated by spaces")
    state: Path | None = setting(None, "folder for this station's id and the walls it knew")
    headless: bool = setting(False, "run without a screen")
    replay: Path | None = setting(None, "submit the drawings of this strokes file, print the answers, end")
    timeout: float = setting(60.0, "seconds to wait for each answer of a replay", low=0.1, high=86_400)
    record: Path | None = setting(None, "append each submitted drawing to this strokes file")
    size: str = setting("1280x800", "the window's size in pixels, WxH")
    fullscreen: bool = setting(False, "cover the whole screen")
    station: str = setting("", "this station's name on the wire; empty: the host's, and a bit of its id")
    host: str = setting("0.0.0.0", "this machine's address to listen on")
    key: Path | None = setting(None, "the installation's key: only what is sealed with it is heard")
    http_host: str = setting("0.0.0.0", "address on which /health and the OSCQuery tree can be read")
    http_port: int = setting(wire.INPUT_HTTP_PORT, "port of them, 0 = any", low=0, high=65_535)
    linger: float = setting(
        0.0, "seconds to stay before ending for want of a screen or a port", low=0.0, high=60.0
    )
    language: str = setting("en+ko", "what the visitor reads", choices=("en", "ko", "en+ko"))
    left_handed: bool = setting(False, "put the buttons on the left")

    def name(self, id: str = "") -> str:
        """The station's name; two walls must not take two stations for one, so it has some of its id."""
        return node_name(self.station, "station", id)

    @property
    def window(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        found = re.fullmatch(r"(\d+)x(\d+)", self.size)
        width, height = (int(found[1]), int(found[2])) if found else (0, 0)
        if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
            raise ConfigError(f"size = {self.size!r} must be WxH, {SMALLEST} to {LARGEST}, such as 1280x800")
        return width, height
