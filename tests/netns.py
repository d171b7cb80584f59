"""Several machines on this one: network namespaces on a bridge, whose cables can be pulled.

    with bridge("wall", "tablet") as net:
        net["wall"].address                     # 10.77.0.1; the second is 10.77.0.2 and so on
        with net["wall"].running(*python("display_node"), log=folder / "wall.log") as process: …
        net["tablet"].unplug(); net["tablet"].plug()
        net["tablet"].lose(30)                  # percent of its datagrams, each way
        with net["tablet"].entered():           # this thread only: sockets opened here live there
            link = UdpLink("0.0.0.0")

The bridge has a namespace of its own, so nothing of the host's network is touched. Every name carries this
process' number, so that tests may run side by side; what a killed run left behind is swept up by the next.
Where namespaces cannot be had (no root, no `ip` or `nft`), `bridge` skips the test with the reason.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.processes import running as running_process

PREFIX = "sg-"
CLONE_NEWNET = 0x40000000
_numbers = itertools.count()
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Machine:
    """One namespace with a loopback and one cable, `eth0`, to the bridge. `address`: IPv4 text."""

    name: str
    space: str
    hub: str
    port: str
    """Name of the cable's other end, in the bridge's namespace."""
    address: str
    clocks: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def command(self, *argv: str, ahead: int = 0) -> list[str]:
        """`argv` as run on this machine; its CLOCK_MONOTONIC is `ahead` seconds before this test's (≥ 0).

        Everything is exec'ed in place: the process that is started is the one that gets the signals.
        """
        inside = ["ip", "netns", "exec", self.space]
        if ahead:
            inside += ["nsenter", f"--time=/proc/{self._clock(ahead)}/ns/time_for_children"]
        return [*inside, *argv]

    def run(self, *argv: str, timeout: float = 60.0) -> str:
        """What a command prints here; fails with what it said on stderr."""
        return _sh(*self.command(*argv), timeout=timeout)

    @contextlib.contextmanager
    def running(
        self, *argv: str, log: Path, env: dict[str, str] | None = None, ahead: int = 0
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """As `processes.running`, on this machine."""
        with running_process(*self.command(*argv, ahead=ahead), env=env, log=log) as process:
            yield process

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread, and no other, is on this machine; a socket stays where it was opened."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.space}") as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def unplug(self) -> None:
        """Pull the cable at the switch: the machine keeps its address and sees that there is no carrier."""
        _sh("ip", "-n", self.hub, "link", "set", self.port, "down")

    def plug(self) -> None:
        _sh("ip", "-n", self.hub, "link", "set", self.port, "up")

    def down(self) -> None:
        """Switch the interface off, as an administrator does."""
        _sh("ip", "-n", self.space, "link", "set", "eth0", "down")

    def up(self) -> None:
        _sh("ip", "-n", self.space, "link", "set", "eth0", "up")

    def readdress(self, address: str | None) -> None:
        """Another address instead of the present one, as DHCP may give; None: no address at all."""
        _sh("ip", "-n", self.space, "address", "flush", "dev", "eth0")
        if address is not None:
            _sh("ip", "-n", self.space, "address", "add", f"{address}/24", "brd", "+", "dev", "eth0")
            self.address = address

    def lose(self, percent: float) -> None:
        """Drop this share of its IP datagrams each way, at random; 0 for none. The sender never notices."""
        mark = f"meta protocol ip numgen random mod 1000 < {round(percent * 10)} counter drop"
        self._filter("loss", mark if percent else "")

    def drop_multicast(self, dropped: bool = True) -> None:
        """As a switch does that snoops on IGMP wrongly: nothing sent to 224.0.0.0/4 gets through."""
        self._filter("multicast", "ip daddr 224.0.0.0/4 counter drop" if dropped else "")

    def _filter(self, table: str, rule: str) -> None:
        """Replace a rule at both ends of the cable, so that each direction meets it once, on arrival."""
        for space, device in ((self.space, "eth0"), (self.hub, self.port)):
            full = f"netdev {table}_{device.replace('-', '_')}"
            script = f"add table {full}\ndelete table {full}\n"
            if rule:
                hook = f'type filter hook ingress device "{device}" priority 0; policy accept;'
                script += f"table {full} {{\nchain c {{\n{hook}\n{rule}\n}}\n}}\n"
            _sh("ip", "netns", "exec", space, "nft", "-f", "-", said=script)

    def _clock(self, ahead: int) -> int:
        """The number of a process that holds a clock of this machine's."""
        if ahead not in self.clocks:
            holder = subprocess.Popen(["unshare", "--time", "--monotonic", str(ahead), "sleep", "infinity"])
            self.clocks[ahead] = holder
            while b"sleep" not in Path(f"/proc/{holder.pid}/cmdline").read_bytes().split(b"\0")[0]:
                assert holder.poll() is None, "unshare --time: this kernel has no time namespaces"
        return self.clocks[ahead].pid


@contextlib.contextmanager
def bridge(*names: str, network: str = "10.77.0", addressed: bool = True) -> Iterator[Mapping[str, Machine]]:
    """A machine for each name, all on one bridge that passes multicast; all gone after the block.

    `network`: the first three numbers of their addresses; `addressed=False`: they have none to begin with.
    """
    _possible()
    _sweep()
    prefix = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    hub = f"{prefix}-hub"
    machines: dict[str, Machine] = {}
    try:
        _sh("ip", "netns", "add", hub)
        _sh(
            "ip",
            "-n",
            hub,
            "link",
            "add",
            "br0",
            "type",
            "bridge",
            "mcast_snooping",
            "0",
            "forward_delay",
            "0",
        )
        _sh("ip", "-n", hub, "link", "set", "br0", "up")
        for number, name in enumerate(names, 1):
            machine = Machine(name, f"{prefix}-{name}", hub, f"port{number}", f"{network}.{number}")
            machines[name] = machine
            _sh("ip", "netns", "add", machine.space)
            _sh("ip", "-n", machine.space, "link", "set", "lo", "up")
            _sh("ip", "-n", machine.space, "link", "add", "eth0", "type", "veth",
                "peer", "name", machine.port, "netns", hub)  # fmt: skip
            _sh("ip", "-n", hub, "link", "set", machine.port, "master", "br0", "up")
            machine.up()
            if addressed:
                machine.readdress(machine.address)
        yield machines
    finally:
        for machine in machines.values():
            for holder in machine.clocks.values():
                holder.kill()
                holder.wait()
        for space in [machine.space for machine in machines.values()] + [hub]:
            _remove(space)


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk that is soon full: a tmpfs of this size over `folder`, for every process on this machine."""
    _possible()
    folder.mkdir(parents=True, exist_ok=True)
    _sh("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _sh("umount", "--lazy", str(folder))


def _possible() -> None:
    missing = [tool for tool in ("ip", "nft", "unshare", "nsenter") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} here (deploy/system_packages.sh test installs them)")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    probe = f"{PREFIX}{os.getpid()}-{next(_numbers)}-probe"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no network namespaces here: {made.stderr.strip()}")
    _remove(probe)


def _sweep() -> None:
    """Remove what runs that were killed have left behind."""
    listed = Path("/run/netns")
    for space in [path.name for path in listed.iterdir()] if listed.is_dir() else []:
        owner = space.removeprefix(PREFIX).split("-")[0]
        if space.startswith(PREFIX) and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(space)


def _remove(space: str) -> None:
    subprocess.run(["ip", "netns", "delete", space], capture_output=True, timeout=60)


def _sh(*argv: str, said: str | None = None, timeout: float = 60.0) -> str:
    done = subprocess.run(argv, input=said, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}"
    return done.stdout


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
