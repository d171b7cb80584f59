"""Memory that is not needed any more is given back to the system.

glibc keeps it for the next time, and can shrink its heap from the top only (mallopt(3)): what is allocated
above a frame's triangles, or a show's tensors, keeps all of it. So once a show the pages that are free are
given back, wherever they lie: malloc_trim(3). Over 2,000 tours a wall keeps 395 MB with it and 445 without;
what it grows by is the same within what chance does, 0.9 and 0.7 MB in 1,000 tours. A later run with it grew
by 2.8 up to the 1,300th tour and no more then; over 260 tours what is in use, by mallinfo2, does not grow: it
is free pieces between those that are kept. Blocks that are mapped one by one (M_MMAP_THRESHOLD) do not stay
either, but make a frame full of boxes 2.6 times as long.
"""

import ctypes
from collections.abc import Callable


def _trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # macOS, musl, Windows
        return None
    return trim


_malloc_trim = _trim()


def give_back() -> bool:
    """Some milliseconds' work, which lets other threads run; False where there is no glibc."""
    if _malloc_trim is None:
        return False
    _malloc_trim(0)
    return True
