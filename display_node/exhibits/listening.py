"""While someone draws: the picture on the tablet, live, on the network's input."""

from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Batch, CameraKey, Caption, Scene, Tint, boxes
from display_node.stages import stages

VIEW = (-0.34, 0.22, 1.0)


class Listening:
    name = "listening"

    def build(self, net: Network, probe: Probe, seed: int) -> Scene:
        line_up = stages(net)
        source = line_up[0]
        middle = source.centres.mean(axis=0)
        canvas = boxes(1, start=middle, size=source.size, tint=Tint.DRAWING, row=0)
        live = Batch("input", canvas, source.centres - middle, live=True)
        key = CameraKey(0.0, 0.0, VIEW, source.corners())
        caption = Caption(0.0, 60.0, "listening")
        return Scene(self.name, 60.0, (live,), (key,), (caption,))


exhibit = Listening()
