"""A heap that does not grow over months: large arrays go back to the system as soon as they are freed.

glibc raises its limit for that (M_MMAP_THRESHOLD) with every large block that is freed, up to 32 MB; from
then on scenes come from the heap and leave holes in it. A wall of 600 tours rose from 460 to 515 MB so, in
steps, and never came back; with the limit fixed it stood at 409 MB for 270 tours, rose to 513 and came back
to 494: what it was that rose is not known yet. See mallopt(3).
"""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGE = 128 * 1024
"""Bytes: what the limit is before glibc raises it."""


def keep_small() -> bool:
    """For this process, from now on; False where there is no glibc to tell."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # macOS, musl, Windows
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE)) and bool(mallopt(M_TRIM_THRESHOLD, LARGE))
