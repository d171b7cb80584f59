"""From where the tour is seen, and what has to be in view."""

from display_node.scene import Point
from display_node.stages import Stage

FROM_THE_LEFT = (-1.10, 0.50, 1.0)
"""Where the viewer stands, seen from what is looked at: the data flows to the right and to the front."""
LEFT = (-0.60, 0.45, 1.0)
"""Less so: there are numbers to be read."""
FRONT = (-0.22, 0.30, 1.0)
ABOVE = (-0.22, 0.42, 1.0)
"""The same, but so high that a drawing right behind the bars is seen over them."""
CLOSE = (-0.10, 0.10, 1.0)
"""Almost from the front: there are numbers to be read."""


def around(centre: Point, left: float, right: float, up: float, down: float) -> tuple[Point, ...]:
    """Corners of an upright rectangle that reaches so many units from `centre` each way."""
    x, y, z = centre
    return tuple((across, height, z) for across in (x - left, x + right) for height in (y - down, y + up))


def hold(*shown: Stage, above: float = 0.0, below: float = 0.0, ahead: float = 0.0) -> tuple[Point, ...]:
    """Corners of these stages, with room (units) over, under and in front of the last.

    Of the others, kernels hang over the edges by one step: the padding.
    """
    points = [
        corner for stage in shown[:-1] for corner in stage.corners(above=stage.pitch[1], below=stage.pitch[1])
    ]
    return (*points, *shown[-1].corners(above, below, ahead))
