"""The end of a program's log, read from its file, whatever a program has written there.

Not asked of supervisord: it answers in XML, in which a NUL or an ESC has no place, and not at all where the
end begins within a letter.
"""

import os
from pathlib import Path

CONTROL = {code: "?" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""Characters that would steer the terminal of whoever reads it."""


def tail(path: Path, size: int) -> str:
    """The last `size` bytes at most, from the start of a line if it can be. Raises `OSError`."""
    with path.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - size)
        file.seek(start)
        text = file.read(size).decode(errors="replace").translate(CONTROL)
    return text.partition("\n")[2] or text if start else text
