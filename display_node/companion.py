"""A wall's companions: whatever goes along with the show without being part of it.

They are told what each frame changed, and act on it: words to the tablet, the other walls, a log, a count.
"""

from typing import Protocol

from display_node.state import State


class Companion(Protocol):
    def after(self, before: State, state: State, now: float) -> None:
        """A frame was drawn; `state` was made of `before` and of what had happened. `now`: monotonic seconds.

        In the thread that draws, so it must be done in far less than a frame, and must not raise.
        """

    def close(self) -> None:
        """The wall ends."""
