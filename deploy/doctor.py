"""`sandglass doctor`: looks at this machine, part by part, and says what to do about what it finds."""

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from common import fonts, wire
from common.bitmap import Bitmap
from common.errors import ConfigError, LinkError, SandglassError
from common.health import HttpDoor
from common.link import UdpLink
from deploy.extras import ALWAYS, EXTRAS, cure

if TYPE_CHECKING:
    from display_node.engine import Engine


class Verdict(Enum):
    OK = "ok"
    NOTE = "note"
    BAD = "BAD"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, what was `found`, and what to do about it where it is not well."""

    verdict: Verdict
    what: str
    found: str
    cure: str = ""


SOFTWARE = ("llvmpipe", "softpipe", "swr", "Software")
"""Names of rasterisers that run on the processor."""

READINGS = 25
"""Of the same drawing by each engine; their median is told."""

ROLES = {
    "a station": "input",
    "a wall": "display",
    "an unattended machine": "supervise",
    "a console": "operate",
}
"""What a machine may be, and the extra that it is installed with."""


def doctor(argv: Sequence[str]) -> int:
    """Print every finding as a line; 0 if this machine can be a station or a wall, else 1."""
    if argv:
        raise ConfigError("sandglass doctor takes no options")
    findings = []
    for check in (_python, _packages, _graphics, _fonts, _audio, _ports, _http_ports, _network):
        for finding in _careful(check):
            findings.append(finding)
            print(f"{finding.verdict.value:>4}  {finding.what:<10}{finding.found}", flush=True)
            if finding.cure:
                print(f"      {'':<10}→ {finding.cure}")
    return int(any(finding.verdict is Verdict.BAD for finding in findings))


def _careful(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that stumbles is a finding too: the doctor always finishes the round."""
    try:
        yield from check()
    except Exception as error:
        name = check.__name__.removeprefix("_")
        yield Finding(Verdict.BAD, name, f"{type(error).__name__}: {error}", "please report this")


def _python() -> Iterator[Finding]:
    yield Finding(Verdict.OK, "Python", f"{sys.version.split()[0]} in {sys.prefix}")


def _packages() -> Iterator[Finding]:
    for role, extra in ROLES.items():
        names = (*ALWAYS, *EXTRAS[extra])
        missing = [name for name in names if importlib.util.find_spec(name) is None]
        if not missing:
            yield Finding(Verdict.OK, "packages", f"complete for {role}")
            continue
        verdict = Verdict.BAD if role == "a station" else Verdict.NOTE
        found = f"missing for {role}: {', '.join(missing)}"
        yield Finding(verdict, "packages", found, f"{cure(extra)}, if this machine is to be {role}")


def _graphics() -> Iterator[Finding]:
    if importlib.util.find_spec("moderngl") is None:
        return
    from display_node.render.target import headless

    try:
        context = headless()
    except SandglassError as error:
        yield Finding(Verdict.BAD, "OpenGL", "none", str(error))
        return
    name = f"{context.info['GL_RENDERER']}, OpenGL {context.version_code / 100:.1f}"
    context.release()
    if any(word in name for word in SOFTWARE):
        cure = "good for tests, too slow for a wall: install your graphics card's driver"
        yield Finding(Verdict.NOTE, "OpenGL", f"{name} (on the processor)", cure)
    else:
        yield Finding(Verdict.OK, "OpenGL", name)


def _fonts() -> Iterator[Finding]:
    hangul = fonts.hangul()
    if hangul is not None:
        yield Finding(Verdict.OK, "fonts", f"Hangul and Latin from {hangul.name}")
    else:
        yield Finding(Verdict.NOTE, "fonts", "no Hangul, captions will be in English", fonts.ADVICE)


def _audio() -> Iterator[Finding]:
    if importlib.util.find_spec("pygame") is None:
        return
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    from display_node.sound.speaker import Mixer

    try:
        Mixer().close()
    except (pygame.error, NotImplementedError) as error:  # no device; no library that pygame needs
        yield Finding(
            Verdict.NOTE, "audio", f"none ({error})", "the wall runs silently; connect a loudspeaker"
        )
        return
    yield Finding(Verdict.OK, "audio", "a device answers")


def _ports() -> Iterator[Finding]:
    wanted = {
        wire.DRAWING_PORT: "drawings",
        wire.CONTROL_PORT: "commands",
        wire.LEGACY_PORT: "the original's sketch",
    }
    for port, purpose in wanted.items():
        try:
            UdpLink("0.0.0.0", port).close()
        except LinkError as error:
            cure = "fine if that is the wall itself; else see what has it: ss -lunp"
            yield Finding(Verdict.NOTE, "port", str(error), cure)
        else:
            yield Finding(Verdict.OK, "port", f"{port} is free for {purpose}")


def _http_ports() -> Iterator[Finding]:
    for port, node in ((wire.DISPLAY_HTTP_PORT, "the wall"), (wire.INPUT_HTTP_PORT, "the station")):
        try:
            HttpDoor("127.0.0.1", port, {}).close()
        except LinkError as error:
            yield Finding(Verdict.NOTE, "port", str(error), f"fine if that is {node} itself; else: ss -ltnp")
        else:
            yield Finding(Verdict.OK, "port", f"{port} is free for {node}'s /health")


def _network() -> Iterator[Finding]:
    """The weights, and how long each engine takes for one reading."""
    if importlib.util.find_spec("safetensors") is None:
        return
    from display_node.network import SHIPPED, load

    try:
        network = load(SHIPPED)
    except SandglassError as error:
        yield Finding(Verdict.BAD, "weights", "cannot be used", str(error))
        return
    yield Finding(Verdict.OK, "weights", f"{network.parameters:,} parameters, {len(network.layers)} layers")
    from display_node.engine import ENGINES, open_engine
    from display_node.samples import samples

    for name in ENGINES:
        yield _reading(name, partial(open_engine, name, network, SHIPPED), samples()[0])


def _reading(name: str, opened: "Callable[[], Engine]", drawing: Bitmap) -> Finding:
    """What an engine takes the drawn 3 for, and how long one reading takes once it is warm."""
    try:
        engine = opened()
    except SandglassError as error:
        return Finding(Verdict.NOTE, "reading", f"{name} cannot be used", str(error))
    times = []
    for _ in range(READINGS):
        start = time.perf_counter()
        probe = engine.read(drawing)
        times.append(1000 * (time.perf_counter() - start))
    found = f"{name} reads a drawn 3 as {probe.digit} in {median(times):.2f} ms"
    return Finding(Verdict.OK, "reading", found)
