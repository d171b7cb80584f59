"""Real walls and real stations on this machine that find each other: who answers, and who when one dies."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.budgets import DEATH
from tests.display_node.conftest import Wall, until

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
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def replayed(*options: str) -> list[dict[str, Any]]:
    process = station(*options)
    out, _ = process.communicate(timeout=120)
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


@pytest.mark.parametrize(("prefer", "taken"), [("", None), ("right", 1), ("left", 0)])
def test_a_station_takes_the_preferred_wall_or_stays_with_one(
    walls: tuple[Wall, Wall], tmp_path: Path, prefer: str, taken: int | None
) -> None:
    until(lambda: all(wall.health["awake"] and not wall.health["waiting"] for wall in walls))
    before = [submits(wall) for wall in walls]
    lines = replayed("--peers", peers(*walls), "--prefer", prefer, "--replay", drawings(tmp_path, 2))
    assert [line["digit"] for line in lines] == [7, 7]
    grown = [submits(wall) - were for wall, were in zip(walls, before, strict=True)]
    assert sorted(grown) == [0, 2]
    assert taken is None or grown[taken] == 2


def test_what_a_wall_dies_on_is_answered_by_the_other(walls: tuple[Wall, Wall], tmp_path: Path) -> None:
    other = walls[1]
    before = submits(other)
    victim = Wall(tmp_path, "--name", "a-victim")
    count = 40
    process = station(
        "--peers", peers(victim, other), "--prefer", "a-victim", "--station", "survivor",
        "--replay", drawings(tmp_path, count),
    )  # fmt: skip
    try:
        assert process.stdout
        lines = [json.loads(process.stdout.readline())]  # it is at the victim's, and in full swing
        assert submits(other) == before
        victim.process.kill()
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
        victim.process.kill()
        victim.process.wait()
        victim.link.close()
    assert process.returncode == 0
    lines += [json.loads(line) for line in out.splitlines()]
    assert [line["index"] for line in lines] == list(range(count))
    slowest = max(line["latency_ms"] for line in lines) / 1000
    print(f"the death of a wall was got over in {slowest:.1f} s")
    assert 1.0 < slowest < DEATH  # it did wait for the dead one
    assert 0 < submits(other) - before < count


def test_health_of_a_station_says_which_wall_and_who_else(walls: tuple[Wall, Wall], tmp_path: Path) -> None:
    process = station("--peers", peers(*walls), "--http-port", "0", "--prefer", "right")
    try:
        assert process.stdout
        port = json.loads(process.stdout.readline())["http_port"]

        def told() -> dict[str, Any] | None:
            page: dict[str, Any] = health(port)
            return page if page["wall"] == walls[1].health["id"] and page["reachable"] else None

        page = until(told)
        assert {peer["name"] for peer in page["peers"]} == {"left", "right"}
        assert page["station"].endswith(page["id"][:4])
        assert all(peer["age"] < 3.0 for peer in page["peers"])
        known = until(lambda: [p for p in walls[0].health["peers"] if p["id"] == page["id"]])
        assert known[0]["role"] == "input"
        assert known[0]["http_port"] == port
    finally:
        process.terminate()
        assert process.wait(10) == 0


def health(port: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health")
        page: dict[str, Any] = json.loads(connection.getresponse().read())
        return page
    finally:
        connection.close()
