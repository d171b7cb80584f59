"""The attacker: whatever arrives is a counted drop, whatever is wrong at the start is one line."""

import json
import random
import re
import struct
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from common import osc, wire
from common.bitmap import BLANK, Bitmap
from common.control import Control
from common.link import MemoryNetwork, UdpLink
from common.wire import Answer, Hello, Legacy, Preview, Submit
from display_node.engines.eager import Eager
from display_node.events import Compiled, Event, Failed, Job
from display_node.ledger import Ledger
from display_node.mailbox import MAX_STATIONS
from display_node.network import FORMAT, SHIPPED, Network, load
from display_node.turns import MAX_WAITING
from display_node.worker import MAX_QUEUE, Worker
from tests.display_node.conftest import Wall, refused, until
from tests.display_node.test_desk import ONE

NOISE = Bitmap(bytes(range(256)) * 4)
REPEATS = 25
FLOOD = 10_000
PART = 50
"""Packets sent at one go: a quarter of what the kernel holds for the wall, unless its limit is raised."""
LARGE = 5
"""The same of packets of 20 kB."""
LEAK = 32 << 20
"""Bytes: some hundreds for each packet that is poured where nothing is to stay."""
SHOWS = 320 << 20
"""Bytes: 16 compiled shows of 10 MB may wait, and the allocator keeps some to itself."""

HEAD = b"/drawing/hello\0\0"
BUNDLE = b"#bundle\0" + bytes(8)


def padded(text: str) -> bytes:
    data = text.encode()
    return data + bytes(4 - len(data) % 4)


def nested(depth: int) -> bytes:
    packet = Hello("sand", 1).encode()
    for _ in range(depth):
        packet = BUNDLE + struct.pack(">i", len(packet)) + packet
    return packet


def picture(address: str, side: int, pixels: bytes) -> bytes:
    return osc.build(address, "shiib", ["sand", 1, 1, side, pixels])


ATTACKS = {
    "a bundle element of −4 bytes": (BUNDLE + b"\xff\xff\xff\xfc", "bundle"),
    "a bundle element of 2 GB": (BUNDLE + b"\x7f\xff\xff\xff", "bundle"),
    "bundles forty deep": (nested(40), "bundle"),
    "forty messages in a bundle": (BUNDLE + (b"\0\0\0\x08/a\0\0,\0\0\0") * 40, "bundle"),
    "twelve stars": (b"/" + b"*" * 12 + b"\0\0\0,\0\0\0", "address"),
    "an address of 1,000 letters": (padded("/" + "a" * 1000) + b",\0\0\0", "address"),
    "a forged line of the log": (padded("/a\n2026-01-01 display ERROR forged") + b",\0\0\0", "address"),
    "another port's address": (Control("restart").encode(), "address"),
    "bad UTF-8": (HEAD + b",sh\0\xff\xfe\xfd\0" + bytes(8), "text"),
    "a name that clears the screen": (osc.build("/drawing/hello", "sh", ["\x1b[2J", 1]), "value"),
    "an argument too few": (osc.build("/drawing/hello", "s", ["sand"]), "tags"),
    "an argument too many": (osc.build("/drawing/hello", "shh", ["sand", 1, 1]), "tags"),
    "an unknown tag": (HEAD + b",sXh\0\0\0\0" + b"sand\0\0\0\0" + bytes(8), "tags"),
    "MIDI": (HEAD + b",shm\0\0\0\0" + b"sand\0\0\0\0" + bytes(12), "tags"),
    "an array": (HEAD + b",s[h]\0\0\0" + b"sand\0\0\0\0" + bytes(8), "tags"),
    "no tags": (HEAD, "tags"),
    "no end": (HEAD[:-2] + b"ab", "padding"),
    "three bytes": (b"abc", "size"),
    "nothing": (b"", "size"),
    "more than 8,192 bytes": (bytes(20_000), "size"),
    "just over the limit": (picture("/drawing/preview", 32, bytes(1200)), "size"),
    "a blob of −1 bytes": (b"/drawing/clear\0\0,b\0\0\xff\xff\xff\xff", "size"),
    "a bitmap of another side": (picture("/drawing/submit", 28, bytes([255]) * 784), "bitmap"),
    "a bitmap that lies about its side": (picture("/drawing/submit", 32, bytes([255]) * 784), "bitmap"),
    "an empty drawing": (picture("/drawing/submit", 32, BLANK.pixels), "empty"),
}


@pytest.mark.parametrize(("datagram", "kind"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_counted_and_the_next_drawing_answered(wall: Wall, datagram: bytes, kind: str) -> None:
    before, threads = Counter(wall.counters), wall.measured.num_threads()
    for n in range(REPEATS):
        wall.send(datagram)
        if n % LARGE == 0:
            wall.settle()
    assert wall.read(ONE).digit == 1
    counted = Counter(wall.counters) - before
    assert {name: n for name, n in counted.items() if name.startswith("dropped")} == {
        f"dropped_{kind}": REPEATS
    }
    until(lambda: wall.measured.num_threads() <= threads)
    until(wall.living)


def test_a_future_costs_no_thread(wall: Wall) -> None:
    before, threads = wall.counters.get("hellos", 0), wall.measured.num_threads()
    hello = Hello("sand", 1).encode()
    for n in range(300):
        tag = struct.pack(">Q", (0xF0000000 + n) << 32)
        wall.send(b"#bundle\0" + tag + struct.pack(">i", len(hello)) + hello)
        if n % PART == 0:
            wall.settle()
    wall.settle()
    # They act on arrival: a peer's clock may be wrong by years.
    assert wall.counters["hellos"] - before >= 300
    until(lambda: wall.measured.num_threads() <= threads)


def mutated(valid: list[bytes], chance: random.Random) -> bytes:
    packet = bytearray(chance.choice(valid))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(packet)) if packet else 0
        word, how = at & ~3, chance.randrange(6)
        if how == 0 and packet:
            packet[at] ^= 1 << chance.randrange(8)
        elif how == 1 and packet:
            packet[min(at, 63)] = chance.randrange(256)
        elif how == 2:
            del packet[at:]
        elif how == 3:
            other = chance.choice(valid)
            packet[at:] = other[chance.randrange(len(other)) :]
        elif how == 4:
            packet[word : word + 4] = struct.pack(">i", chance.choice((-4, -1, 0, 3, 4, 1 << 20, 2**31 - 1)))
        else:
            packet[word:word] = chance.randbytes(4 * chance.randint(1, 3))
    return bytes(packet)


def dropped(wall: Wall) -> int:
    return sum(count for name, count in wall.counters.items() if name.startswith("dropped"))


def pour(wall: Wall, packets: list[bytes], door: str) -> None:
    link = UdpLink()
    try:
        for start in range(0, len(packets), PART):
            for packet in packets[start : start + PART]:
                wall.send(packet, door, link)
            wall.settle()
    finally:
        link.close()


def show(wall: Wall, station: str) -> None:
    """Have a tour on stage, and so compiled and shown all that was submitted before."""
    wall.rest()  # there is room in the line
    wall.read(ONE, station)

    def staged() -> bool:
        showing = wall.health["station"]
        if showing not in (None, station):
            wall.command("next")
        return bool(showing == station)

    until(staged)


@pytest.mark.parametrize(("submits", "most"), [(True, SHOWS), (False, LEAK)], ids=["all", "no submits"])
def test_ten_thousand_mutations_cost_nothing_that_stays(wall: Wall, submits: bool, most: int) -> None:
    chance = random.Random(20)
    hello, far = Hello("모래시계", 5).encode(), b"\xff" * 8
    valid = [
        Preview("sand", 1, 1, NOISE).encode(),
        *([Submit("sand", 1, 2, NOISE).encode()] if submits else []),
        wire.Clear("sand", 1).encode(),
        hello,
        b"#bundle\0" + far + (struct.pack(">i", len(hello)) + hello) * 3,
    ]
    packets = [mutated(valid, chance) for _ in range(FLOOD)]
    pour(wall, packets[:1000], "drawing")  # what is allocated once is allocated now
    show(wall, f"last {submits}")
    wall.rest()
    memory, threads = wall.measured.memory_info().rss, wall.measured.num_threads()
    before = sum(wall.counters.values())
    for _ in range(1 if submits else 5):
        pour(wall, packets[1000:], "drawing")
    grown = wall.measured.memory_info().rss - memory
    assert sum(wall.counters.values()) - before > 0.9 * (FLOOD - 1000)
    assert wall.read(ONE).digit == 1
    assert grown < most
    until(lambda: wall.measured.num_threads() <= threads)


@pytest.mark.parametrize("door", ["legacy", "control"])
def test_the_other_ports_take_it_too(wall: Wall, door: str) -> None:
    chance = random.Random(21)
    valid = {
        "legacy": [Legacy(NOISE).encode()],
        "control": [Control("seek", 3.0).encode(), Control("next").encode(), Control("volume", 0.5).encode()],
    }
    before = dropped(wall)
    pour(wall, [mutated(valid[door], chance) for _ in range(500)], door)
    until(lambda: dropped(wall) - before > 300)
    wall.command("reset")
    assert wall.read(ONE).digit == 1


def test_a_flood_of_previews_starves_no_submit(wall: Wall) -> None:
    link = UdpLink()
    try:
        for n in range(5000):
            wall.send(Preview("flood", 1, n, NOISE).encode(), link=link)
        assert wall.read(ONE).digit == 1
    finally:
        link.close()


def test_a_flood_of_submits_is_answered_and_shuts_nobody_out(wall: Wall) -> None:
    wall.settle()
    before, memory = wall.counters["submits"], wall.measured.memory_info().rss
    pour(wall, [Submit(f"crowd {n}", 1, 1, NOISE).encode() for n in range(1500)], "drawing")
    assert wall.read(ONE).digit == 1
    until(lambda: wall.counters["submits"] == before + 1501)  # counted just after the answer has left
    assert wall.health["waiting"] <= MAX_WAITING
    assert wall.measured.memory_info().rss - memory < SHOWS
    wall.command("reset")


def test_each_kind_was_logged_once(wall: Wall) -> None:
    for datagram, _ in ATTACKS.values():
        wall.send(datagram)
    wall.settle()
    lines = re.findall(r"WARNING dropped a datagram from 127\.0\.0\.1 \((\w+):", wall.log)
    counted = {name.removeprefix("dropped_") for name in wall.counters if name.startswith("dropped_")}
    assert len(lines) == len(set(lines))
    assert set(lines) >= {kind for _, kind in ATTACKS.values()} - {"stranger", "busy"}
    assert set(lines) <= counted
    assert not any(line.endswith("ERROR forged") for line in wall.log.splitlines())


def test_many_stations_at_once_are_answered_and_only_some_toured() -> None:
    network, ledger, found = MemoryNetwork(), Ledger(), list[Event]()
    wall, tablet = network.link("wall", 9000), network.link("tablet", 1)
    read = load(SHIPPED)
    engine = partial(Eager, read)
    worker = Worker(read, engine, [ONE], ledger, found.append, exhibit="listening", seed=1)
    taken = [worker.submit(Job(f"{n}", 1, ONE, ONE, wall, tablet.address)) for n in range(MAX_QUEUE + 3)]
    assert taken == [True] * MAX_QUEUE + [False] * 3
    worker.start()
    until(lambda: len(tablet.inbox) == MAX_QUEUE)
    until(lambda: [e.job.station for e in found if isinstance(e, Compiled)][-1:] == [f"{MAX_QUEUE - 1}"])
    worker.close()
    assert sum(isinstance(event, Compiled) for event in found) == MAX_STATIONS
    answers = [reply for datagram, _ in tablet.inbox for reply in wire.decode_reply(datagram)]
    assert all(isinstance(reply, Answer) and reply.digit == 1 for reply in answers)


def grown(path: Path, factor: float) -> Path:
    """The shipped weights times `factor`, in a file of their own."""
    network = load(SHIPPED)
    held = {}
    for layer in network.layers:
        if layer.weight is not None and layer.bias is not None:
            held[f"{layer.name}.weight"] = layer.weight * np.float32(factor)
            held[f"{layer.name}.bias"] = layer.bias.copy()
    architecture = json.dumps(network.architecture())
    metadata = {"format": FORMAT, "input": "1,32,32", "architecture": architecture}
    safetensors.numpy.save_file(held, path, metadata)
    return path


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--prot", "9000"], "--prot"),
        (["--frame-rate", "0"], "frame_rate = 0 must be between 1 and 240"),
        (["--drawing-port", "70000"], "drawing_port = 70000"),
        (["--size", "10x10"], "size '10x10'"),
        (["--size", "²x²"], "must be WIDTHxHEIGHT"),
        (["--size", "9" * 5000 + "x9"], "must be WIDTHxHEIGHT"),
        (["--language", "xx"], "no language 'xx'; there are en, ko"),
        (["--exhibit", "nosuch"], "no exhibit 'nosuch'; there are"),
        (["--host", "198.51.100.7"], "198.51.100.7 is not an address of this machine"),
        (["--weights", "/nonexistent.safetensors"], "no weights at /nonexistent.safetensors"),
        (["--config", "/nonexistent.toml"], "cannot read the config /nonexistent.toml"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_bad_option_is_one_line(options: list[str], named: str, tmp_path: Path) -> None:
    assert named in refused(tmp_path, *options)


def test_a_typo_in_the_config_is_one_line(tmp_path: Path) -> None:
    config = tmp_path / "wall.toml"
    config.write_text("frame_rat = 30\n")
    assert "unknown setting 'frame_rat'; did you mean 'frame_rate'?" in refused(
        tmp_path, "--config", str(config)
    )


def test_truncated_weights_are_one_line(tmp_path: Path) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(SHIPPED.read_bytes()[:50_000])
    assert "cut.safetensors is not a whole safetensors file" in refused(tmp_path, "--weights", str(cut))


def test_weights_that_are_not_numbers_are_one_line(tmp_path: Path) -> None:
    path = grown(tmp_path / "nan.safetensors", float("nan"))
    assert "not finite" in refused(tmp_path, "--weights", str(path))


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_weights_too_large_to_compute_with_are_one_line(engine: str, tmp_path: Path) -> None:
    path = grown(tmp_path / "huge.safetensors", 1e30)
    assert "its answers are not numbers" in refused(tmp_path, "--weights", str(path), "--engine", engine)


@pytest.mark.parametrize("door", ["drawing", "control", "http"])
def test_an_occupied_port_is_one_line(wall: Wall, door: str, tmp_path: Path) -> None:
    port = wall.door(door)[1]
    line = refused(tmp_path, f"--{door}-port", str(port))
    assert str(port) in line
    assert "choose another port" in line
    until(wall.living)


def test_no_graphics_is_one_line(tmp_path: Path) -> None:
    nothing = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    assert "no OpenGL 3.3 without a window" in refused(tmp_path, environment=nothing)


def test_a_wall_that_lingers_ends_the_same_way(tmp_path: Path) -> None:
    nothing = {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    begun = time.monotonic()
    assert "no OpenGL" in refused(tmp_path, "--linger", "3", environment=nothing)
    assert time.monotonic() - begun >= 3.0


def test_who_may_command_is_an_address(tmp_path: Path) -> None:
    config = tmp_path / "wall.toml"
    config.write_text('control_allow = "127.0.0.1,10.0.0.5"')
    assert "'127.0.0.1,10.0.0.5' is no IPv4 address" in refused(tmp_path, "--config", str(config))


def test_three_languages_are_one_too_many(tmp_path: Path) -> None:
    assert "names 3" in refused(tmp_path, "--language", "en+ko+en")


def test_no_screen_is_one_line(tmp_path: Path) -> None:
    # Without a folder for it, libwayland adds a line of its own.
    nothing = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "no screen" in refused(tmp_path, "--no-headless", environment=nothing)


def test_a_network_that_cannot_run_says_so_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    network, found = load(SHIPPED), list[Event]()
    *others, last = network.layers
    assert last.weight is not None
    broken = Network(network.input, (*others, replace(last, weight=np.full_like(last.weight, np.inf))))
    engine = partial(Eager, broken)
    worker = Worker(broken, engine, [ONE], Ledger(), found.append, exhibit="listening", seed=1)
    worker.start()
    until(lambda: found)
    worker.close()
    assert found == [
        Failed("the network cannot be run: its weights are so large that its answers are not numbers")
    ]
    assert not caplog.records
