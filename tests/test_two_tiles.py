"""Two real walls, a tile each, and a third that shows the whole: the machines make one picture.

What the tiles of one process are worth is held by `tests/display_node/render/test_tiles.py`; here each
has its own clock and its own worker, and knows of a visitor only what the others tell.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from common.wire import Preview, Submit
from display_node.samples import samples
from tests.display_node.conftest import Wall, until

WIDE, HIGH = 160, 120
OFF, EVER = 1, 1.5e-3
"""As in `test_tiles`: parts of a picture that may be off by more than a level, while boxes fly."""
NAMES = ("left", "right", "whole")


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Wall]]:
    """The first two show a half each of what the third shows; all of one group, the third knows of both."""
    views = {
        "left": ("--tile", "2x1:0,0", "--size", f"{WIDE}x{HIGH}"),
        "right": ("--tile", "2x1:1,0", "--size", f"{WIDE}x{HIGH}"),
        "whole": ("--size", f"{2 * WIDE}x{HIGH}"),
    }
    made: dict[str, Wall] = {}
    for name, view in views.items():
        folder = tmp_path_factory.mktemp(name)
        peers = " ".join(f"127.0.0.1:{wall.ports['drawing_port']}" for wall in made.values())
        made[name] = Wall(folder, "--name", name, "--group", "hall", "--peers", peers, *view)
    until(lambda: all(len(wall.health["ensemble"]["walls"]) == 2 for wall in made.values()))
    until(lambda: len({tuple(wall.health["ensemble"]["stamp"]) for wall in made.values()}) == 1)
    yield made
    for wall in made.values():
        wall.close()


def picture(wall: Wall) -> np.ndarray:
    return wall.picture()[1].astype(int)


def off(walls: dict[str, Wall]) -> float:
    """The part of the pixels in which the two halves, side by side, are not the whole."""
    left, right, whole = (picture(walls[name]) for name in NAMES)
    joined = np.concatenate([left, right], axis=1)
    assert joined.shape == whole.shape
    if whole.max() <= 100:
        return 1.0  # nothing is to be seen yet
    return float((np.abs(joined - whole).max(axis=2) > OFF).mean())


def paused(walls: dict[str, Wall], phase: str, at: float | None = None) -> bool:
    """Whether all stand still at the same time of the same; `at`: at which."""
    told = [wall.health for wall in walls.values()]
    frames = {(page["ensemble"]["frame"]["show"], page["ensemble"]["frame"]["rate"]) for page in told}
    show, rate = next(iter(frames))
    same = len(frames) == 1 and {page["phase"] for page in told} == {phase}
    return same and rate == 0.0 and at in (None, show)


def same(walls: dict[str, Wall]) -> bool:
    """Soon: a scene that has just come on is still being faded in."""
    return off(walls) < EVER


def test_a_tour_paused_on_one_is_one_picture_on_two(walls: dict[str, Wall]) -> None:
    """A submit at the left wall, a pause at the right, and seeking through what flies across the seam."""
    walls["left"].send(Submit("tablet", 1, 1, samples()[0]).encode())
    until(lambda: all(wall.health["phase"] == "touring" for wall in walls.values()))
    walls["right"].command("pause")
    until(partial(paused, walls, "touring"))
    for show in (9.0, 21.5, 34.0, 47.25):
        walls["left"].command("seek", show)
        until(partial(paused, walls, "touring", show))
        until(lambda: same(walls))
        print(f"at {show} s: {off(walls):.1e} of the pixels are off")


def test_what_a_visitor_draws_is_one_picture_too(walls: dict[str, Wall]) -> None:
    """The pen speaks to the right wall alone."""
    walls["left"].command("reset")
    until(lambda: all(wall.health["phase"] == "idle" for wall in walls.values()))
    walls["left"].command("pause")
    until(lambda: paused(walls, "idle"))
    until(lambda: same(walls))
    before = picture(walls["whole"])
    walls["right"].send(Preview("tablet", 2, 1, samples()[2]).encode())
    until(lambda: paused(walls, "drawing"))
    until(lambda: same(walls))
    assert np.abs(picture(walls["whole"]) - before).max() > 100
    print(f"while somebody draws: {off(walls):.1e} of the pixels are off")
