"""The answer: ten sums make way for ten shares that add up to a hundred; then the winner is called."""

from functools import cache

import numpy as np
import pytest

from display_node.exhibits.convolution import exhibit
from display_node.probe import Probe
from display_node.scene import Scene, Sound, Tint
from display_node.sound.cues import between
from display_node.stages import stages
from display_node.tour.answer import CALLED_EM, LEAST, OVER, READ, SHARE_EM, SUM_EM, TALLEST
from tests.display_node.drawn import probe, shipped
from tests.display_node.tour.toured import chapter, landed, named, number, reading, standing, toured, within

NETWORKS = ("", "mlp", "lenet5", "pooled")


@cache
def unsure() -> Scene:
    seen = probe()
    return exhibit.build(shipped(), Probe(seen.bitmap, seen.activations, seen.canvas, sure=False), 1)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_shares_add_up_to_a_hundred_and_are_the_networks_own(name: str) -> None:
    shares = reading(name)[1].probabilities
    labels = [one for one in within(toured(name), "answer") if one.height == SHARE_EM]
    said = [number(one.text.removesuffix(" %")) for one in sorted(labels, key=lambda one: one.at[0])]
    assert sum(said) == pytest.approx(100.0, abs=1e-9)
    np.testing.assert_allclose(said, 100 * shares, atol=1.0)
    bars = standing(toured(name), "softmax")
    np.testing.assert_array_equal(bars["value_end"], shares)
    heights = bars["size_end"][:, 1]
    np.testing.assert_allclose(heights, np.maximum(shares * TALLEST, LEAST), rtol=1e-5)
    feet = bars["end"][:, 1] - heights / 2
    np.testing.assert_allclose(feet, feet[0], atol=1e-4, err_msg="they stand on one line")


@pytest.mark.parametrize("name", NETWORKS)
def test_each_sum_is_written_until_its_bar_takes_its_place(name: str) -> None:
    network, seen = reading(name)
    last = stages(network)[-1]
    sums, arrivals = seen.activations[last.shown], landed(toured(name), last)
    births = standing(toured(name), "softmax")["birth"]
    assert (np.diff(births) > 0).all(), "one at a time, from 0 to 9"
    np.testing.assert_array_equal(standing(toured(name), last.shown)["death"], births)
    written = sorted((one for one in toured(name).labels if one.height == SUM_EM), key=lambda one: one.at[0])
    assert len(written) == 10
    for digit, one in enumerate(written):
        assert number(one.text) == pytest.approx(float(sums[digit]), abs=0.0501), "one decimal"
        assert one.birth == pytest.approx(float(births[0]) - READ, abs=1e-3), "all at once, to be compared"
        assert one.birth > arrivals[digit]
        assert one.death == pytest.approx(float(births[digit]), abs=1e-3)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_share_rises_with_its_bar(name: str) -> None:
    bars = standing(toured(name), "softmax")
    labels = [one for one in toured(name).labels if one.height == SHARE_EM]
    rooms = []
    for one in labels:
        assert one.to is not None
        (bar,) = bars[np.abs(bars["end"][:, 0] - one.at[0]) < 1e-3]
        assert (one.birth, one.flight) == pytest.approx((float(bar["birth"]), float(bar["flight"])), abs=1e-3)
        rooms.append(one.to[1] - float(bar["end"][1] + bar["size_end"][1] / 2))
    np.testing.assert_allclose(rooms, OVER, atol=1e-3, err_msg="over it, not in it")


def test_the_winner_is_called_in_gold_over_its_bar() -> None:
    begin, _ = chapter(toured(), "winner")
    (called,) = [one for one in toured().labels if one.height == CALLED_EM]
    assert called.text == str(probe().digit)
    assert called.tint is Tint.ANSWER
    assert called.birth >= begin
    bars = standing(toured(), "softmax")
    assert called.at[0] == pytest.approx(float(bars["end"][probe().digit, 0]))
    gold = np.flatnonzero(bars["tint"] == Tint.ANSWER)
    assert gold.tolist() == [probe().digit]
    first = between(toured().cues, begin, toured().duration)[0]
    assert (first["sound"], first["time"]) == (Sound.BELL, pytest.approx(called.birth))


def test_who_is_not_sure_asks_and_nothing_is_gold() -> None:
    (called,) = [one for one in unsure().labels if one.height == CALLED_EM]
    assert (called.text, called.tint) == ("?", Tint.RESULT)
    assert not any(one.tint is Tint.ANSWER for one in unsure().labels)
    assert not any((batch.boxes["tint"] == Tint.ANSWER).any() for batch in unsure().batches)
    np.testing.assert_array_equal(standing(unsure(), "softmax")["value_end"], probe().probabilities)


def test_the_bars_stay_and_the_sums_do_not() -> None:
    assert (named(toured(), "softmax").boxes["death"] > chapter(toured(), "why")[0]).all()
    assert named(toured(), "fc2").boxes["death"].max() < chapter(toured(), "winner")[0]
