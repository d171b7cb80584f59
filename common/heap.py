"""A heap that does not grow over months: large arrays go back to the system as soon as they are freed.

glibc raises its limit for that (M_MMAP_THRESHOLD) with every large block that is freed, up to 32 MB; from then
on scenes come from the heap and leave holes in it. So 600 tours took a wall from 460 to 515 MB, in steps; with
the limit fixed it came back to 409 MB after each. See mallopt(3).
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
