"""A machine that is switched on with its disk full: supervisord, keeper and wall all begin there."""

from pathlib import Path

import psutil

from tests.budgets import DEATH
from tests.deploy.galleries import deployed, supervised
from tests.deploy.test_recovery import first_start, recovers, wait_running
from tests.machines.test_faults import fill
from tests.netns import small_disk
from tests.processes import wait_for


def test_a_morning_on_a_full_disk() -> None:
    wall = {"size": "64x64", "recorder": True, "recorder_mb": 1}
    with deployed("display", display=wall) as place, small_disk(place.state, 1_000):
        conf = place.config / "supervisord.conf"
        # Logs turn over at 5 MB: here after some lines, so that this, too, happens while there is no room.
        conf.write_text(conf.read_text().replace("logfile_maxbytes=5MB", "logfile_maxbytes=1KB"))
        (place.state / "display.log").write_text("yesterday\n" * 100)
        fill(place.state)
        # supervisord.out is on the same disk: what supervisord itself complains of is lost as well.
        out = Path("/dev/null")
        with supervised(place, out=out, XDG_CACHE_HOME=str(place.state / "cache")) as supervisor:
            first = first_start(place)
            wait_running(place, "keeper")
            recovers("kill -9 of a wall that began on a full disk", place, supervisor, "display",
                     psutil.Process.kill, DEATH, first)  # fmt: skip
            # There is room again: everything is kept again, without anybody's help.
            for ballast in place.state.glob("ballast-*"):
                ballast.unlink()
            wait_for(lambda: (place.state / "display" / "visitors.sqlite3").is_file(), "counts on the disk")
