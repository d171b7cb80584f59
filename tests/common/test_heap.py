"""What is freed is given back, though something that is kept lies above it; threads share one heap."""

import subprocess
import sys

import pytest

from common.heap import give_back

GROWN = """
import sys
import numpy as np
from common.heap import give_back
size = int(sys.argv[1])
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
for _ in range(3):  # each free raises the size from which glibc maps a block by itself
    block = np.ones(2 << 20)
    del block
before = rss()
blocks = [np.ones(size // 8) for _ in range(100_000_000 // size)]
last = np.ones(size // 8)
del blocks
kept = rss() - before
give_back()
print(kept, rss() - before)
"""


@pytest.mark.skipif(not give_back(), reason="no glibc here")
@pytest.mark.parametrize("size", [1_000_000, 66_000], ids=["a scene's array", "a block of Mesa's"])
def test_what_is_freed_goes_back(size: int) -> None:
    command = [sys.executable, "-c", GROWN, str(size)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    kept, left = map(int, told)
    assert kept > 50e6, "else nothing needs to be done about it any more"
    assert left < 10e6


THREADS = """
import ctypes
import re
import sys
import threading
exec(sys.argv[1])
import numpy as np
threads = [threading.Thread(target=np.ones, args=(2_000,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.open_memstream.restype = libc.fclose.restype = ctypes.c_void_p
told, size = ctypes.c_char_p(), ctypes.c_size_t()
stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(told), ctypes.byref(size)))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(len(re.findall(rb"<heap nr=", told.value)))
"""


def heaps(first: str) -> int:
    """Of a program with four threads that first does this, as malloc_info(3) counts them."""
    command = [sys.executable, "-c", THREADS, first]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not give_back(), reason="no glibc here")
def test_threads_share_one_heap() -> None:
    assert heaps("") > 1, "else nothing needs to be done about it any more"
    assert heaps("from common.heap import share_one; assert share_one()") == 1
    assert heaps("from display_node.__main__ import tune; tune()") == 1, "a wall's"
