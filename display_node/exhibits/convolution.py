"""The tour: a drawing goes through the network, told chapter by chapter (`display_node.tour`).

The network that the piece is about has a story for each of its stages; any other borrows those that are true
of it. The short form is for those who have just seen the long one.
"""

from itertools import pairwise

from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Scene
from display_node.stages import stages
from display_node.telling import told as parts_of
from display_node.tour import (
    answer,
    deeper,
    drawing,
    everywhere,
    filters,
    first,
    look,
    short,
    stage,
    weighing,
    why,
)
from display_node.tour.material import Material
from display_node.tour.script import Script


class Convolution:
    name = "convolution"

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        told = Material(net, probe, tuple(stages(net)), seed)
        script = Script()
        if form is Form.SHORT:
            short.tell(script, told)
        else:
            _full(script, told)
        return script.scene(self.name)


exhibit = Convolution()


def _full(script: Script, told: Material) -> None:
    line_up = told.line_up
    spot = first.explained(told)
    drawing.tell(script, told, spot.looked_at() if spot else first.inked(told))
    weighed = False
    parts = parts_of(line_up)
    for (source, target), part in zip(pairwise(line_up[:-1]), parts, strict=False):
        if source.index == 0 and spot:
            look.tell(script, spot)
            everywhere.tell(script, spot)
            filters.tell(script, spot)
            script.batches.append(spot.standing())
        elif target.index == 2 and deeper.fits(source, target):
            deeper.tell(script, told, source, target, part.chapter)
        elif target.kind == "linear" and not source.upright and not weighed:
            weighed = True
            weighing.tell(script, told, source, target, part)
        else:
            stage.tell(script, told, source, target, part)
    arrivals = weighing.ten(script, told, line_up[-2], line_up[-1], parts[-1])
    why.tell(script, told, answer.tell(script, told, arrivals))
