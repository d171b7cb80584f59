"""What can be read off this machine: uptime, load, temperature, disk, a process' age."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

HOTTEST = 150.0
"""°C. Sensors that are not there read as more, or as less than the coldest gallery."""
COLDEST = -40.0


def uptime() -> float:
    """Seconds since boot, told by a clock that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def process_age(pid: int, proc: Path = Path("/proc")) -> float | None:
    """Seconds since the process was started, by the same clock; None if there is none, or no /proc."""
    try:
        return max(0.0, uptime() - int(_stat(pid, proc)[19]) / os.sysconf("SC_CLK_TCK"))
    except (OSError, IndexError, ValueError):
        return None


def process_work(pid: int, proc: Path = Path("/proc")) -> float:
    """Seconds of processor that the process has had, all its threads together; 0 if that can't be told."""
    try:
        user, system = _stat(pid, proc)[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return 0.0


def stands_still(pid: int, proc: Path = Path("/proc")) -> bool:
    """Whether the process was stopped (SIGSTOP), so that it does nothing and hears nothing but SIGKILL."""
    try:
        return _stat(pid, proc)[0] == "T"
    except (OSError, IndexError):
        return False


def load() -> float:
    """Processes that wanted a core, on average of the last minute."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def disk(folder: Path) -> tuple[int, int]:
    """(free, size) in bytes of the disk that `folder` is on; zeros if it can't be told."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return 0, 0
    return told.f_bavail * told.f_frsize, told.f_blocks * told.f_frsize


def temperature(sys: Path = Path("/sys/class")) -> float | None:
    """°C of the hottest sensor, or None. In thousandths, say the kernel's documents on thermal and hwmon."""
    found = [value for path in _sensors(sys) if (value := _degrees(path)) is not None]
    return max(found, default=None)


def _stat(pid: int, proc: Path) -> list[str]:
    """What proc(5) tells behind the name, which is in brackets and may hold anything: state, and so on."""
    return (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _sensors(sys: Path) -> Iterator[Path]:
    for folder, pattern in (("thermal", "thermal_zone*/temp"), ("hwmon", "hwmon*/temp*_input")):
        try:
            yield from sorted((sys / folder).glob(pattern))
        except OSError:
            continue


def _degrees(path: Path) -> float | None:
    try:
        value = int(path.read_text()) / 1000.0
    except (OSError, ValueError):  # some drivers answer with an error until they are warm
        return None
    return value if COLDEST < value < HOTTEST else None
