"""`python -m deploy.keeper`: systemd's watchdog first, then everything else (`service.py`)."""

import sys

from common.errors import explain
from deploy.keeper import watchdog


def main() -> int:
    """A keeper that can't start must not cost the show: systemd ends all that runs here if it is not fed.

    So it is fed before anything is read. Imports are late for the same reason: half an upgrade may lack a
    package; and systemd can't tell whose word it was of a process that ended right after it.
    """
    watchdog.begin()
    from deploy.keeper.service import serve

    return serve()


if __name__ == "__main__":
    sys.exit(explain(main))
