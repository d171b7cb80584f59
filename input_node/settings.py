"""What can be set at a drawing station; every field is also an option of the command."""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from common import wire
from common.config import setting
from common.errors import ConfigError

SMALLEST, LARGEST = 240, 8192
"""Pixels that either side of the window may have."""


@dataclass(frozen=True)
class Settings:
    display: str = setting(f"127.0.0.1:{wire.DRAWING_PORT}", "the wall's drawing port, HOST or HOST:PORT")
    discovery: bool = setting(False, "find the wall by mDNS (not built yet)")
    headless: bool = setting(False, "run without a screen")
    replay: Path | None = setting(None, "submit the drawings of this strokes file, print the answers, end")
    timeout: float = setting(60.0, "seconds to wait for each answer of a replay", low=0.1, high=86_400)
    record: Path | None = setting(None, "append each submitted drawing to this strokes file")
    size: str = setting("1280x800", "the window's size in pixels, WxH")
    fullscreen: bool = setting(False, "cover the whole screen")
    station: str = setting("", "this station's name on the wire; empty: the host's name")
    host: str = setting("0.0.0.0", "this machine's address to listen on")
    key: Path | None = setting(None, "the installation's key: only what is sealed with it is heard")
    http_host: str = setting("0.0.0.0", "address on which /health and the OSCQuery tree can be read")
    http_port: int = setting(wire.INPUT_HTTP_PORT, "port of them, 0 = any", low=0, high=65_535)
    linger: float = setting(
        0.0, "seconds to stay before ending for want of a screen or a port", low=0.0, high=60.0
    )
    language: str = setting("en+ko", "what the visitor reads", choices=("en", "ko", "en+ko"))
    left_handed: bool = setting(False, "put the buttons on the left")

    @property
    def name(self) -> str:
        """The station's name, cut to what the wire can carry (bytes of UTF-8)."""
        whole = self.station or socket.gethostname()
        cut = whole.encode()[: wire.MAX_NAME].decode(errors="ignore")
        if not cut or not cut.isprintable():
            raise ConfigError(f"station = {whole!r} must be 1 to {wire.MAX_NAME} printable bytes")
        return cut

    @property
    def window(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        found = re.fullmatch(r"(\d+)x(\d+)", self.size)
        width, height = (int(found[1]), int(found[2])) if found else (0, 0)
        if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
            raise ConfigError(f"size = {self.size!r} must be WxH, {SMALLEST} to {LARGEST}, such as 1280x800")
        return width, height
