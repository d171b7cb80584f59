#!/bin/sh
# The screen of tablet, on X: started by sandglass-screen.service. Made by sandglass deploy.
set -eu

if [ "${1:-}" != session ]; then
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
