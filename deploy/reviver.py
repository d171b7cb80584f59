"""Starts again what supervisor has given up: `python -m deploy.reviver`, as one of its event listeners.

supervisor leaves a program for good that failed to start as often as it may (`FATAL`). In a gallery nobody is
there to start it, and whatever was wrong, a projector or a network, may be well by now. It looks at what is
FATAL *now*, once a minute as well as when told, so that nothing is lost while it was itself away.
"""

import os
import sys
import time
import xmlrpc.client
from typing import Any

from supervisor import childutils
from supervisor.states import ProcessStates

PAUSE = 5.0
"""Seconds to let a program rest before its next round."""


def main() -> int:
    supervisor: Any = childutils.getRPCInterface(os.environ).supervisor  # type: ignore[no-untyped-call]
    line: Any = childutils.listener
    while True:
        headers, _ = line.wait(sys.stdin, sys.stdout)
        if not headers["eventname"].startswith("TICK"):
            time.sleep(PAUSE)
        revive(supervisor)
        line.ok(sys.stdout)


def revive(supervisor: Any) -> None:
    for process in supervisor.getAllProcessInfo():
        if process["state"] == ProcessStates.FATAL:
            name = f"{process['group']}:{process['name']}"
            try:
                supervisor.startProcess(name, False)
            except (
                xmlrpc.client.Fault
            ) as fault:  # started by somebody else, or it fails at once: both are seen to
                print(f"{name}: {fault.faultString}", file=sys.stderr, flush=True)
            else:
                print(f"{name} was given up and is started again", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if "SUPERVISOR_SERVER_URL" not in os.environ:
        sys.exit("sandglass: the reviver is started by supervisord, as one of its event listeners")
    sys.exit(main())
