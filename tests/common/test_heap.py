"""What is freed is given back to the system, though something that is kept was allocated after it."""

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
