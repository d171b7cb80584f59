"""Two pictures of a run, for `runs/`: how the loss fell, and which digits are taken for which."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

PAPER, INK, GRID = (250, 248, 243), (40, 38, 35), (215, 210, 200)
LINES = ((190, 80, 40), (40, 100, 150), (60, 130, 80))
WIDTH, HEIGHT, MARGIN = 800, 420, 48
CELL = 48
"""Pixels along each side of one count of the confusion matrix."""


def curve(rows: Sequence[Sequence[float]], names: Sequence[str], path: Path) -> None:
    """One line per column of `rows` (epochs), each on a scale of its own from its least to its greatest."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    across = np.linspace(MARGIN, WIDTH - MARGIN, max(len(rows), 2))
    for height in np.linspace(MARGIN, HEIGHT - MARGIN, 5):
        pen.line([(MARGIN, height), (WIDTH - MARGIN, height)], GRID)
    for index, (name, values) in enumerate(zip(names, np.array(rows).T, strict=True)):
        low, high = float(values.min()), float(values.max())
        heights = HEIGHT - MARGIN - (values - low) / max(high - low, 1e-9) * (HEIGHT - 2 * MARGIN)
        points = [(float(x), float(y)) for x, y in zip(across, heights, strict=False)]
        pen.line(points, LINES[index % len(LINES)], width=2)
        label = f"{name}: {low:.4f} to {high:.4f}, now {values[-1]:.4f}"
        pen.text((MARGIN, 8 + 12 * index), label, LINES[index % len(LINES)])
    pen.text((MARGIN, HEIGHT - MARGIN + 12), f"epochs 1 to {len(rows)}", INK)
    picture.save(path)


def confusion(counts: npt.NDArray[np.int64], path: Path) -> None:
    """(10, 10) counts, meant down and read across. Only mistakes are tinted: they are what one looks for."""
    picture = Image.new("RGB", (CELL * 11, CELL * 11), PAPER)
    pen = ImageDraw.Draw(picture)
    wrong = counts * (1 - np.eye(10, dtype=np.int64))
    for digit in range(10):
        middle = (digit + 1.5) * CELL
        pen.text((middle, CELL / 2), str(digit), INK, anchor="mm")
        pen.text((CELL / 2, middle), str(digit), INK, anchor="mm")
    for meant, read in np.ndindex(10, 10):
        left, top = (read + 1) * CELL, (meant + 1) * CELL
        tint = float(wrong[meant, read]) / max(int(wrong.max()), 1)
        colour = tuple(round(a + (b - a) * tint) for a, b in zip(PAPER, LINES[0], strict=True))
        pen.rectangle([left, top, left + CELL, top + CELL], fill=colour, outline=GRID)
        if counts[meant, read]:
            pen.text((left + CELL / 2, top + CELL / 2), str(counts[meant, read]), INK, anchor="mm")
    picture.save(path)
