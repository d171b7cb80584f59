"""A stage that needs no story of its own: every flight of it at once, whatever it computes."""

from display_node.flights import LIFT, Flights, convolve, dealt, lay_out, standing, walk, weigh
from display_node.network import POOLS
from display_node.pooling import pool
from display_node.sound import score
from display_node.stages import Stage
from display_node.telling import Part
from display_node.tour.material import Material
from display_node.tour.naming import ROOM, name_blocks
from display_node.tour.script import Script
from display_node.tour.views import FROM_THE_LEFT, hold


def tell(script: Script, told: Material, source: Stage, target: Stage, part: Part) -> None:
    script.chapter(part.chapter, hush=part.caption is not None)
    if part.caption is not None:
        script.say(part.caption, **part.values)
    above = 0.0 if target.kind != "linear" or source.upright else LIFT + 2 * source.height
    script.look(FROM_THE_LEFT, hold(source, target, above=above, below=ROOM, ahead=ROOM))
    script.point(source.shown, target.shown)
    name_blocks(script, source, target)
    with script.action():
        act(script, told, source, target, part.seconds)


def act(script: Script, told: Material, source: Stage, target: Stage, seconds: float) -> None:
    """The flights of one stage, within so many seconds, and their sound."""
    flown = flights(told, source, target, script.now, seconds)
    values = told.shown(target)
    script.batches.append(flown.stays or standing(target, values, flown.arrivals))
    script.batches.extend(flown.batches)
    script.cues.append(score.computed(target, flown, values, told.sums(target), told.depth(target)))
    script.now = max(script.now + seconds, float(flown.arrivals.max()))


def flights(told: Material, source: Stage, target: Stage, start: float, seconds: float) -> Flights:
    """What flies from `source` to `target`, by what the target is."""
    incoming, values = told.shown(source), told.shown(target)
    if target.kind == "flatten":
        return lay_out(source, target, incoming, values, start, seconds)
    seed = told.seed + target.index
    if target.kind == "conv2d":
        return convolve(source, target, incoming, walk(target, start, seconds, seed))
    if target.kind in POOLS:
        return pool(source, target, incoming, start, seconds, seed)
    births, leg = dealt(source, target, start, seconds)
    return weigh(source, target, incoming, births, leg=leg)
