"""Your drawing is numbers: the canvas eases into its frame; then the viewer goes near and reads."""

from typing import Any

import numpy as np

from display_node.scene import Batch, Tint, boxes
from display_node.sound import score
from display_node.stages import Stage, canvas
from display_node.telling import number
from display_node.tour.material import Floats, Material
from display_node.tour.printing import EM, on_box
from display_node.tour.script import Script, stagger
from display_node.tour.views import CLOSE, FRONT, around, hold

FRAMING = 0.9
"""Seconds in which the canvas becomes the framed picture."""
READ = 1.0
"""Seconds in which the numbers appear."""
WIDE, TALL = 9, 7
"""Boxes whose numbers are read."""
LARGE = 1.15
"""A box that holds nothing but its number has room for a larger one."""
GHOST = 0.5
"""Edge of a box of the padding, next to one of the drawing."""


def tell(script: Script, told: Material, place: tuple[int, int]) -> None:
    """`place` (row, column) of the drawing: around it, numbers are read."""
    stage = told.line_up[0]
    script.chapter("drawing")
    script.say("tour.drawing", count=number(len(stage.centres)))
    script.look(FRONT, hold(stage, above=1.5, below=1.5), seconds=0.4)
    with script.action():
        script.batches += framed(told, script.now)
        script.cues.append(score.settled(told.shown(stage)))
        script.rest(FRAMING)
    row, column = nearby(stage, place)
    x, y, z = stage.centres.reshape(*stage.shape, 3)[0, row, column].tolist()
    script.look(CLOSE, around((x, y, z), WIDE / 2, WIDE / 2, TALL / 2, TALL / 2))
    with script.action():
        _numbers(script, told, row, column)
        script.rest(READ)


def framed(told: Material, start: float, seconds: float = FRAMING) -> list[Batch]:
    """The canvas becomes the picture that the network reads, from `start` on; it stands from the beginning.

    Of a network that reads a smaller picture, the canvas' margin falls away; zeros grow where the first
    layer's kernels will hang over the edge.
    """
    stage, whole = told.line_up[0], canvas()
    side = stage.shape[1]
    before = told.probe.canvas if not told.probe.canvas.empty else told.probe.bitmap
    margin = (whole.shape[1] - side) // 2
    inner = np.pad(np.ones((side, side), bool), margin).ravel()
    picture, seen = told.shown(stage).ravel(), before.unit.ravel()
    cells, count = np.arange(len(picture)), len(picture)
    shared: dict[str, Any] = {"start": stage.centres, "size": stage.size, "tint": Tint.DRAWING, "cell": cells}
    still = boxes(count, birth=0.0, death=start, value=seen[inner], **shared)
    eased = boxes(
        count, birth=start, flight=seconds, value=seen[inner], value_end=picture, **shared,
    )  # fmt: skip
    made = [Batch(stage.shown, np.concatenate([still, eased]))]
    if margin:
        gone = boxes(
            int((~inner).sum()), start=whole.centres[~inner], birth=0.0, flight=start + seconds,
            death=start + seconds, size=whole.size, size_end=0.01, value=seen[~inner], value_end=0.0,
        )  # fmt: skip
        made.append(Batch("margin", gone))
    ghosts = padding(told)
    if len(ghosts):
        size = GHOST * np.array(stage.size, np.float32)
        ring = boxes(len(ghosts), start=ghosts, birth=start, flight=seconds, size=size * 0.01, size_end=size)
        made.append(Batch("padding", ring))
    return made


def padding(told: Material) -> Floats:
    """(n, 3) where the zeros stand that the first layer adds around the drawing."""
    stage, layer = told.line_up[0], told.line_up[1].layer
    assert layer is not None
    edge = layer.padding if layer.op == "conv2d" else 0
    _, rows, columns = stage.shape
    y, x = np.mgrid[-edge : rows + edge, -edge : columns + edge]
    outside = (x < 0) | (y < 0) | (x >= columns) | (y >= rows)
    found = np.zeros((int(outside.sum()), 3), np.float32)
    found[:, 0] = (x[outside] - (columns - 1) / 2) * stage.pitch[0]
    found[:, 1] = ((rows - 1) / 2 - y[outside]) * stage.pitch[1]
    return found


def nearby(stage: Stage, place: tuple[int, int]) -> tuple[int, int]:
    """The middle of the boxes that are read: at `place`, but not beyond the drawing's edge."""
    _, rows, columns = stage.shape
    row = min(max(place[0], TALL // 2), rows - 1 - TALL // 2)
    return row, min(max(place[1], WIDE // 2), columns - 1 - WIDE // 2)


def _numbers(script: Script, told: Material, row: int, column: int) -> None:
    stage = told.line_up[0]
    picture, centres = told.shown(stage)[0], stage.centres.reshape(*stage.shape, 3)[0]
    rows = range(row - TALL // 2, row + TALL // 2 + 1)
    columns = range(column - WIDE // 2, column + WIDE // 2 + 1)
    places = [(y, x) for y in rows for x in columns]
    births = stagger(len(places), script.now, READ * 0.7)
    for (y, x), birth in zip(places, births, strict=True):
        at = centres[y, x] + (0, 0, stage.size[2] / 2)
        script.passing.append(
            on_box(float(picture[y, x]), tuple(at.tolist()), LARGE * EM * stage.pitch[0], birth)
        )
