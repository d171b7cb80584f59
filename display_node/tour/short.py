"""The short form: one look at the drawing, all layers in one go, and the answer."""

from itertools import pairwise

from display_node.sound import score
from display_node.telling import told as parts_of
from display_node.tour import answer, stage, weighing
from display_node.tour.drawing import FRAMING, framed
from display_node.tour.material import Material
from display_node.tour.script import Script
from display_node.tour.views import FROM_THE_LEFT, FRONT, hold

LAYER = 0.25
"""Seconds that each stage's flights share."""


def tell(script: Script, told: Material) -> None:
    line_up, parts = told.line_up, parts_of(told.line_up)
    script.chapter("drawing")
    script.look(FRONT, hold(line_up[0]), seconds=0.3)
    with script.action():
        script.batches += framed(told, script.now, FRAMING / 2)
        script.cues.append(score.settled(told.shown(line_up[0])))
        script.rest(FRAMING / 2)
    script.chapter(parts[0].chapter)
    script.say("short.read")
    script.look(FROM_THE_LEFT, hold(*line_up), seconds=0.9)
    with script.action():
        for index, (source, target) in enumerate(pairwise(line_up[:-1])):
            if index:
                script.chapter(parts[index].chapter, hush=False)
            stage.act(script, told, source, target, LAYER)
        script.chapter(parts[-1].chapter, hush=False)
        arrivals = weighing.last(script, told, line_up[-2], line_up[-1], LAYER)
    answer.tell(script, told, arrivals, brief=True)
