"""What a wall needs before its first frame: a surface, glyphs, and a state to begin with."""

import logging

from common import fonts
from common.errors import ConfigError, GraphicsError
from common.paths import cache_folder
from display_node.choices import Choices
from display_node.events import Part
from display_node.exhibits.invitation import exhibit as invitation
from display_node.exhibits.listening import exhibit as listening
from display_node.form import wanted
from display_node.language import Language
from display_node.network import Network
from display_node.probe import asleep
from display_node.render.atlas import Atlas
from display_node.settings import Settings, parse_size
from display_node.shader_cache import spare_shader_cache
from display_node.state import State, begin
from display_node.surface import Headless, Surface

log = logging.getLogger("sandglass")


def open_surface(settings: Settings) -> Surface:
    """A window, or none."""
    spare_shader_cache()
    size = parse_size(settings.size)
    if settings.headless:
        return Headless(size, settings.frame_rate)
    from display_node.window import Window  # pygame is not needed without a window

    return Window(
        size,
        fullscreen=settings.fullscreen,
        monitor=settings.monitor,
        frame_rate=settings.frame_rate,
    )


def speakable(wanted: str) -> Language:
    """Raises `ConfigError` for a language that there is no file, or no font, for."""
    language = Language(wanted)
    if wanted != "en" and fonts.hangul() is None:
        raise ConfigError(fonts.ADVICE)
    return language


def open_atlas(language: Language) -> tuple[Atlas, Language]:
    """The glyphs, and the language that this machine has a font for."""
    font = fonts.latin()
    if font is None:
        raise GraphicsError("no font at all: install fonts-nanum or the pygame package")
    if fonts.hangul() is None and language.wanted != "en":
        log.warning("%s", fonts.ADVICE)
        language = Language("en")
    return Atlas(font, cache_folder()), language


def first_state(network: Network, settings: Settings, language: Language, now: float) -> State:
    resting = asleep(network)
    return begin(
        Part(invitation.build(network, resting, settings.seed), 0, resting),
        listening.build(network, resting, settings.seed),
        rest=settings.rest,
        choices=Choices(language.wanted, settings.volume, wanted(settings.form), settings.captions),
        now=now,
    )
