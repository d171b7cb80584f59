"""What an operator chooses for a while, and the config file for every day."""

from dataclasses import dataclass, replace

from common.control import Control
from display_node.form import FORMS, Form, wanted


@dataclass(frozen=True, slots=True)
class Choices:
    """`volume` 0…1. `form`: the length of every tour, None: as it suits. No `captions`: the silent form."""

    language: str
    volume: float = 1.0
    form: Form | None = None
    captions: bool = True
    blackout: bool = False

    @property
    def loudness(self) -> float:
        """0…1 of what is heard: a dark wall is silent too."""
        return 0.0 if self.blackout else self.volume

    def after(self, command: Control) -> "Choices":
        """What is chosen once this was commanded; a verb that is about something else changes nothing."""
        value = command.value
        if command.verb == "language":
            return replace(self, language=str(value))
        if command.verb == "volume":
            return replace(self, volume=float(value or 0.0))
        if command.verb == "form" and value in FORMS:
            return replace(self, form=wanted(str(value)))
        if command.verb == "captions":
            return replace(self, captions=bool(value))
        if command.verb == "blackout":
            return replace(self, blackout=bool(value))
        return self
