"""Anything may happen on any wall, over an air that loses, delays, repeats and parts; then it is quiet.

Whatever came before: all walls of the group come to show the same, at the same time of it; no visitor's
drawing that was taken stays unseen; and nobody goes on deciding.
"""

import random
from collections.abc import Callable

import pytest

from common.wire import Clear, Preview
from display_node.state import Phase
from tests.display_node.ensemble.walls import Air, Wall, jittery, together, what
from tests.display_node.test_show import INK

SEEDS = 4
STEP = 0.1
SETTLED = 3.0
"""Seconds after the last decision in which all walls come to show the same..."""
BACKLOG = 6.0
"""...and while every one of them may have three shows of two seconds to compile before."""
SWITCH = 0.35
"""Seconds for which one wall may be in the next scene already: frames may last a tenth of a second."""
TURNED_AWAY = 1
"""Times that a show may begin and, hardly seen, make way for another wall's that began a moment later."""
COMMANDS = ("pause", "play", "seek", "speed", "next", "reset", "next")


class Chaos:
    def __init__(self, seed: int, *, compiling: float, operated: bool) -> None:
        self.dice = random.Random(seed)
        dice = self.dice
        self.loss = dice.choice((0.0, 0.1, 0.3))
        self.air = Air(
            jittery(self.loss, spikes=dice.choice((0.0, 0.05)), seed=seed), lambda: dice.random() < 0.1
        )
        self.compiling, self.operated, self.count = compiling, operated, 0
        self.all: list[Wall] = []
        for _ in range(dice.randint(2, 4)):
            self.join()
        self.taken: list[tuple[float, Wall, str, int]] = []
        self.drawings = 0
        self.cleared = 0.0

    @property
    def walls(self) -> list[Wall]:
        return list(self.air.walls.values())

    def join(self) -> None:
        self.count += 1
        dice = random.Random(self.dice.random())
        longest = self.compiling
        self.all.append(
            Wall(
                self.air, self.count, dice.uniform(0.0, 1e5),
                drift=dice.uniform(-50e-6, 50e-6), period=1 / dice.choice((10, 25, 30, 50, 60, 60)),
                compiling=lambda: dice.uniform(0.1, longest) if longest else 0.0,
            )
        )  # fmt: skip

    def submit(self) -> None:
        wall = self.dice.choice(self.walls)
        self.drawings += 1
        station = f"{self.dice.choice('ab')} of {wall.address[0][-1]}"
        wall.submit(station, self.drawings)
        self.taken.append((self.air.now, wall, station, self.drawings))

    def something(self) -> None:
        dice = self.dice
        wall = dice.choice(self.walls)
        kind = dice.random()
        if kind < 0.35:
            self.submit()
        elif kind < 0.6:
            station = f"{dice.choice('ab')} of {wall.address[0][-1]}"
            for sequence in range(dice.randint(1, 5)):
                wall.pen(Preview(station, 1000 + self.drawings, sequence, INK))
                self.air.run(0.05)
            if dice.random() < 0.3:
                wall.pen(Clear(station, 1000 + self.drawings))
        elif kind < 0.8:
            if self.operated:
                verb = dice.choice(COMMANDS)
                values = {"seek": dice.uniform(0.0, 90.0), "speed": dice.choice((0.5, 1.0, 2.0, 4.0))}
                value = values.get(verb)
                wall.command(verb, value)
                if verb == "reset":
                    self.cleared = self.air.now
        elif kind < 0.85 and len(self.walls) < 4:
            self.join()
        elif kind < 0.88 and len(self.walls) > 2:
            wall.close()
        elif kind < 0.93:
            self.air.apart = {wall.address} if not self.air.apart else set()
        elif kind < 0.96:
            wall.asleep = self.air.now + dice.uniform(0.5, 40.0)

    def quiet(self) -> None:
        """Pauses and partings end; who sleeps wakes."""
        self.air.apart = set()
        for wall in self.walls:
            wall.asleep, wall.due = 0.0, self.air.now
        self.air.run(1.0)
        self.walls[0].command("play")
        self.air.run(1.0)
        self.walls[0].command("speed", 1.0)

    def watch(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """No decision for so long, and not the same on all walls, is a failure."""
        held = [wall.ensemble.held for wall in self.walls]
        decided, differing = self.air.now, 0.0
        for _ in range(round(seconds / STEP)):
            self.air.run(STEP)
            each()
            now_held = [wall.ensemble.held for wall in self.walls]
            if max(now_held) != max(held):
                decided = self.air.now
            held = now_held
            differing = 0.0 if together(self.walls) else differing + STEP
            allowed = SETTLED + (BACKLOG if self.compiling else 0.0)
            if self.air.now - decided > allowed and differing > SWITCH:
                told = [
                    (wall.id[-2:], *what(wall), round(wall.time, 4), wall.ensemble.held)
                    for wall in self.walls
                ]
                raise AssertionError(
                    f"{self.air.now - decided:.1f} s after the last decision: " + "\n".join(map(str, told))
                )


@pytest.mark.parametrize("compiling", [0.0, 2.0])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_they_come_together(seed: int, compiling: float) -> None:
    chaos = Chaos(seed, compiling=compiling, operated=True)
    chaos.air.run(2.0)
    for _ in range(40):
        chaos.something()
        chaos.air.run(chaos.dice.choice((0.0, 0.1, 0.5, 2.0, 6.0)))
    chaos.quiet()
    chaos.watch(150.0)
    for wall in chaos.walls:
        assert wall.state.phase is Phase.IDLE, "all that was taken is over"
        assert not wall.state.waiting


@pytest.mark.parametrize("compiling", [0.0, 2.0])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_drawing_that_was_taken_stays_unseen(seed: int, compiling: float) -> None:
    chaos = Chaos(1000 + seed, compiling=compiling, operated=False)
    chaos.air.run(2.0)
    for _ in range(20):
        chaos.submit()
        chaos.air.run(chaos.dice.choice((0.0, 0.1, 0.5, 2.0, 6.0)))
    chaos.watch(300.0)
    for began, wall, station, drawing in chaos.taken:
        newer = any(w is wall and s == station and d > drawing for _, w, s, d in chaos.taken)
        shown = [at for at, s, d in wall.toured if (s, d) == (station, drawing)]
        assert shown or newer, (began, station, drawing)
        assert len(shown) <= 1 + TURNED_AWAY or newer, shown
