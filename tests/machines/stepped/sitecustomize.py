"""Python imports this at its start, before anything else, where it stands first on PYTHONPATH: the wall clock
of every process of a machine is then `SANDGLASS_CLOCK`'s seconds, read from that file, before or after ours.

CLOCK_REALTIME has no namespace, and setting it would set it for everybody on this machine. supervisord, its
listeners and the nodes are Python: they ask `time.time`, and `date.today` asks it for them.
"""

import os
import time

_true = time.time
_told = os.environ["SANDGLASS_CLOCK"]


def _stepped() -> float:
    with open(_told) as file:
        return _true() + float(file.read() or 0.0)


time.time = _stepped
time.time_ns = lambda: int(_stepped() * 1e9)
