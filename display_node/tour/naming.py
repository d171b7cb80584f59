"""What a block is called: how many maps of how many boxes, written under it."""

from display_node.scene import Label, Tint
from display_node.stages import Stage
from display_node.tour.script import POINTING, Script

EM = 2.5
"""Units."""
UNDER = 2.2
"""Units from a block's lower edge to the middle of its name."""
BEFORE = 1.5
"""Units in front of it: seen from above, the block would hide what stands right under it."""
QUIET = 0.6
"""Light: it is there for whoever looks, and nothing is said of it."""
ROOM = UNDER + EM
"""Units under a block, and in front of it, that its name needs."""


def name_blocks(script: Script, *stages: Stage) -> None:
    """From the pointing that has just been, until the chapter ends or is cleared."""
    for stage in stages:
        x = float(stage.low[0] + stage.high[0]) / 2
        at = x, float(stage.low[1]) - UNDER, float(stage.high[2]) + BEFORE
        script.passing.append(Label(called(stage), at, EM, script.now - POINTING, Tint.TEXT, light=QUIET))


def called(stage: Stage) -> str:
    """`16 × 16 × 16`: maps, rows, columns; a picture or a row has one map."""
    return " × ".join(str(size) for size in stage.shape if size > 1) or "1"
