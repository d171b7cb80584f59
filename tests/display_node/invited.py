"""The invitation's parts as the wall goes through them, with the drawings that ship."""

from functools import cache

from display_node.attract.cast import cast
from display_node.attract.waves import gains
from display_node.exhibits.invitation import exhibit
from display_node.probe import Probe, asleep
from display_node.samples import collection
from display_node.scene import Scene
from display_node.stages import stages
from tests.display_node.drawn import engine, shipped

SEED = 1


@cache
def drawings() -> tuple[Probe, ...]:
    return tuple(engine().read(bitmap) for bitmap in collection())


@cache
def digits(number: int) -> tuple[Probe, ...]:
    """What stands when part `number` begins, and what comes in it, while no visitor has drawn anything."""
    before = digits(number - 1)[-1] if number else asleep(shipped())
    return before, *cast(drawings(), (), before, SEED, number, number)


def part(number: int) -> Scene:
    bright = gains(stages(shipped()), drawings())
    return exhibit.part(shipped(), digits(number), SEED, number, bright)
