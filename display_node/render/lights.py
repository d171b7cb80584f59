"""How brightly a batch is lit. Closed form: any instant is found without those before it."""

from collections.abc import Sequence

from display_node.render.easing import glide
from display_node.scene import Light


def level(lights: Sequence[Light], t: float) -> float:
    """The level at `t` of lights sorted by time: 1 before the first, gliding from each one's to the next's.

    It is a sum of steps, so that it stays smooth where a light begins before the last has settled.
    """
    lit = before = 1.0
    for light in lights:
        age = t - light.time
        if age < 0.0:
            break
        lit += (light.level - before) * (glide(age / light.fade) if age < light.fade else 1.0)
        before = light.level
    return lit
