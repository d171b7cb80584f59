"""At rest: digits drift through the network, the view wanders, and now and then a line invites.

It has no end. Its parts, half a minute each, are compiled one ahead of the other, and join without a seam:
a part begins with the numbers, the light and the view with which the one before it ends. Nothing on it
stands still for long, so nothing burns into a screen.
"""

from collections.abc import Mapping, Sequence

from display_node.attract.cast import DIGITS
from display_node.attract.views import camera
from display_node.attract.waves import PERIOD, gains, wave
from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe, asleep
from display_node.scene import Caption, Scene
from display_node.stages import stages

SPOKEN = ((3.5, 10.5), (18.5, 25.5))
"""Seconds of a part in which the line is read: half of the time there is nothing but the picture."""
LIFT = 0.12
"""The line stands at the captions' place, or higher by up to this part of the screen's height."""
STEP = 0.381966
"""From one place of the line to the next, as a part of LIFT: the golden section spreads them evenly."""


class Invitation:
    name = "invitation"

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        """The first part, with one drawing alone, which the sleeping network receives."""
        return self.part(net, [asleep(net), *[probe] * DIGITS], seed, 0)

    def part(
        self,
        net: Network,
        probes: Sequence[Probe],
        seed: int,
        number: int,
        brightness: Mapping[str, float] | None = None,
    ) -> Scene:
        """The numbers of `probes[0]` stand when it begins; the others come, PERIOD seconds each.

        `brightness`: the gain of each stage, the same in all parts that are to join; or what suits `probes`.
        """
        line_up = stages(net)
        reach, duration = float(line_up[-1].high[2]), PERIOD * (len(probes) - 1)
        bright = brightness or gains(line_up, probes)
        return Scene(
            self.name,
            duration,
            tuple(wave(stage, reach, probes, bright[stage.shown], seed, number) for stage in line_up),
            camera(line_up, seed, number, duration),
            tuple(_spoken(number, turn) for turn in range(len(SPOKEN))),
        )


exhibit = Invitation()


def _spoken(number: int, turn: int) -> Caption:
    lift = LIFT * (((len(SPOKEN) * number + turn) * STEP) % 1.0)
    return Caption(*SPOKEN[turn], "invitation", lift=lift)
