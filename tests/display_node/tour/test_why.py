"""Why: what the answer depended on glows, from the sums back to the ink; then the drawing stands alone."""

import numpy as np
import pytest

from display_node.attribution import depended
from display_node.scene import Tint
from display_node.stages import stages
from display_node.tour.why import LEAST
from tests.display_node.tour.test_answer import unsure
from tests.display_node.tour.toured import chapter, named, reading, toured, within

NETWORKS = ("", "mlp", "lenet5", "pooled")


@pytest.mark.parametrize("name", NETWORKS)
def test_what_counted_glows_in_its_own_place(name: str) -> None:
    network, seen = reading(name)
    found = depended(network, seen)
    for stage in stages(network):
        glowing = named(toured(name), f"why.{stage.shown}").boxes
        share = found[stage.shown].ravel()
        lit = np.flatnonzero(share >= LEAST)
        order = np.lexsort(stage.centres[lit].T), np.lexsort(glowing["end"].T)
        np.testing.assert_array_equal(glowing["end"][order[1]], stage.centres[lit][order[0]])
        np.testing.assert_allclose(glowing["value_end"][order[1]], share[lit][order[0]], rtol=1e-6)
        assert (glowing["size_end"] > np.array(stage.size)).all(), "around the box that it covers"


@pytest.mark.parametrize("name", NETWORKS)
def test_it_flows_backwards_stage_after_stage(name: str) -> None:
    line_up = stages(reading(name)[0])
    first = [float(named(toured(name), f"why.{one.shown}").boxes["birth"].min()) for one in line_up]
    last = [float(named(toured(name), f"why.{one.shown}").boxes["birth"].max()) for one in line_up]
    assert all(late <= early + 1e-3 for late, early in zip(last[1:], first[:-1], strict=True))
    begin, end = chapter(toured(name), "why")
    assert begin < first[-1] < last[0] < end


@pytest.mark.parametrize("name", NETWORKS)
def test_the_drawing_comes_forward_gold_where_it_counted(name: str) -> None:
    network, seen = reading(name)
    drawing = stages(network)[0]
    share = depended(network, seen)["input"].ravel()
    boxes = named(toured(name), "why.drawing").boxes
    boxes = boxes[np.argsort(boxes["cell"])]
    np.testing.assert_array_equal(boxes["start"], drawing.centres)
    moved = boxes["end"] - boxes["start"]
    np.testing.assert_allclose(
        moved, np.broadcast_to(moved[0], moved.shape), atol=1e-4, err_msg="in one piece"
    )
    assert boxes["end"][:, 2].min() > stages(network)[-1].high[2], "in front of everything"
    counted = share >= LEAST
    assert ((boxes["tint"] == Tint.ANSWER) == (counted & seen.sure)).all()
    picture = seen.activations["input"].ravel()
    assert (boxes["value"] <= picture + 1e-6).all(), "never brighter than its ink"
    assert (boxes["value"][picture == 0] == 0).all()
    strongest = int(np.where(picture == picture.max(), share, 0).argmax())
    assert boxes["value"][strongest] > boxes["value"][(picture > 0) & ~counted].max(initial=0)


def test_in_the_end_the_answer_stands_alone_beside_it() -> None:
    scene = toured()
    left = [label for label in scene.labels if label.death > scene.duration]
    (answer,) = left
    assert answer.text == str(reading()[1].digit)
    assert answer.tint is Tint.ANSWER
    drawing = named(scene, "why.drawing").boxes["end"]
    assert answer.at[0] - answer.height / 2 > drawing[:, 0].max()
    assert within(scene, "why") == [answer]
    points = np.array(scene.camera[-1].points)
    assert (points.min(axis=0)[:2] <= drawing.min(axis=0)[:2]).all()
    assert (points.max(axis=0)[:2] >= drawing.max(axis=0)[:2]).all()


def test_who_is_not_sure_is_shown_with_the_same_care_but_not_in_gold() -> None:
    assert unsure().captions[-1].key == "tour.why_strange"
    assert (named(unsure(), "why.input").boxes["tint"] == Tint.RESULT).all()
    assert [label.text for label in unsure().labels if label.death > unsure().duration] == ["?"]
    assert len(named(unsure(), "why.input").boxes) == len(named(toured(), "why.input").boxes) > 0
