"""What starts a machine without anybody: two systemd units, and the kiosk session that the screen is.

Two units, since they fail for different reasons: supervisord and the keeper run, and can be asked what is
wrong, while there is no monitor for an X server to find. Facts: systemd.service(5), systemd.kill(5),
startx(1), cage(1).
"""

from deploy.gallery.settings import Machine

RUN = "/run/sandglass"
"""Of the kiosk session, for the Wayland socket: known before anybody has logged in."""

SERVICE = """\
# Sandglass on {name}: every program of this machine, under supervisord. Made by sandglass deploy.

[Unit]
Description=Sandglass: supervisord and its programs
# Neither the network nor the screen is waited for: the programs wait for both themselves.
After=local-fs.target systemd-user-sessions.service
StartLimitIntervalSec=0

[Service]
User={user}
SupplementaryGroups=video render input audio
WorkingDirectory={state}
{state_directory}UMask=0077
ExecStart={folder}/.venv/bin/supervisord --nodaemon --configuration {config}/supervisord.conf
Restart=always
RestartSec=0.5
# The keeper feeds this watchdog, and only after supervisord has answered it: if both hang, or supervisord by
# itself, all begins anew. So long until it is fed first, on a slow machine that has just been switched on;
# from then on the keeper has it wait for seconds only. A keeper that can't start feeds it too, for as long
# again, each time that supervisord or the reviver tries, which is at least once a minute: that ends no show.
WatchdogSec=180
WatchdogSignal=SIGKILL
NotifyAccess=all
# supervisord ends its programs itself, in order; what is left after that is killed.
KillMode=mixed
TimeoutStopSec=30
# One program that took all memory is supervisor's matter, no reason to stop the others.
OOMPolicy=continue
NoNewPrivileges=yes
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""

SCREEN = """\
# The screen of {name}: a session with nothing in it but what supervisord's programs show.
# Made by sandglass deploy.

[Unit]
Description=Sandglass: the screen
After=systemd-user-sessions.service systemd-logind.service dbus.socket getty@tty1.service
Wants=systemd-logind.service dbus.socket
Conflicts=getty@tty1.service
ConditionPathExists=/dev/tty0
StartLimitIntervalSec=0

[Service]
User={user}
WorkingDirectory={state}
# A real login session on a terminal of its own: so X, or cage, may have screen and touch without being root.
PAMName=login
Environment=XDG_SESSION_TYPE={session}
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
TTYVTDisallocate=yes
StandardInput=tty
StandardOutput=journal
UnsetEnvironment=TERM
UtmpIdentifier=tty1
UtmpMode=user
RuntimeDirectory=sandglass
RuntimeDirectoryMode=0700
{state_directory}# The leading + runs it as root: X and cage want their terminal in front.
ExecStartPre=+/usr/bin/chvt 1
ExecStart={config}/kiosk.sh
Restart=always
RestartSec=2
TimeoutStopSec=10

[Install]
WantedBy=multi-user.target
"""

KIOSK_X = """\
#!/bin/sh
# The screen of {name}, on X: started by sandglass-screen.service. Made by sandglass deploy.
set -eu

if [ "${{1:-}}" != session ]; then
    # No cursor, no network door; -keeptty, since the terminal is systemd's; -noreset, or X would forget all
    # that is set below whenever its last window goes, as when the wall is started afresh. Not exec'ed: startx
    # is deaf to systemd's SIGTERM, but all of it ends with this shell, whose terminal it is.
    startx "$0" session -- :0 vt1 -keeptty -nocursor -nolisten tcp -noreset
    exit
fi

# Never blank. DPMS itself stays on, without any timeout: it is how the screen is put out when it is closed.
xset s off
xset s noblank
xset +dpms || true  # a virtual screen has none
xset dpms 0 0 0 || true
xsetroot -solid black || true
exec sleep infinity
"""

KIOSK_WAYLAND = """\
#!/bin/sh
# The screen of {name}, on Wayland: started by sandglass-screen.service. Made by sandglass deploy.
set -eu

# Where the programs look for it. cage never blanks, and shows the window that came last. Not exec'ed: cage
# without a monitor would wait for ever for a child of systemd's, where it should end and be tried again.
export XDG_RUNTIME_DIR="${{SANDGLASS_RUN:-{run}}}"
cage -s -- sleep infinity
"""


def service(machine: Machine) -> str:
    return SERVICE.format(**_words(machine))


def screen(machine: Machine) -> str:
    return SCREEN.format(session="x11" if machine.screen == "x" else "wayland", **_words(machine))


def kiosk(machine: Machine) -> str:
    return (KIOSK_X if machine.screen == "x" else KIOSK_WAYLAND).format(run=RUN, **_words(machine))


def environment(machine: Machine) -> dict[str, str]:
    """What a program with a window has to know of the session."""
    if machine.screen == "wayland":
        return {"XDG_RUNTIME_DIR": RUN, "WAYLAND_DISPLAY": "wayland-0", "SDL_VIDEODRIVER": "wayland"}
    return {"DISPLAY": ":0"} if machine.screen == "x" else {}


def _words(machine: Machine) -> dict[str, str]:
    words = {key: str(getattr(machine, key)) for key in ("name", "user", "folder", "config", "state")}
    under, _, leaf = machine.state.rpartition("/")
    # systemd makes it, and gives it to the user, where it is its own to give.
    made = f"StateDirectory={leaf}\nStateDirectoryMode=0700\n" if under == "/var/lib" else ""
    return words | {"state_directory": made}
