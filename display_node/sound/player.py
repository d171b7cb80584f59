"""Plays a scene's cues as time passes over them. Told each frame what time it is; knows no device itself.

What was jumped over is never heard: not by a seek, not after a pause, not by a frame that came late.
"""

from dataclasses import dataclass
from typing import Protocol

from display_node.scene import Scene, Sound
from display_node.sound.cues import heard, panned

SLACK = 1e-3
"""Seconds by which two clocks' sums may differ before it counts as a jump."""
LATE = 0.2
"""Seconds after which a sound is better left out than late: a frame that took longer loses its own."""


class Speaker(Protocol):
    """What makes sounds audible. Nothing here raises, and nothing waits."""

    def play(self, sound: Sound, pitch: int, left: float, right: float) -> None:
        """Start a sound, each side 0…1 as loud as it can be."""

    def turn(self, volume: float) -> None:
        """Everything as loud as that, above 0 and up to 1, what already rings included."""

    def hush(self) -> None:
        """Let what rings die away within a moment."""

    def warm(self) -> None:
        """Make every sound, so that none has to be waited for. May be called from another thread."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Which `scene`, at which `time` (seconds since it began) and `rate`, at `now` (monotonic seconds)."""

    scene: Scene
    now: float
    time: float
    rate: float


def passed(was: Moment, moment: Moment) -> tuple[float, float] | None:
    """(from, to) in the scene's seconds: what was lived through since `was` and can still be heard.

    None after a jump: another scene, or another time than the clock of `was` would have come to.
    """
    due = was.time + was.rate * (moment.now - was.now)
    if moment.scene is not was.scene or abs(moment.time - due) > SLACK:
        return None
    return max(was.time, moment.time - LATE * was.rate), moment.time


class Player:
    """`hear` once a frame. Without a speaker it does nothing."""

    def __init__(self, speaker: Speaker | None) -> None:
        self._speaker = speaker
        self._was: Moment | None = None
        self._volume = 1.0

    def hear(self, moment: Moment, volume: float) -> None:
        """Start what has come due since the last frame; hush what a jump or a pause has cut off."""
        was, self._was = self._was, moment
        speaker = self._speaker
        if speaker is None or was is None:
            return
        if volume != self._volume:
            self._volume = volume
            speaker.turn(volume) if volume > 0.0 else speaker.hush()
        span = passed(was, moment)
        if span is None or (moment.rate == 0.0 and was.rate != 0.0):
            speaker.hush()
        if span is None or volume <= 0.0:
            return
        for cue in heard(moment.scene, *span, was.rate):
            left, right = panned(cue["pan"], cue["loudness"])
            speaker.play(Sound(int(cue["sound"])), int(cue["pitch"]), float(left), float(right))

    def warm(self) -> None:
        if self._speaker is not None:
            self._speaker.warm()

    def close(self) -> None:
        if self._speaker is not None:
            self._speaker.close()


def open_player(wanted: bool | None, headless: bool) -> Player:
    """A player on this machine's loudspeaker; silent if there is none, or if it is not wanted.

    None leaves it to the wall: with a window it sounds, headless it doesn't.
    """
    if not (wanted if wanted is not None else not headless):
        return Player(None)
    from display_node.sound.speaker import open_speaker  # pygame is not needed without sound

    return Player(open_speaker())
