"""What a keeper must not forget when the power is cut: the last restarts, and which walls it darkened."""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from common.state import write_atomic

FILE = "keeper.json"


@dataclass
class Memory:
    """`restarts`: program → the day for which it was last started afresh. `dark`: walls that were put out."""

    path: Path
    restarts: dict[str, dt.date] = field(default_factory=dict)
    dark: frozenset[str] = frozenset()

    @classmethod
    def recall(cls, folder: Path, walls: Collection[str] = ()) -> "Memory":
        """What was kept there; what can't be read was nothing. An older keeper's `true` means all `walls`."""
        memory = cls(folder / FILE)
        try:
            told = json.loads(memory.path.read_text(encoding="utf-8"))
            memory.dark = frozenset(walls if told["dark"] is True else map(str, told["dark"] or ()))
            memory.restarts = {
                str(name): dt.date.fromisoformat(day) for name, day in told["restarts"].items()
            }
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            pass
        return memory

    def keep(self) -> None:
        """A disk that is full keeps nothing; then a restart may come twice, and nothing worse."""
        days = {name: day.isoformat() for name, day in self.restarts.items()}
        write_atomic(self.path, json.dumps({"dark": sorted(self.dark), "restarts": days}).encode())
