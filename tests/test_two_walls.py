"""Real walls and real stations on this machine that find each other: who answers, and who when one dies."""

import http.client
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.budgets import DEATH, TRIES, held
from tests.display_node.conftest import Wall, until
from tests.processes import DEADLINE

SEVEN = {"label": 7, "box": [100, 200], "strokes": [[[20, 30], [80, 30], [40, 170]]]}


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wall, Wall]]:
    """`left`, and `right`, which knows of left only."""
    left = Wall(tmp_path_factory.mktemp("left"), "--name", "left")
    right = Wall(tmp_path_factory.mktemp("right"), "--name", "right", "--peers", peers(left))
    yield left, right
    right.close()
    left.close()


def peers(*found: Wall) -> str:
    return " ".join(f"127.0.0.1:{wall.ports['drawing_port']}" for wall in found)


def drawings(folder: Path, count: int) -> str:
    path = folder / f"{count}.strokes.json"
    path.write_text(json.dumps({"format": "sandglass-strokes-1", "drawings": [SEVEN] * count}))
    return str(path)


def station(*options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "input_node", "--headless", "--no-discovery", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pipesize=4096)  # some twenty answers


def replayed(*options: str) -> list[dict[str, Any]]:
    process = station(*options)
    out, _ = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def submits(wall: Wall) -> int:
    return wall.counters.get("submits", 0)


def test_two_walls_know_each_other_and_the_time(walls: tuple[Wall, Wall]) -> None:
    left, right = walls

    def met(one: Wall, other: Wall) -> dict[str, Any] | None:
        found = [peer for peer in one.health["peers"] if peer["id"] == other.health["id"]]
        return found[0] if found and found[0]["alive"] and found[0]["offset_ms"] is not None else None

    for one, other in ((left, right), (right, left)):
        peer = until(lambda one=one, other=other: met(one, other))  # type: ignore[misc]
        assert peer["role"] == "display"
        assert abs(peer["offset_ms"]) <= peer["uncertainty_ms"]  # one machine has one monotonic clock


@pytest.mark.parametrize(
    ("prefer", "wanted"), [("", ([0, 2], [2, 0])), ("right", ([0, 2],)), ("left", ([2, 0],))]
)
def test_a_station_takes_the_preferred_wall_or_stays_with_one(
    walls: tuple[Wall, Wall], tmp_path: Path, prefer: str, wanted: tuple[list[int], ...]
) -> None:
    """In one of three tries: who begins to draw while the preferred wall stands still is not kept waiting."""
    until(lambda: all(wall.health["awake"] and not wall.health["waiting"] for wall in walls))
    found: list[list[int]] = []
    while len(found) < TRIES and (not found or found[-1] not in wanted):
        before = [submits(wall) for wall in walls]
        lines = replayed("--peers", peers(*walls), "--prefer", prefer, "--replay", drawings(tmp_path, 2))
        assert [line["digit"] for line in lines] == [7, 7]
        found.append([submits(wall) - were for wall, were in zip(walls, before, strict=True)])
    assert found[-1] in wanted


def test_what_a_wall_dies_on_is_answered_by_the_other(walls: tuple[Wall, Wall], tmp_path: Path) -> None:
    """Soon, in one of some tries."""
    folders, start = map("{}".format, itertools.count()), 0.0

    def dies() -> float:
        nonlocal start
        (folder := tmp_path / next(folders)).mkdir()
        began = time.monotonic()
        victim = Wall(folder, "--name", "a-victim")
        start = time.monotonic() - began
        try:
            return outlived(victim, walls[1], drawings(tmp_path, 120))
        finally:
            victim.process.kill()
            victim.process.wait()
            victim.link.close()

    took = dies()
    held("a wall's death is got over", took, DEATH, start, dies)


def outlived(victim: Wall, other: Wall, file: str) -> float:
    """Kills the wall at which a station draws; seconds for which one of its drawings waited."""
    options = ("--peers", peers(victim, other), "--prefer", "a-victim", "--station", "survivor")
    for _ in range(TRIES):
        before = submits(other)
        process = station(*options, "--replay", file)
        assert process.stdout
        first = process.stdout.readline()
        if submits(other) == before:  # it is at the victim's, and waits until more is read
            break
        process.kill()
        process.communicate()
    try:
        victim.process.kill()
        out, _ = process.communicate(timeout=DEADLINE)
    finally:
        process.kill()
    assert process.returncode == 0
    lines = [json.loads(line) for line in (first, *out.splitlines())]
    assert [line["index"] for line in lines] == list(range(120))
    assert 0 < submits(other) - before < 120
    slowest = float(max(line["latency_ms"] for line in lines)) / 1000
    assert slowest > 1.0, "it did wait for the dead one"
    return slowest


def test_health_of_a_station_says_which_wall_and_who_else(walls: tuple[Wall, Wall], tmp_path: Path) -> None:
    process = station("--peers", peers(*walls), "--http-port", "0", "--prefer", "right")
    try:
        assert process.stdout
        port = json.loads(process.stdout.readline())["http_port"]

        def told() -> dict[str, Any] | None:
            page: dict[str, Any] = health(port)
            there = {peer["name"] for peer in page["peers"] if peer["age"] < 3.0}
            at_its_wall = page["wall"] == walls[1].health["id"] and page["reachable"]
            return page if at_its_wall and there == {"left", "right"} else None

        page = until(told)
        assert page["station"].endswith(page["id"][:4])
        known = until(lambda: [p for p in walls[0].health["peers"] if p["id"] == page["id"]])
        assert known[0]["role"] == "input"
        assert known[0]["http_port"] == port
    finally:
        process.terminate()
        assert process.wait(DEADLINE) == 0


def health(port: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request("GET", "/health")
        page: dict[str, Any] = json.loads(connection.getresponse().read())
        return page
    finally:
        connection.close()
