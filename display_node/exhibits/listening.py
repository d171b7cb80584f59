"""While someone draws: the picture on the tablet, live, where the network's input will stand."""

from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Batch, CameraKey, Caption, Scene, Tint, boxes
from display_node.stages import canvas

VIEW = (-0.34, 0.22, 1.0)


class Listening:
    name = "listening"

    def build(self, net: Network, probe: Probe, seed: int, form: Form = Form.FULL) -> Scene:
        source = canvas()
        middle = source.centres.mean(axis=0)
        block = boxes(1, start=middle, size=source.size, tint=Tint.DRAWING, row=0)
        live = Batch("input", block, source.centres - middle, live=True)
        key = CameraKey(0.0, 0.0, VIEW, source.corners())
        caption = Caption(0.0, 60.0, "listening")
        return Scene(self.name, 60.0, (live,), (key,), (caption,))


exhibit = Listening()
