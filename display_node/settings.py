"""The wall's settings: each is a key of its config file and an option of its command."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from common.config import setting
from common.errors import ConfigError
from common.limits import RATE
from common.wire import CONTROL_PORT, DISPLAY_HTTP_PORT, DRAWING_PORT, LEGACY_PORT
from display_node.engine import ENGINES
from display_node.form import AUTO, FORMS

SMALLEST, LARGEST = 64, 8192
"""Pixels along either side of a picture."""


@dataclass(frozen=True)
class Settings:
    host: str = setting("0.0.0.0", "address on which drawings are taken; 127.0.0.1 for this machine only")
    drawing_port: int = setting(DRAWING_PORT, "UDP port for drawings, 0 for any free one", low=0, high=65535)
    control_host: str = setting("127.0.0.1", "address on which an operator is heard", option=False)
    control_port: int = setting(CONTROL_PORT, "UDP port for the operator, 0 for any", low=0, high=65535)
    control_allow: str = setting(
        "127.0.0.1", "addresses that may send commands, separated by spaces", option=False
    )
    key: Path | None = setting(None, "the installation's key: only what is sealed with it is heard")
    plain_allow: str = setting(
        "",
        "addresses that may send harmless commands without the key, and the original's drawings",
        option=False,
    )
    source_limit: int = setting(RATE, "datagrams a second that one address may send", low=10, high=1_000_000)
    http_host: str = setting("0.0.0.0", "address on which /health and the OSCQuery tree can be read")
    http_port: int = setting(DISPLAY_HTTP_PORT, "port of them, 0 for any", low=0, high=65535)
    feedback: str = setting(
        "", "control surfaces that are told the state, ADDRESS:PORT separated by spaces", option=False
    )
    legacy: bool = setting(True, "take the original's /test messages as well")
    legacy_port: int = setting(LEGACY_PORT, "UDP port for them, 0 for any", low=0, high=65535)
    discovery: bool = setting(True, "find other nodes, and be found, by mDNS")
    peers: str = setting("", "nodes to look for without mDNS, HOST:PORT separated by spaces")
    name: str = setting("", "what this wall is called; empty: the host's name")
    group: str = setting("", "walls of the same group show the same; empty: this one is alone")
    state: Path | None = setting(None, "folder for this wall's id and the nodes it knew")
    headless: bool = setting(False, "render without a window")
    size: str = setting("1280x720", "of the window or the picture, WIDTHxHEIGHT in pixels")
    fullscreen: bool = setting(False, "fill the monitor")
    monitor: int = setting(0, "which monitor, counted from 0", low=0, high=15)
    tile: str = setting(
        "", "show one tile of a picture that several walls make, COLUMNSxROWS:COLUMN,ROW from the upper left"
    )
    bezel: str = setting("0", "pixels that frames hide between two tiles, PIXELS or ACROSSxDOWN")
    samples: int = setting(4, "of anti-aliasing, 0 for none", low=0, high=16)
    frame_rate: int = setting(60, "frames a second at most", low=1, high=240)
    sound: bool | None = setting(None, "play sound; without a window only if asked to")
    volume: float = setting(1.0, "loudness of the sound at the start", low=0.0, high=1.0)
    language: str = setting("en+ko", "en, ko or en+ko")
    captions: bool = setting(True, "show captions and legend; without them it is the silent form")
    theme: str = setting("sand", "the colours: sand, or classic for the original's black and white")
    exhibit: str = setting("convolution", "what a submitted drawing starts")
    form: str = setting(AUTO, "of a tour; auto: short if others wait or it was just seen", choices=FORMS)
    recorder: bool = setting(False, "keep all that is received and decided, drawings too: sandglass replay")
    recorder_mb: int = setting(64, "of disk for it, in megabytes; the oldest makes way", low=1, high=65536)
    count: bool = setting(True, "count visitors: sessions, submits, answers and seconds a day, no drawings")
    rest: float = setting(12.0, "seconds for which the answer stays", low=1.0, high=600.0)
    linger: float = setting(
        0.0, "seconds to stay before ending for want of a screen or a port", low=0.0, high=60.0
    )
    weights: Path | None = setting(None, "network to show, a .safetensors file")
    engine: str = setting("torch", "what reads the drawings", choices=ENGINES)
    seed: int = setting(1, "of the order in which things move", low=0)


def parse_size(text: str) -> tuple[int, int]:
    """`WIDTHxHEIGHT` in pixels; `ConfigError` otherwise."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise ConfigError(f"size {text!r} must be WIDTHxHEIGHT, such as 1280x720")
    size = int(found[1]), int(found[2])
    if min(size) < SMALLEST or max(size) > LARGEST:
        raise ConfigError(f"size {text!r} must have sides between {SMALLEST} and {LARGEST}")
    return size


def allowed(text: str, name: str = "control_allow") -> frozenset[str]:
    """IPv4 addresses separated by spaces; `ConfigError` names the setting and the word that is none."""
    for word in text.split():
        try:
            ipaddress.IPv4Address(word)
        except ValueError:
            raise ConfigError(f"{name}: {word!r} is no IPv4 address such as 192.168.1.5") from None
    return frozenset(text.split())


def commanders(settings: Settings) -> frozenset[str] | None:
    """Who may command by address; None where the key says who."""
    listed = allowed(settings.control_allow)
    return None if settings.key else listed
