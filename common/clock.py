"""Time as an affine map: `show = show_base + rate × (real − real_base)`.

Three numbers pause, seek, speed up and, on several walls, keep step. Real time is handed in
(monotonic seconds), never asked for, so a test turns it by hand.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ShowClock:
    show_base: float = 0.0
    real_base: float = 0.0
    rate: float = 1.0
    resume: float = 1.0
    """The rate to go back to after a pause."""

    @classmethod
    def starting(cls, real: float, rate: float = 1.0) -> "ShowClock":
        """A clock that reads 0 at `real`."""
        return cls(0.0, real, rate, rate or 1.0)

    def show(self, real: float) -> float:
        """Seconds of show at `real` seconds."""
        return self.show_base + self.rate * (real - self.real_base)

    def real(self, show: float) -> float | None:
        """When it reads `show`; None while it stands still."""
        return None if self.paused else self.real_base + (show - self.show_base) / self.rate

    @property
    def paused(self) -> bool:
        return self.rate == 0.0

    def seek(self, real: float, show: float) -> "ShowClock":
        return replace(self, show_base=show, real_base=real)

    def pause(self, real: float) -> "ShowClock":
        return replace(self.seek(real, self.show(real)), rate=0.0)

    def play(self, real: float) -> "ShowClock":
        return replace(self.seek(real, self.show(real)), rate=self.resume)

    def going_as(self, other: "ShowClock", real: float) -> "ShowClock":
        """At another clock's pace from now on, or standing still as it does, without a jump."""
        return replace(self.seek(real, self.show(real)), rate=other.rate, resume=other.resume)

    def nudged(self, seconds: float) -> "ShowClock":
        """The same, that much later in real time."""
        return replace(self, real_base=self.real_base + seconds)

    def speed(self, real: float, rate: float) -> "ShowClock":
        """Change the speed without a jump; a paused clock stays paused and remembers it."""
        moved = self.seek(real, self.show(real))
        return replace(moved, rate=0.0 if self.paused else rate, resume=rate)
