"""What was large and is freed goes back to the system."""

import subprocess
import sys

import pytest

from common.heap import keep_small

GROWN = """
import sys
import numpy as np
from common.heap import keep_small
kept = keep_small() if sys.argv[1] == "small" else True
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
for _ in range(3):  # each free raises glibc's limit
    block = np.ones(2 << 20)
    del block
before = rss()
blocks = [np.ones(1 << 17) for _ in range(100)]  # a megabyte each
last = np.ones(1 << 17)
del blocks
print(rss() - before)
"""


def left(how: str) -> int:
    """Bytes that a process still holds after a hundred megabytes were freed below one that was not."""
    done = subprocess.run([sys.executable, "-c", GROWN, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not keep_small(), reason="no glibc here")
def test_freed_arrays_go_back() -> None:
    assert left("small") < 10e6
    assert left("as it is") > 50e6, "else nothing needs to be done about it any more"
