"""The first chapter: the canvas becomes the framed picture, zeros grow around it, its numbers are read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitmap import BLANK
from display_node.network import Network, assemble
from display_node.probe import Probe
from display_node.scene import Tint
from display_node.stages import Stage, stages
from display_node.tour import first
from display_node.tour.drawing import FRAMING, TALL, WIDE, framed, nearby, padding
from display_node.tour.material import Material
from display_node.tour.printing import short
from tests.display_node.tour.toured import named, reading, toured, within


def material(name: str = "") -> Material:
    network, probe = reading(name)
    return Material(network, probe, tuple(stages(network)), 1)


def padded(edge: int) -> Network:
    """A network whose first layer adds so many zeros on every side."""
    places = (32 + 2 * edge - 7) // 7 + 1
    shapes = {"look": (2, 1, 7, 7), "out": (10, 2 * places**2)}
    tensors = {f"{name}.weight": np.zeros(shape, np.float32) for name, shape in shapes.items()}
    tensors |= {f"{name}.bias": np.zeros(shape[0], np.float32) for name, shape in shapes.items()}
    steps = [{"op": "conv2d", "name": "look", "padding": edge, "stride": 7}, {"op": "flatten"}]
    return assemble((1, 32, 32), [*steps, {"op": "linear", "name": "out"}], tensors)


@pytest.mark.parametrize(("edge", "zeros"), [(0, 0), (1, 34**2 - 32**2), (3, 38**2 - 32**2)])
def test_a_zero_stands_wherever_a_filter_reaches_beyond_the_edge(edge: int, zeros: int) -> None:
    network = padded(edge)
    line_up = tuple(stages(network))
    found = padding(Material(network, reading()[1], line_up, 1))
    assert found.shape == (zeros, 3)
    picture = line_up[0]
    together = np.concatenate([found, picture.centres])
    assert len({(x, y) for x, y, _ in together.tolist()}) == (32 + 2 * edge) ** 2, "no two in one place"
    steps = (together[:, :2] - picture.centres[0, :2]) / picture.pitch[0]
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-5)
    assert (found[:, 2] == picture.centres[0, 2]).all()
    if zeros:
        assert np.abs(found[:, :2]).max() == pytest.approx((31 / 2 + edge) * picture.pitch[0])


def test_a_network_without_convolution_pads_nothing() -> None:
    assert len(padding(material("mlp"))) == 0
    assert "padding" not in {batch.name for batch in toured("mlp").batches}


def test_the_zeros_are_smaller_than_what_they_surround_and_hold_nothing() -> None:
    zeros, picture = named(toured(), "padding").boxes, named(toured(), "input").boxes
    assert (zeros["size_end"] < picture["size"].min()).all()
    assert (zeros["value_end"] == 0).all()


@given(st.tuples(st.integers(0, 31), st.integers(0, 31)))
def test_numbers_are_read_near_the_place_and_never_beyond_the_edge(place: tuple[int, int]) -> None:
    row, column = nearby(picture(), place)
    assert TALL // 2 <= row <= 31 - TALL // 2
    assert WIDE // 2 <= column <= 31 - WIDE // 2
    assert abs(row - place[0]) <= TALL // 2
    assert abs(column - place[1]) <= WIDE // 2
    if 4 <= place[0] < 28 and 4 <= place[1] < 28:
        assert (row, column) == place


def picture() -> Stage:
    return stages(reading()[0])[0]


@pytest.mark.parametrize("name", ["", "mlp", "lenet5"])
def test_the_numbers_that_are_read_are_those_of_the_boxes_under_them(name: str) -> None:
    told = material(name)
    stage, values = told.line_up[0], told.shown(told.line_up[0]).ravel()
    labels = within(toured(name), "drawing")
    assert len(labels) == WIDE * TALL
    for label in labels:
        away = np.abs(stage.centres[:, :2] - label.at[:2]).max(axis=1)
        assert away.min() < 1e-4
        value = float(values[int(away.argmin())])
        assert label.text == short(value)
        assert label.tint in ((Tint.NIGHT, Tint.TEXT) if value else (Tint.TEXT,))
        assert label.at[2] >= stage.high[2] - 1e-4, "on its face, not within it"
    assert len({label.at for label in labels}) == len(labels)
    assert any(label.text != "0" for label in labels), "there is ink where it is read"


def test_it_is_read_where_the_filter_will_look() -> None:
    told = material()
    spot = first.explained(told)
    assert spot is not None
    middle = np.mean([label.at for label in within(toured(), "drawing")], axis=0)
    row, column = nearby(told.line_up[0], spot.looked_at())
    np.testing.assert_allclose(middle[:2], told.line_up[0].centres[row * 32 + column][:2], atol=1e-4)


def test_the_canvas_stands_until_it_eases_into_its_frame() -> None:
    told = material()
    boxes = framed(told, 2.0)[0].boxes
    still, eased = (
        part[np.argsort(part["cell"])]
        for part in (boxes[boxes["birth"] == 0.0], boxes[boxes["birth"] == 2.0])
    )
    np.testing.assert_array_equal(still["value"], told.probe.canvas.unit.ravel())
    assert (still["birth"] == 0.0).all()
    assert (still["death"] == eased["birth"]).all()
    np.testing.assert_array_equal(still["value_end"], eased["value"])
    np.testing.assert_array_equal(eased["value_end"], told.shown(told.line_up[0]).ravel())
    assert (eased["flight"] == np.float32(FRAMING)).all()


def test_what_came_without_a_canvas_stands_in_its_frame_from_the_beginning() -> None:
    network, seen = reading()
    alone = Probe(seen.bitmap, seen.activations, BLANK)
    boxes = framed(Material(network, alone, tuple(stages(network)), 1), 0.5)[0].boxes
    np.testing.assert_array_equal(boxes["value"], boxes["value_end"])
