"""Which part of the whole a tile is, and what is said of a bad one."""

import re
import subprocess
import sys

import pytest

from common.errors import ConfigError
from display_node.tiling import Portion, Tile, alone, parse_tile
from tests.processes import DEADLINE


def test_tiles_are_counted_from_the_upper_left_and_pixels_from_the_lower_left() -> None:
    size = (100, 50)
    assert parse_tile("", "0").portion(size) == alone(size)
    assert parse_tile("2x1:1,0", "0").portion(size) == Portion((200, 50), (100, 0), size)
    assert parse_tile("1x2:0,0", "8").portion(size) == Portion((100, 108), (0, 58), size)
    assert parse_tile("3X2:2,1", "30x8").portion(size) == Portion(
        (360, 108), (260, 0), size, ((100 / 360, 130 / 360), (230 / 360, 260 / 360))
    )


def test_tiles_and_gaps_are_the_whole_and_nothing_twice() -> None:
    size, seen = (7, 5), set()
    for column in range(3):
        for row in range(2):
            portion = Tile(3, 2, column, row, (2, 3)).portion(size)
            x, y = portion.corner
            tile = {(i, j) for i in range(x, x + 7) for j in range(y, y + 5)}
            assert not tile & seen
            seen |= tile
            assert portion.aspect == (3 * 7 + 2 * 2) / (2 * 5 + 3)
    assert max(seen) == (24, 12)
    assert len(seen) == 6 * 35


def test_what_is_drawn_is_in_cells_of_the_whole() -> None:
    """With a margin where the picture goes on, without where it ends."""
    left, right = (Tile(2, 1, column, 0, (30, 0)).portion((100, 50)) for column in range(2))
    assert left.around(40, 8) == ((0, 0), (144, 56))
    assert right.around(40, 8) == ((88, 0), (144, 56))
    assert alone((64, 32)).around(40, 8) == ((0, 0), (64, 32))


@pytest.mark.parametrize(
    ("tile", "bezel", "named"),
    [
        ("2x1", "0", "tile '2x1' must be COLUMNSxROWS:COLUMN,ROW, such as 2x1:0,0"),
        ("2x1:2,0", "0", "columns go from 0 to 1, rows from 0, the top one, to 0"),
        ("2x1:0,1", "0", "rows from 0, the top one, to 0"),
        ("0x1:0,0", "0", "between 1 and 16"),
        ("17x1:0,0", "0", "between 1 and 16"),
        ("2x1:0,0", "-3", "bezel '-3' must be PIXELS or ACROSSxDOWN"),
        ("2x1:0,0", "3000", "bezel '3000' must be at most 2000 pixels"),
    ],
)
def test_a_bad_one_is_named(tile: str, bezel: str, named: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(named)):
        parse_tile(tile, bezel)


@pytest.mark.parametrize("module", ["display_node", "display_node.render"])
def test_both_commands_say_it_in_one_line(module: str) -> None:
    command = [sys.executable, "-m", module, "--tile", "2x1:5,0"]
    more = ["-o", "x.png"] if module.endswith("render") else ["--headless", "--no-discovery"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 2
    assert "tile '2x1:5,0'" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
