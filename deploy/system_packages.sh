#!/bin/sh
# Installs the system libraries that are missing, where it may; otherwise says in one line what to install.
# Usage: system_packages.sh run|test
set -eu

# libglib2.0-0: the sound part of pygame loads it.
packages="libegl1 libgl1 libgl1-mesa-dri libglib2.0-0 fonts-nanum"
[ "${1:-run}" = test ] && packages="$packages xvfb xdotool x11-utils liblo-tools iproute2 nftables chromium chromium-driver \
    xinit x11-xserver-utils cage xwayland libwayland-egl1 libwayland-cursor0 libxkbcommon0"

case "$(uname -s)" in
    Darwin) exit 0 ;;  # OpenGL and a Hangul font come with the system
    Linux) ;;
    *) echo "sandglass: on this system install OpenGL drivers and a Hangul font yourself"; exit 0 ;;
esac

if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
    echo "sandglass: not Debian or Ubuntu: install EGL, OpenGL 3.3 drivers (Mesa) and a Hangul font (Nanum or Noto CJK)"
    exit 0
fi

# A Python without ensurepip cannot make a virtual environment; Debian keeps it in a package of its own.
"${PYTHON:-python3}" -c "import ensurepip" 2>/dev/null || packages="$packages python3-venv"

missing=""
for package in $packages; do
    # Newer releases carry some libraries under a second name, with t64 at its end.
    dpkg -s "$package" >/dev/null 2>&1 || dpkg -s "${package}t64" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root="sudo"
else
    echo "sandglass: please install what is missing, then run make again: sudo apt-get install$missing" >&2
    exit 1
fi
echo "sandglass: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# The lists on disk may be old or absent: look them up anew only if they don't do.
# shellcheck disable=SC2086  # the list is meant to be split
$root apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 || {
    $root apt-get update -q >/dev/null
    $root apt-get install -y -q --no-install-recommends $missing
}
