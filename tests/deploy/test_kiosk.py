"""The kiosk sessions: as much of them as there is without a monitor."""

import os
import pty
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.gallery.boot import environment, kiosk
from deploy.gallery.settings import Machine, parse_gallery
from tests.deploy.test_recovery import frames
from tests.processes import DEADLINE, free_port, python, running, wait_for


def machine(screen: str) -> Machine:
    table = {"machines": {"wall": {"screen": screen, "display": {}}}}
    return parse_gallery(table, "gallery.toml").machines[0]


def written(screen: str, folder: Path) -> Path:
    script = folder / "kiosk.sh"
    script.write_text(kiosk(machine(screen)))
    script.chmod(0o755)
    return script


def needs(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (make test installs them on Debian and Ubuntu)")


def test_on_x_it_never_blanks(tmp_path: Path) -> None:
    """Its second half, as startx runs it: by xinit, on an X server without a monitor."""
    needs("xset", "xinit", "Xvfb")
    script = written("x", tmp_path)
    assert "-noreset" in script.read_text()
    display = next(f":{number}" for number in range(60, 99) if not Path(f"/tmp/.X{number}-lock").exists())
    server = ["/usr/bin/Xvfb", display, "-screen", "0", "320x200x24", "-nolisten", "tcp", "-noreset"]

    def told() -> str:
        asked = subprocess.run(
            ["xset", "-display", display, "q"], capture_output=True, text=True, check=False
        )
        return asked.stdout

    with running("xinit", str(script), "session", "--", *server, log=tmp_path / "log") as session:
        wait_for(lambda: "timeout:  0" in told() and "prefer blanking:  no" in told(), "no blanking")
        assert session.poll() is None, "the session lasts"


NOBODY = 65534
APART = (
    "unshare", "--net", "--mount", "sh", "-ec",
    'mkdir -p /tmp/.X11-unix; mount -t tmpfs tmpfs /tmp/.X11-unix; '
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0"',
)  # fmt: skip
"""As nobody, and with X sockets of its own: Xwayland takes :0, which walls without a screen must not find."""


@pytest.fixture
def start(short_path: Path) -> Iterator[Callable[..., psutil.Process]]:
    """Starts the Wayland session as systemd does: as the leader of a terminal of its own, and not as root."""
    needs("cage", "Xwayland")
    script, started = written("wayland", short_path), list[psutil.Process]()
    if os.geteuid() == 0:
        os.chown(short_path, NOBODY, NOBODY)
    told_all = {"WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman", "SANDGLASS_RUN": str(short_path)}

    def begin(**told: str) -> psutil.Process:
        process, _ = pty.fork()
        if not process:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as from systemd, whoever runs the tests
            if not os.fork():
                signal.pause()  # (sd-pam), a child that systemd gives to whoever has a session
            command = [*(APART if os.geteuid() == 0 else ()), str(script)]
            os.execvpe(command[0], command, {**os.environ, **told_all, **told})
        started.append(psutil.Process(process))
        return started[-1]

    yield begin
    for leader in started:
        if leader.is_running():
            leader.kill()
            leader.wait()


def test_on_wayland_the_wall_finds_it_and_all_of_it_ends_with_its_leader(
    start: Callable[..., psutil.Process], short_path: Path, tmp_path: Path
) -> None:
    session = start(WLR_BACKENDS="headless")
    wait_for((short_path / "wayland-0").exists, "the socket, where the programs look for it")
    port = free_port(socket.SOCK_STREAM)
    command = python("display_node", "--fullscreen", "--http-port", str(port), "--host", "127.0.0.1",
                     "--drawing-port", "0", "--control-port", "0", "--no-legacy", "--no-sound",
                     "--http-host", "127.0.0.1", "--samples", "0")  # fmt: skip
    told = environment(machine("wayland")) | {"XDG_RUNTIME_DIR": str(short_path), "DISPLAY": ""}
    with running(*command, env=told, log=tmp_path / "wall.log") as wall:
        wait_for(lambda: frames(port) or wall.poll() is not None, "a frame on Wayland")
        assert wall.poll() is None, (tmp_path / "wall.log").read_text()
        inside = session.children(recursive=True)
        assert {"cage", "sleep"} <= {process.name() for process in inside}
        session.send_signal(signal.SIGTERM)
        session.wait(DEADLINE)
        assert not psutil.wait_procs(inside, DEADLINE)[1], "systemd tells the leader only"


def test_without_a_monitor_it_ends_to_be_tried_again(start: Callable[..., psutil.Process]) -> None:
    """cage itself would wait for ever for a child that is systemd's."""
    assert start(WLR_BACKENDS="none").wait(DEADLINE) != 0
